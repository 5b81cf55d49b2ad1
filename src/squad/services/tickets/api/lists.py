"""List tickets by any filter, with the figure whose tickets they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from squad.contracts.envelope import Id
from squad.contracts.tickets import Mode, Status
from squad.kernel.access import Actor
from squad.kernel.http import Answer, Call
from squad.kernel.page import Cursor, Limit, Page, cursor, paged, parts
from squad.kernel.problem import Fault, Invalid
from squad.services.tickets.api.bodies import Priority
from squad.services.tickets.api.rows import ENDPOINTS
from squad.services.tickets.model import Category, TicketView
from squad.services.tickets.model.figures import period
from squad.services.tickets.model.lists import Asked, FigureName, Sort, visible
from squad.services.tickets.model.spans import stamp
from squad.services.tickets.service import Tickets

Time = Annotated[datetime, Meta(tz=True, description="With its zone, for example Z.")]
Word = Annotated[str, Meta(min_length=1, max_length=64)]
Area = Annotated[str, Meta(max_length=20)]
Several = Meta(max_length=10, description="One, or several with commas.")
Statuses = Annotated[list[Status], Several]
Categories = Annotated[list[Category], Several]
Priorities = Annotated[list[Priority], Several]
_KEYS: dict[Sort, tuple[type, ...]] = {"due": (str, int, str), "priority": (str, int, int, str)}


class Filters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which tickets.

    due_before: promised by then, open and not begun. figure: of a report, with its from and to;
    consultant: whose it is, or was last. logged_by: a person, or `me`.
    """

    status: Statuses = []
    priority: Priorities = []
    category: Categories = []
    territory: Area | None = None
    store: Word | None = None
    organisation: Word | None = None
    mode: Mode | None = None
    assignee: Id | None = None
    requester: Id | None = None
    logged_by: Word | None = None
    created_from: Time | None = None
    created_to: Time | None = None
    due_before: Time | None = None
    open: bool | None = None
    figure: FigureName | None = None
    consultant: Id | None = None
    since: Time | None = msgspec.field(name="from", default=None)
    until: Time | None = msgspec.field(name="to", default=None)


class Listed(Filters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Filters and the order of the list. count: tell how many there are, up to 10,000."""

    sort: Sort = "newest"
    count: bool = False
    limit: Limit = 50
    cursor: Cursor = ""


class TicketViewPage(Page, frozen=True, kw_only=True):
    """Some tickets of a list. total: how many there are, where it was asked for; 10,000 at most."""

    items: Sequence[TicketView]
    total: int | None = None


class Plain(msgspec.Struct, frozen=True, kw_only=True):
    """A page whose tickets are as they were stored."""

    items: Sequence[msgspec.Raw]
    next: str | None
    total: int | None


@ENDPOINTS.get("", action="tickets.read", query=Listed, answer=TicketViewPage)
async def listed(tickets: Tickets, call: Call[None, Listed]) -> Answer:
    """List the tickets that you may see, newest first, or most urgent first."""
    query = call.query
    question = asked(query, call.actor, tickets.books.clock.now())
    found = await _found(tickets, query, question)
    rows = found[: query.limit]
    after = cursor(*rows[-1][1]) if len(found) > query.limit else None
    total = await tickets.lists.count(question) if query.count else None
    page = TicketViewPage(items=[msgspec.Raw(row[0]) for row in rows], next=after, total=total)  # type: ignore[misc]
    return paged(page, "/api/tickets", query)


async def _found(
    tickets: Tickets, query: Listed, question: Asked
) -> list[tuple[bytes, tuple[Any, ...]]]:
    """One row more than the page, each with the key that the next page begins behind."""
    limit = query.limit + 1
    if question.plain and query.sort == "newest":
        before = parts(query.cursor, float, str) if query.cursor else None
        rows = await tickets.store.tickets(question.among, before=before, limit=limit)  # type: ignore[arg-type]
        return [(row[0], row[1:]) for row in rows]
    kinds = _KEYS.get(query.sort, (str, int, str))
    after = parts(query.cursor, *kinds) if query.cursor else ()
    if after and after[0] != query.sort:
        fault = Fault("query.cursor", "it belongs to another order: leave it out to begin")
        raise Invalid("The cursor is of another list.", [fault])
    found = await tickets.lists.page(question, sort=query.sort, after=after[1:], limit=limit)
    return [(facts, (query.sort, *key)) for facts, key in found]


def asked(query: Filters, actor: Actor, now: datetime) -> Asked:
    """This will put together what is asked for and what the actor may see. Raises Invalid."""
    if query.figure is None and (query.since or query.until):
        fault = Fault("query.figure", "from and to are a figure's; of lists: created_from, …_to")
        raise Invalid("A span needs a figure.", [fault])
    since, until = period(query.since, query.until, now) if query.figure else (now, now)
    ends = (("created", ">=", query.created_from), ("created", "<", query.created_to),
            ("due", "<", query.due_before))  # fmt: skip
    return Asked(
        among=(*visible(actor), *_among(query, actor)),
        bounds=[(name, way, stamp(at)) for name, way, at in ends if at is not None],  # type: ignore[misc]
        open=query.open,
        risk=query.due_before is not None,
        figure=query.figure or "",
        since=stamp(since),
        until=stamp(until),
        consultant=query.consultant or "",
    )


def _among(query: Filters, actor: Actor) -> list[tuple[str, Sequence[str | int]]]:
    several: dict[str, Sequence[str | int]] = {
        "status": query.status, "priority": query.priority, "category": query.category,
    }  # fmt: skip
    author = actor.id if query.logged_by == "me" else query.logged_by
    one = {
        "territory": query.territory, "store": query.store, "organisation": query.organisation,
        "mode": query.mode, "assignee": query.assignee, "requester": query.requester,
        "logged_by": author,
    }  # fmt: skip
    found = [(name, values) for name, values in several.items() if values]
    return [*found, *((name, (value,)) for name, value in one.items() if value is not None)]
