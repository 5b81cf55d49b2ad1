"""What tickets does when the others speak."""

from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import (
    UserCreated,
    UserDeactivated,
    UserErased,
    UserSnapshot,
    UserUpdated,
)
from squad.contracts.routing import RoutingStalled, TicketAssigned, TicketUnassigned
from squad.kernel.dispatch import Handlers
from squad.ports.unit import Cause
from squad.services.tickets.service import Tickets


def handlers(tickets: Tickets) -> Handlers:
    """This will bind each event to its use case."""

    async def on_user(event: UserCreated, cause: Cause) -> None:
        await tickets.know(event.person, cause)

    async def on_user_erased(event: UserErased, cause: Cause) -> None:
        await tickets.forget(event.id, cause)

    return {
        UserCreated: on_user,
        UserUpdated: on_user,
        UserDeactivated: on_user,
        UserSnapshot: on_user,
        UserErased: on_user_erased,
        TicketAssigned: tickets.assigned,
        TicketUnassigned: tickets.unassigned,
        RoutingStalled: tickets.stalled,
        SnapshotRequested: tickets.snapshot,
    }
