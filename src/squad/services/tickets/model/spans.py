"""A ticket's span: when its steps were taken, and how often it changed hands. Pure.

It is what figures are counted from, and nothing that history does not say: `fold` makes it again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from squad.contracts.tickets import Status, Ticket
from squad.services.tickets.model.facts import EPOCH
from squad.services.tickets.model.views import Entry

FINISHED: frozenset[Status] = frozenset({"resolved", "closed", "cancelled"})

# Which times a step sets. Of most the first counts; of those in LAST the last one.
MARKS: Mapping[str, Sequence[str]] = {
    "accept": ("accepted",),
    "arrive": ("onsite", "begun"),
    "resolve": ("begun", "resolved"),
    "close": ("begun", "closed"),
}
LAST = frozenset({"resolved", "closed"})
COUNTS: Mapping[str, str] = {"decline": "declines", "reopen": "reopens"}


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One narrow row a ticket. Times: milliseconds since 1970, of the event; None: not yet.

    accepted, onsite, begun: the first time; begun: on site, or finished without a visit.
    resolved, closed: the last time. holder: whose it is, or was last. done_by: who resolved it
    last. hands: how often it went on to somebody else. open: 1 until it is finished.
    """

    ticket: str
    version: int
    status: str
    open: int
    priority: int
    category: str
    mode: str
    territory: str
    organisation: str
    store: str
    requester: str
    logged_by: str
    assignee: str | None
    holder: str | None = None
    done_by: str | None = None
    created: int
    due: int
    accepted: int | None = None
    onsite: int | None = None
    begun: int | None = None
    resolved: int | None = None
    closed: int | None = None
    hands: int = 0
    declines: int = 0
    reopens: int = 0


def stamp(at: datetime) -> int:
    """This will give whole milliseconds since 1970, rounded down."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def moment(stamp: int) -> datetime:
    """This will give the time of a stamp, UTC."""
    return EPOCH + timedelta(milliseconds=stamp)


def facts(ticket: Ticket) -> dict[str, str | int | None]:
    """This will give what a span repeats of its ticket as it stands."""
    return {
        "version": ticket.version,
        "status": ticket.status,
        "open": int(ticket.status not in FINISHED),
        "priority": ticket.priority,
        "category": ticket.category,
        "mode": ticket.mode,
        "territory": ticket.territory,
        "assignee": ticket.assignee,
        "due": stamp(ticket.due_at),
    }


def span(ticket: Ticket, logged_by: str) -> Span:
    """This will give the span of a ticket that was just logged."""
    known: dict[str, object] = {
        **facts(ticket), "ticket": ticket.id, "organisation": ticket.organisation,
        "store": ticket.store, "requester": ticket.requester, "logged_by": logged_by,
        "created": stamp(ticket.created_at),
    }  # fmt: skip
    return Span(**known)  # type: ignore[arg-type]


def fold(ticket: Ticket, history: Sequence[Entry]) -> Span:
    """This will make a ticket's span from its history, in the order of versions."""
    made = span(ticket, history[0].actor if history else ticket.requester)
    for entry in history:
        made = _follow(made, entry)
    return made


def _follow(span: Span, entry: Entry) -> Span:
    changes: dict[str, object] = {}
    at = stamp(entry.at)
    for name in MARKS.get(entry.step, ()):
        known = getattr(span, name)
        changes[name] = at if known is None or name in LAST else min(known, at)
    if entry.step == "resolve":
        changes["done_by"] = entry.assignee
    if (count := COUNTS.get(entry.step)) is not None:
        changes[count] = getattr(span, count) + 1
    if entry.assignee is not None:
        changes["holder"] = entry.assignee
        if span.holder is not None and span.holder != entry.assignee:
            changes["hands"] = span.hands + 1
    return replace(span, **changes)
