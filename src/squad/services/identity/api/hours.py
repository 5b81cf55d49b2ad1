"""Endpoints about working hours."""

import msgspec

from squad.kernel.http import Answer, Call, Empty
from squad.kernel.page import Cursor, Limit, Page, cursor, page_of, paged, parts
from squad.services.identity.api.rows import ENDPOINTS
from squad.services.identity.model.hours import Moment, Plan, Schedule, Shifts
from squad.services.identity.model.text import Key
from squad.services.identity.service import Identity


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which shifts to list: 31 days at most. person: leave it out for everybody's."""

    since: Moment = msgspec.field(name="from")
    until: Moment = msgspec.field(name="to")
    person: Key = ""
    limit: Limit = 20
    cursor: Cursor = ""


@ENDPOINTS.get("/people/{id}/schedule", action="identity.shifts.read", answer=Plan)
async def get_schedule(identity: Identity, call: Call[None, Empty]) -> Plan:
    """Show when a person works: weekly patterns, on-call spans and time off."""
    return await identity.hours.get(actor=call.actor, id=call.id())


@ENDPOINTS.put(
    "/people/{id}/schedule", action="identity.shifts.write", body=Schedule, answer=Plan,
    problems=(404, 409, 412),
)  # fmt: skip
async def put_schedule(identity: Identity, call: Call[Schedule, Empty]) -> Plan:
    """Replace a consultant's schedule; local times are of the consultant's zone."""
    return await identity.hours.put(
        actor=call.actor,
        id=call.id(),
        schedule=call.body,
        version=call.version(),
        cause=call.cause,
    )


@ENDPOINTS.get("/shifts", action="identity.shifts.read", query=Span, answer=page_of(Shifts))
async def list_shifts(identity: Identity, call: Call[None, Span]) -> Answer:
    """List who works when, as intervals in UTC, a page of people at a time."""
    query = call.query
    items, last = await identity.hours.shifts(
        actor=call.actor,
        person=query.person,
        since=query.since,
        until=query.until,
        after=parts(query.cursor, str)[0] if query.cursor else "",
        limit=query.limit,
    )
    return paged(Page(items, cursor(last) if last else None), "/api/identity/shifts", query)
