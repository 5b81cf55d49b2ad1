"""Steps of a ticket's life."""

from typing import Any

from squad.kernel.http import Call, Empty
from squad.services.tickets import model
from squad.services.tickets.api.bodies import Reason, Resolution, Wait
from squad.services.tickets.api.rows import ENDPOINTS
from squad.services.tickets.model import TicketView
from squad.services.tickets.service import Tickets

_STEP = {"answer": TicketView, "problems": (409, 412), "criticality": "core"}


async def _step(
    tickets: Tickets, call: Call[Any, Empty], step: model.Step, note: str = "", whose: str = ""
) -> TicketView:
    return await tickets.step(
        actor=call.actor, id=call.id(), step=step, cause=call.cause, note=note,
        waiting_for=whose, version=call.version(),
    )  # fmt: skip


@ENDPOINTS.post("/{id}/accept", action="tickets.work", body=Empty, **_STEP)
async def accept(tickets: Tickets, call: Call[Empty, Empty]) -> TicketView:
    """Accept the ticket that you were assigned."""
    return await _step(tickets, call, "accept")


@ENDPOINTS.post("/{id}/decline", action="tickets.work", body=Reason, **_STEP)
async def decline(tickets: Tickets, call: Call[Reason, Empty]) -> TicketView:
    """Decline it; somebody else is looked for."""
    return await _step(tickets, call, "decline", call.body.reason)


@ENDPOINTS.post("/{id}/travel", action="tickets.work", body=Empty, **_STEP)
async def travel(tickets: Tickets, call: Call[Empty, Empty]) -> TicketView:
    """Say that you are on the way."""
    return await _step(tickets, call, "travel")


@ENDPOINTS.post("/{id}/arrive", action="tickets.work", body=Empty, **_STEP)
async def arrive(tickets: Tickets, call: Call[Empty, Empty]) -> TicketView:
    """Say that you are there, or that the remote session is open."""
    return await _step(tickets, call, "arrive")


@ENDPOINTS.post("/{id}/resolve", action="tickets.work", body=Resolution, **_STEP)
async def resolve(tickets: Tickets, call: Call[Resolution, Empty]) -> TicketView:
    """Say what solved it."""
    return await _step(tickets, call, "resolve", call.body.resolution)


@ENDPOINTS.post("/{id}/wait", action="tickets.wait", body=Wait, **_STEP)
async def wait(tickets: Tickets, call: Call[Wait, Empty]) -> TicketView:
    """Say that work stands still, and why."""
    return await _step(tickets, call, "wait", call.body.reason, call.body.waiting_for)


@ENDPOINTS.post("/{id}/close", action="tickets.close", body=Empty, **_STEP)
async def close(tickets: Tickets, call: Call[Empty, Empty]) -> TicketView:
    """Close a resolved ticket; the customer is asked how it was."""
    return await _step(tickets, call, "close")


@ENDPOINTS.post("/{id}/reopen", action="tickets.reopen", body=Reason, **_STEP)
async def reopen(tickets: Tickets, call: Call[Reason, Empty]) -> TicketView:
    """Reopen a ticket that is not solved after all."""
    return await _step(tickets, call, "reopen", call.body.reason)


@ENDPOINTS.post("/{id}/cancel", action="tickets.cancel", body=Reason, **_STEP)
async def cancel(tickets: Tickets, call: Call[Reason, Empty]) -> TicketView:
    """Cancel a ticket that is no longer wanted."""
    return await _step(tickets, call, "cancel", call.body.reason)
