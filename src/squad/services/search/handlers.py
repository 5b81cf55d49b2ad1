"""What search does when the others speak: it notes the news; the batch is written by `settle`."""

from squad.contracts import tickets as events
from squad.contracts.operations import SnapshotEnded
from squad.contracts.people import (
    UserCreated,
    UserDeactivated,
    UserErased,
    UserSnapshot,
    UserUpdated,
)
from squad.contracts.tickets import MessageAdded, Remark, TicketEvent, TicketSnapshot
from squad.kernel.dispatch import Handlers
from squad.ports.unit import Cause
from squad.services.search.service import Search

TICKETS = (
    events.TicketCreated,
    events.TicketUpdated,
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
USERS = (UserCreated, UserUpdated, UserDeactivated)


def handlers(search: Search) -> Handlers:
    """This will bind each event to its use case."""

    async def on_ticket(event: TicketEvent, cause: Cause) -> None:
        search.note_ticket(event.ticket)

    async def on_message(event: MessageAdded, cause: Cause) -> None:
        remark = Remark(id=event.id, visibility=event.visibility, text=event.text)
        search.note_ticket(event.ticket, remark)

    async def on_user(event: UserCreated, cause: Cause) -> None:
        search.note_person(event.person)

    async def on_user_erased(event: UserErased, cause: Cause) -> None:
        search.note_gone(event.id)

    async def on_ticket_snapshot(event: TicketSnapshot, cause: Cause) -> None:
        search.note_ticket(event.ticket, *event.remarks)
        search.note_snapshot("tickets", event.ticket.id)

    async def on_user_snapshot(event: UserSnapshot, cause: Cause) -> None:
        search.note_person(event.person)
        search.note_snapshot("identity", event.person.id)

    async def on_snapshot_ended(event: SnapshotEnded, cause: Cause) -> None:
        search.ended(event)

    return {
        **dict.fromkeys(TICKETS, on_ticket),
        **dict.fromkeys(USERS, on_user),
        MessageAdded: on_message,
        UserErased: on_user_erased,
        TicketSnapshot: on_ticket_snapshot,
        UserSnapshot: on_user_snapshot,
        SnapshotEnded: on_snapshot_ended,
    }
