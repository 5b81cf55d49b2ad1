"""Open work: what routing knows of a ticket, and what is to be done about it. Pure."""

import math
from collections.abc import Iterable
from typing import Literal

import msgspec

from squad.contracts.people import Interval, Person
from squad.contracts.tickets import Ticket
from squad.services.routing.hours import merge
from squad.services.routing.model import Consultant, Job, Span, State, Stop

FINISHED = ("closed", "cancelled")
FREE = ("new", "needs_dispatcher")
_STATES: dict[str, State] = {
    "assigned": "assigned",
    "accepted": "accepted",
    "waiting": "accepted",
    "travelling": "travelling",
    "on_site": "on_site",
}
NEVER = math.inf
Hold = Literal["", "pinned", "locked"]
Action = Literal["assigned", "pinned", "unpinned", "locked", "unlocked", "undone", "moved"]


class Deed(msgspec.Struct, frozen=True):
    """What a dispatcher did, and enough to undo it. turn: that it answered; 0: none.

    at: epoch seconds. before, after: who had the ticket then, and since; "": nobody. hold, held:
    how it was held then, and since.
    """

    action: Action
    by: str
    at: float
    turn: int
    before: str
    after: str
    hold: Hold
    held: Hold


class Work(msgspec.Struct, frozen=True):
    """A ticket in routing's eyes.

    answered: the last turn that routing answered, by an assignment or by saying that it stalled.
    answer_by: the offer lapses then, epoch seconds; infinite: no offer is open.
    offered: who was chosen, until tickets confirms it; their place is taken from the choice on.
    hold: what a dispatcher forbids the engine: pinned, to move it to somebody else; locked, to
    touch it at all. stalled: since when nobody is eligible, epoch seconds; 0: somebody is.
    level: how often that was escalated since then. booked: with whom the customer has an
    appointment, whose window is the ticket's only one here; "": none. deed: what a dispatcher
    did last, until it is undone.
    """

    ticket: Ticket
    answered: int = 0
    answer_by: float = NEVER
    offered: str = ""
    hold: Hold = ""
    stalled: float = 0.0
    level: int = 0
    booked: str = ""
    deed: "Deed | None" = None

    def follow(self, ticket: Ticket, answer_by: float) -> "Work":
        """This will take the ticket's newer state; the window that was booked stays."""
        if self.booked:
            ticket = msgspec.structs.replace(ticket, windows=self.ticket.windows)
        return msgspec.structs.replace(self, ticket=ticket, answer_by=answer_by)

    @property
    def open(self) -> bool:
        """Whether anything may still have to be done about it."""
        return self.ticket.status not in FINISHED

    @property
    def waits(self) -> bool:
        """Whether it has no consultant and needs one."""
        return self.ticket.assignee is None and self.ticket.status in FREE

    @property
    def due(self) -> bool:
        """Whether its present turn is not answered yet, and the engine may answer it."""
        return self.waits and self.ticket.turn > self.answered and self.hold != "locked"

    @property
    def pending(self) -> bool:
        """Whether somebody was chosen and tickets has not confirmed it yet."""
        return self.waits and self.ticket.turn <= self.answered and bool(self.offered)

    @property
    def movable(self) -> bool:
        """Whether the engine may give it to somebody else: assigned, and no word given yet."""
        held = self.hold or self.booked or self.ticket.turn < self.answered
        return self.ticket.status == "assigned" and not held

    @property
    def state(self) -> State | None:
        """How far it is in its consultant's plan; None: in nobody's plan."""
        return _STATES.get(self.ticket.status) if self.ticket.assignee else None

    @property
    def rank(self) -> tuple[int, float, str]:
        """The order in which waiting tickets are served: priority, then promise, then id."""
        return self.ticket.priority, self.ticket.due_at.timestamp(), self.ticket.id


def promise(ticket: Ticket, now: float) -> Span:
    """This will tell when work may start, 0: at once, and by when it is promised, epoch seconds.

    Of the customer's windows the first that has not ended counts; where none is left, none does.
    The promise is the window's end or the SLA's, whichever is sooner. Who chose a window that
    opens only after the SLA's promise has moved the promise to the window's end.
    """
    due = ticket.due_at.timestamp()
    spans = sorted((w.start.timestamp(), w.end.timestamp()) for w in ticket.windows)
    for start, end in spans:
        if end > now:
            return start, end if start >= due else min(end, due)
    return 0.0, due


def job_of(ticket: Ticket, now: float = 0.0) -> Job:
    """This will describe a ticket as a job."""
    opens_at, due_at = promise(ticket, now)
    return Job(
        ticket=ticket.id,
        version=ticket.version,
        latitude=ticket.spot.latitude,
        longitude=ticket.spot.longitude,
        mode=ticket.mode,
        priority=ticket.priority,
        tier=ticket.tier,
        created_at=ticket.created_at.timestamp(),
        due_at=due_at,
        opens_at=opens_at,
        skills=dict(ticket.skills),
        language=ticket.language,
        country=ticket.spot.country,
        territory=ticket.territory,
        service_min=float(max(1, ticket.service)),
        certification=ticket.certification or None,
        previous=ticket.previous,
        declined_by=frozenset(ticket.declined),
    )


def stop_of(ticket: Ticket, state: State, start_at: float, now: float = 0.0) -> Stop:
    """This will describe a ticket as a stop in somebody's plan."""
    opens_at, due_at = promise(ticket, now)
    return Stop(
        ticket=ticket.id,
        latitude=ticket.spot.latitude,
        longitude=ticket.spot.longitude,
        service_min=float(max(1, ticket.service)),
        due_at=due_at,
        priority=ticket.priority,
        tier=ticket.tier,
        mode=ticket.mode,
        state=state,
        start_at=start_at,
        opens_at=opens_at,
    )


def consultant_of(person: Person, intervals: Iterable[Interval]) -> Consultant | None:
    """This will describe a person as a consultant; None: not one, not active, or without a home."""
    if "consultant" not in person.roles or not person.active or person.home is None:
        return None
    if person.capacity < 1:
        return None
    spans: dict[str, list[Span]] = {"shift": [], "on_call": [], "leave": []}
    for interval in intervals:
        spans[interval.kind].append((interval.start.timestamp(), interval.end.timestamp()))
    return Consultant(
        id=person.id,
        latitude=person.home.latitude,
        longitude=person.home.longitude,
        skills=dict(person.skills),
        certifications=frozenset(person.certifications),
        languages=frozenset(person.languages),
        country=person.home.country,
        territories=frozenset(person.territories),
        capacity=person.capacity,
        rating=person.rating,
        max_travel_min=float(person.max_travel),
        zone=person.zone,
        shifts=tuple(merge(spans["shift"])),
        on_call=tuple(sorted(spans["on_call"])),
        leave=tuple(sorted(spans["leave"])),
    )
