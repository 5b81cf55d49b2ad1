"""Appointments: which windows are free, and the one that the customer takes."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from squad.kernel.http import Call, Empty
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.service import Routing
from squad.services.routing.service.appointments import Choice


class Slots(msgspec.Struct, frozen=True, kw_only=True):
    """Windows that are free, the cheapest for the operation first."""

    slots: Sequence[Choice]


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which of the free slots."""

    slot: Annotated[str, Meta(min_length=1, max_length=100)]


@ENDPOINTS.get("/tickets/{id}/slots", action="routing.book", answer=Slots, problems=(409,))
async def slots(routing: Routing, call: Call[None, Empty]) -> Slots:
    """List windows that the customer can book."""
    work = await routing.hand.seen(call.actor, call.id())
    return Slots(slots=routing.appointments.free(work))


@ENDPOINTS.get("/tickets/{id}/appointment", action="routing.book", answer=Choice)
async def appointment(routing: Routing, call: Call[None, Empty]) -> Choice:
    """Show the appointment of a ticket."""
    return routing.appointments.booked(await routing.hand.seen(call.actor, call.id()))


@ENDPOINTS.post(
    "/tickets/{id}/appointment", action="routing.book", body=Book, answer=Choice, status=201,
    criticality="important", problems=(409,),
)  # fmt: skip
async def book(routing: Routing, call: Call[Book, Empty]) -> Choice:
    """Book a slot, instead of what was booked before."""
    work = await routing.hand.seen(call.actor, call.id())
    return await routing.appointments.book(
        actor=call.actor, work=work, slot=call.body.slot, cause=call.cause
    )


@ENDPOINTS.delete(
    "/tickets/{id}/appointment", action="routing.book", answer=Choice, criticality="important",
    problems=(409,),
)  # fmt: skip
async def cancel(routing: Routing, call: Call[None, Empty]) -> Choice:
    """Cancel the appointment; the ticket is routed again."""
    work = await routing.hand.seen(call.actor, call.id())
    return await routing.appointments.cancel(work=work, cause=call.cause)
