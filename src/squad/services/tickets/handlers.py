"""What tickets does when the others speak."""

from msgspec.structs import replace

from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import (
    UserCreated,
    UserDeactivated,
    UserErased,
    UserSnapshot,
    UserUpdated,
)
from squad.contracts.routing import (
    RoutingStalled,
    TicketAssigned,
    TicketUnassigned,
    TripInterrupted,
)
from squad.kernel.dispatch import Handlers
from squad.ports.unit import Cause
from squad.services.tickets.service import Tickets


def handlers(tickets: Tickets) -> Handlers:
    """This will bind each event to its use case."""

    async def on_user(event: UserCreated, cause: Cause) -> None:
        await tickets.people.know(event.person, cause)

    async def on_user_erased(event: UserErased, cause: Cause) -> None:
        await tickets.people.forget(event.id, cause)

    async def on_assigned(event: TicketAssigned, cause: Cause) -> None:
        await tickets.assigned(event, replace(cause, actor=event.by))

    async def on_unassigned(event: TicketUnassigned, cause: Cause) -> None:
        await tickets.unassigned(event, replace(cause, actor=""))

    async def on_interrupted(event: TripInterrupted, cause: Cause) -> None:
        await tickets.interrupted(event, replace(cause, actor=""))

    async def on_stalled(event: RoutingStalled, cause: Cause) -> None:
        await tickets.stalled(event, replace(cause, actor=""))

    return {
        UserCreated: on_user,
        UserUpdated: on_user,
        UserDeactivated: on_user,
        UserSnapshot: on_user,
        UserErased: on_user_erased,
        TicketAssigned: on_assigned,
        TicketUnassigned: on_unassigned,
        TripInterrupted: on_interrupted,
        RoutingStalled: on_stalled,
        SnapshotRequested: tickets.snapshot,
    }
