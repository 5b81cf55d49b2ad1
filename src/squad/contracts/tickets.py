"""What tickets tells the others: every step of a ticket, each with the whole ticket."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from squad.contracts.envelope import Event, Id
from squad.contracts.people import Country, Language, Level, Tier

Status = Literal[
    "new",
    "needs_dispatcher",
    "assigned",
    "accepted",
    "travelling",
    "on_site",
    "waiting",
    "resolved",
    "closed",
    "cancelled",
]
Mode = Literal["onsite", "remote"]
Visibility = Literal["public", "internal"]


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Where the work is, coarse: degrees, WGS 84, of the postal code. No street address."""

    latitude: float
    longitude: float
    postal_code: str
    place: str
    region: str
    country: Country
    zone: str


class Window(msgspec.Struct, frozen=True):
    """A span in which a visit suits the customer, UTC."""

    start: datetime
    end: datetime


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """What a model made of a ticket's words when it was logged.

    category: the most probable; confidence: its probability, 0 to 1. others: the next ones.
    model: its version. used: the fields that were filled in. triage: a person should look at it.
    overruled: a person decided otherwise.
    """

    category: str
    confidence: float
    model: str
    others: Mapping[str, float] = {}
    used: Sequence[Literal["category", "skills", "priority", "service"]] = ()
    triage: bool = False
    overruled: bool = False


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as the other services see it. Text is the customer's own; people are ids.

    turn: + 1 with every routing of the ticket; an assignment names the turn it answers.
    due_at: start of work is promised by then (SLA). service: estimated minutes of work.
    declined: consultants who will not be asked again for this ticket.
    proposal: what a model said where the client left something out.
    """

    id: Id
    version: int
    turn: int
    status: Status
    priority: int
    title: str
    description: str
    category: str
    skills: Mapping[str, Level]
    certification: str
    mode: Mode
    language: Language
    tier: Tier
    spot: Spot
    territory: str
    requester: Id
    organisation: str
    store: str
    assignee: str | None
    previous: str | None
    declined: Sequence[str]
    service: int
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    reference: str
    windows: Sequence[Window] = ()
    resolution: str = ""
    waiting_for: str = ""
    proposal: Proposed | None = None


class TicketEvent(Event, frozen=True, kw_only=True):
    """A step of a ticket. note: the reason given, or ""."""

    about: ClassVar[str] = "id"
    ticket: Ticket
    note: str = ""

    @property
    def subject(self) -> str:
        """This will give the ticket's id."""
        return self.ticket.id


class TicketCreated(TicketEvent, frozen=True, kw_only=True):
    """A ticket was logged."""

    type: ClassVar[str] = "squad.tickets.created.v1"


class TicketUpdated(TicketEvent, frozen=True, kw_only=True):
    """Facts of a ticket changed, or an assignment was taken over from routing."""

    type: ClassVar[str] = "squad.tickets.updated.v1"


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was written on a ticket."""

    id: Id
    visibility: Visibility
    text: str


class TicketSnapshot(TicketEvent, frozen=True, kw_only=True):
    """A ticket as it stands, sent again because a service asked for all of them.

    remarks: what was written on it, oldest first.
    """

    type: ClassVar[str] = "squad.tickets.snapshot.v1"
    remarks: Sequence[Remark] = ()


class TicketAccepted(TicketEvent, frozen=True, kw_only=True):
    """The assignee will do it."""

    type: ClassVar[str] = "squad.tickets.accepted.v1"


class TicketDeclined(TicketEvent, frozen=True, kw_only=True):
    """The assignee will not do it; routing looks for somebody else."""

    type: ClassVar[str] = "squad.tickets.declined.v1"
    by: Id


class TravelStarted(TicketEvent, frozen=True, kw_only=True):
    """The assignee is on the way."""

    type: ClassVar[str] = "squad.tickets.travel_started.v1"


class VisitStarted(TicketEvent, frozen=True, kw_only=True):
    """The assignee is on site, or has opened the remote session."""

    type: ClassVar[str] = "squad.tickets.visit_started.v1"


class TicketWaiting(TicketEvent, frozen=True, kw_only=True):
    """Work stands still until the customer answers or parts arrive."""

    type: ClassVar[str] = "squad.tickets.waiting.v1"


class TicketResolved(TicketEvent, frozen=True, kw_only=True):
    """The work is done, as the assignee says."""

    type: ClassVar[str] = "squad.tickets.resolved.v1"


class TicketClosed(TicketEvent, frozen=True, kw_only=True):
    """The ticket is finished; the survey follows."""

    type: ClassVar[str] = "squad.tickets.closed.v1"


class TicketReopened(TicketEvent, frozen=True, kw_only=True):
    """It was not fixed after all; it is routed again."""

    type: ClassVar[str] = "squad.tickets.reopened.v1"


class TicketCancelled(TicketEvent, frozen=True, kw_only=True):
    """It is no longer wanted."""

    type: ClassVar[str] = "squad.tickets.cancelled.v1"


class MessageAdded(Event, frozen=True, kw_only=True):
    """Somebody wrote on a ticket. Internal notes are for staff only."""

    type: ClassVar[str] = "squad.tickets.message_added.v1"
    about: ClassVar[str] = "ticket"
    id: Id
    ticket: Ticket
    author: Id
    visibility: Visibility
    text: str

    @property
    def subject(self) -> str:
        """This will give the ticket's id."""
        return self.ticket.id


class AttachmentAdded(Event, frozen=True, kw_only=True):
    """A file came with a ticket; its content stays in tickets' blobs."""

    type: ClassVar[str] = "squad.tickets.attachment_added.v1"
    about: ClassVar[str] = "ticket"
    id: Id
    ticket: Id
    author: Id
    visibility: Visibility
    media: str
    size: int
