"""Who is on duty, and with what."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from squad.kernel.http import Answer, Call
from squad.kernel.page import Cursor, Limit, Page, cursor, paged, parts
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.refused import Refusal
from squad.services.routing.roster import ON_CALL, ON_LEAVE
from squad.services.routing.service import Memory, Routing


class OnDuty(msgspec.Struct, frozen=True, kw_only=True):
    """A consultant now. load: open tickets. opens, closes: present or next hours."""

    id: str
    name: str
    load: int
    capacity: int
    status: Literal["on_shift", "on_call", "on_leave", "off"]
    opens: datetime | None
    closes: datetime | None
    territories: Sequence[str]
    skills: Mapping[str, int]
    plan: Sequence[str]


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a consultant and cannot be used; the last valid data is in force.

    part: of the person's record, or of their hours.
    """

    person: str
    name: str
    part: Literal["person", "hours"]
    field: str
    reason: str
    version: int
    at: datetime


class Duty(Page, frozen=True, kw_only=True):
    """Some consultants, and all whose newest data was refused."""

    items: Sequence[OnDuty]
    refused: Sequence[Refused] = ()


class Roster(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Filters of the roster."""

    territory: Annotated[str, Meta(max_length=20)] | None = None
    limit: Limit = 50
    cursor: Cursor = ""


@ENDPOINTS.get("/roster", action="routing.roster", query=Roster, answer=Duty)
async def roster(routing: Routing, call: Call[None, Roster]) -> Answer:
    """List consultants with their load, hours and plan, and whose data was refused."""
    memory = routing.memory
    query, after = call.query, ""
    if query.cursor:
        (after,) = parts(query.cursor, str)
    mine = call.actor.territories
    wanted = {query.territory} if query.territory else set()
    ids = [
        id
        for id in sorted(memory.roster.ids)
        if id > after and _works(memory, id, wanted) and _works(memory, id, set(mine))
    ]
    shown = ids[: query.limit]
    more = len(ids) > query.limit
    page = Duty(
        items=[_on_duty(memory, id) for id in shown],
        next=cursor(shown[-1]) if more else None,
        refused=[_refused(memory, one) for one in await routing.refusals.listed()],
    )
    return paged(page, "/api/routing/roster", query)


def _refused(memory: Memory, one: Refusal) -> Refused:
    known = memory.people.get(one.person)
    return Refused(
        person=one.person,
        name=known.contact.name if known else "",
        part=one.part,
        field=one.field,
        reason=one.reason,
        version=one.version,
        at=datetime.fromtimestamp(one.at, UTC),
    )


def _works(memory: Memory, id: str, territories: set[str]) -> bool:
    return not territories or bool(territories.intersection(memory.people[id].territories))


def _on_duty(memory: Memory, id: str) -> OnDuty:
    columns, row, person = memory.roster.columns, memory.roster.row(id), memory.people[id]
    now = memory.now
    opens, closes = float(columns["opens"][row]), float(columns["closes"][row])
    marks = {ON_CALL: "on_call", ON_LEAVE: "on_leave"}
    status = marks.get(int(columns["status"][row]), "on_shift" if opens <= now < closes else "off")
    return OnDuty(
        id=id,
        name=person.contact.name,
        load=int(columns["load"][row]),
        capacity=int(columns["capacity"][row]),
        status=status,  # type: ignore[arg-type]
        opens=_time(opens),
        closes=_time(closes),
        territories=person.territories,
        skills=person.skills,
        plan=[stop.ticket for stop in memory.roster.plan(id)],
    )


def _time(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 4e9 else None
