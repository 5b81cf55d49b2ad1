"""What routing does when the others speak."""

from msgspec.structs import replace

from squad.contracts import tickets as events
from squad.contracts.people import (
    AvailabilityChanged,
    UserCreated,
    UserDeactivated,
    UserErased,
    UserSnapshot,
    UserUpdated,
)
from squad.contracts.tickets import TicketEvent
from squad.kernel.dispatch import Handlers
from squad.ports.unit import Cause
from squad.services.routing.service import Routing

TICKETS = (
    events.TicketCreated,
    events.TicketUpdated,
    events.TicketSnapshot,
    events.TicketAccepted,
    events.TicketDeclined,
    events.TravelStarted,
    events.VisitStarted,
    events.TicketWaiting,
    events.TicketResolved,
    events.TicketClosed,
    events.TicketReopened,
    events.TicketCancelled,
)
USERS = (UserCreated, UserUpdated, UserDeactivated, UserSnapshot)


def handlers(routing: Routing) -> Handlers:
    """This will bind each event to its use case."""

    async def on_ticket(event: TicketEvent, cause: Cause) -> None:
        await routing.observe(event.ticket, replace(cause, actor=""))  # the engine acts, not they

    async def on_user(event: UserCreated, cause: Cause) -> None:
        await routing.know(event.person, cause)

    async def on_user_erased(event: UserErased, cause: Cause) -> None:
        await routing.forget(event.id, cause)

    return {
        **dict.fromkeys(TICKETS, on_ticket),
        **dict.fromkeys(USERS, on_user),
        UserErased: on_user_erased,
        AvailabilityChanged: routing.plan,
    }
