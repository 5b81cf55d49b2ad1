"""What engagement does when the others speak: whom each event concerns, and what they are told."""

from squad.contracts import tickets as events
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
from squad.contracts.tickets import MessageAdded, Ticket, TicketEvent
from squad.kernel.dispatch import Handler, Handlers
from squad.ports.unit import Cause
from squad.services.engagement.model import Facts, Kind, Notice
from squad.services.engagement.service import Engagement


def handlers(engagement: Engagement) -> Handlers:
    """This will bind each event to its use case."""

    async def on_user(event: UserCreated, cause: Cause) -> None:
        await engagement.learn(event.person, cause)

    async def on_user_erased(event: UserErased, cause: Cause) -> None:
        await engagement.erase(event.id, cause)

    async def on_assigned(event: TicketAssigned, cause: Cause) -> None:
        await engagement.tell(assigned(event), cause)

    async def on_unassigned(event: TicketUnassigned, cause: Cause) -> None:
        notice = Notice(person=event.consultant, kind="withdrawn", ticket=event.ticket)
        await engagement.tell((notice,), cause)

    async def on_interrupted(event: TripInterrupted, cause: Cause) -> None:
        await engagement.tell(interrupted(event), cause)

    async def on_stalled(event: RoutingStalled, cause: Cause) -> None:
        await engagement.stalled(event.ticket, event.priority, event.level, cause)

    async def on_waiting(event: events.TicketWaiting, cause: Cause) -> None:
        if event.ticket.waiting_for == "customer":
            await engagement.tell((customer(event.ticket, "waiting"),), cause)

    async def on_closed(event: events.TicketClosed, cause: Cause) -> None:
        await engagement.closed(event.ticket, cause)

    async def on_cancelled(event: events.TicketCancelled, cause: Cause) -> None:
        await engagement.tell(cancelled(event.ticket), cause)

    async def on_message(event: MessageAdded, cause: Cause) -> None:
        await engagement.tell(message(event), cause)

    def on_step(kind: Kind) -> Handler:
        async def on_ticket(event: TicketEvent, cause: Cause) -> None:
            await engagement.tell((customer(event.ticket, kind),), cause)

        return on_ticket

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
        events.TicketAccepted: on_step("accepted"),
        events.TravelStarted: on_step("travelling"),
        events.TicketResolved: on_step("resolved"),
        events.TicketWaiting: on_waiting,
        events.TicketClosed: on_closed,
        events.TicketCancelled: on_cancelled,
        MessageAdded: on_message,
    }


def assigned(event: TicketAssigned) -> tuple[Notice, ...]:
    """This will tell the consultant of the offer, and the requester who comes, and when."""
    offer = Facts(
        reference=event.reference, priority=event.priority, at=event.arrival, until=event.answer_by
    )
    visit = Facts(reference=event.reference, consultant=event.consultant, at=event.arrival)
    return (
        Notice(person=event.consultant, kind="assignment", ticket=event.ticket, facts=offer),
        Notice(person=event.requester, kind="assigned", ticket=event.ticket, facts=visit),
    )


def interrupted(event: TripInterrupted) -> tuple[Notice, ...]:
    """This will tell the consultant to turn round, and the requester that they come later."""
    visit = Facts(reference=event.reference, consultant=event.consultant, at=event.arrival)
    named = Facts(reference=event.reference)
    return (
        Notice(person=event.consultant, kind="interrupted", ticket=event.ticket, facts=named),
        Notice(person=event.requester, kind="delayed", ticket=event.ticket, facts=visit),
    )


def customer(ticket: Ticket, kind: Kind) -> Notice:
    """This will tell the requester of a step of their ticket."""
    facts = Facts(reference=ticket.reference, consultant=ticket.assignee or "")
    return Notice(person=ticket.requester, kind=kind, ticket=ticket.id, facts=facts)


def cancelled(ticket: Ticket) -> tuple[Notice, ...]:
    """This will tell the requester, and the consultant who need not come."""
    return tuple(
        Notice(person=person, kind="cancelled", ticket=ticket.id, facts=_named(ticket))
        for person in (ticket.requester, ticket.assignee or "")
    )


def message(event: MessageAdded) -> tuple[Notice, ...]:
    """This will tell the requester and the consultant of a public message that is not theirs."""
    if event.visibility != "public":
        return ()
    ticket = event.ticket
    return tuple(
        Notice(person=person, kind="message", ticket=ticket.id, facts=_named(ticket))
        for person in (ticket.requester, ticket.assignee or "")
        if person != event.author
    )


def _named(ticket: Ticket) -> Facts:
    return Facts(reference=ticket.reference)
