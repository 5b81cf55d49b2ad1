"""A ticket's life: the one table of transitions, its promises in time, and what people see."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from squad.contracts.people import Contact, Level, Person
from squad.contracts.tickets import Mode, Spot, Status, Ticket, Visibility, Window
from squad.kernel.access import Actor
from squad.kernel.problem import Fault, Impossible, Invalid
from squad.ports.places import Place

Step = Literal[
    "assign", "unassign", "stall", "accept", "decline", "travel", "arrive", "wait", "answer",
    "resolve", "close", "reopen", "cancel",
]  # fmt: skip

# The life cycle. What is not in the table is refused with 409 and changes nothing.
TRANSITIONS: Mapping[tuple[Status, Step], Status] = {
    ("new", "assign"): "assigned",
    ("new", "stall"): "needs_dispatcher",
    ("new", "cancel"): "cancelled",
    ("needs_dispatcher", "assign"): "assigned",
    ("needs_dispatcher", "cancel"): "cancelled",
    ("assigned", "assign"): "assigned",
    ("assigned", "unassign"): "new",
    ("assigned", "accept"): "accepted",
    ("assigned", "decline"): "new",
    ("assigned", "cancel"): "cancelled",
    ("accepted", "assign"): "assigned",
    ("accepted", "unassign"): "new",
    ("accepted", "decline"): "new",
    ("accepted", "travel"): "travelling",
    ("accepted", "arrive"): "on_site",
    ("accepted", "wait"): "waiting",
    ("accepted", "cancel"): "cancelled",
    ("travelling", "arrive"): "on_site",
    ("travelling", "unassign"): "new",
    ("travelling", "wait"): "waiting",
    ("travelling", "cancel"): "cancelled",
    ("on_site", "wait"): "waiting",
    ("on_site", "resolve"): "resolved",
    ("waiting", "answer"): "accepted",
    ("waiting", "assign"): "assigned",
    ("waiting", "unassign"): "new",
    ("waiting", "travel"): "travelling",
    ("waiting", "arrive"): "on_site",
    ("waiting", "resolve"): "resolved",
    ("waiting", "cancel"): "cancelled",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "new",
    ("closed", "reopen"): "new",
}

# Start of work is promised within so many hours of logging, by priority; a better tier waits less.
PROMISE: Mapping[int, float] = {1: 2.0, 2: 4.0, 3: 24.0, 4: 72.0}  # h
TIER: Mapping[str, float] = {"bronze": 1.0, "silver": 0.75, "gold": 0.5}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AUTOCLOSE = timedelta(days=5)  # a resolved ticket closes by itself (as ServiceNow's default does)

# What a category asks for where the client names no skills, and how long it takes on average.
CATEGORIES: Mapping[str, tuple[Mapping[str, int], int]] = {
    "hardware": ({"hardware": 2}, 60),
    "network": ({"network": 2}, 75),
    "printer": ({"printer": 1}, 45),
    "software": ({"software": 2}, 45),
    "email": ({"software": 1}, 30),
    "access": ({"access": 1}, 20),
    "storage": ({"storage": 2}, 60),
    "security": ({"security": 3}, 90),
    "phone": ({"phone": 1}, 45),
    "pos": ({"pos": 2}, 60),
    "other": ({}, 60),
}  # skill: level, minutes

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Long = Annotated[str, Meta(max_length=20_000)]
Reason = Annotated[str, Meta(min_length=1, max_length=1_000)]
Skill = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Category = Literal[
    "hardware", "network", "printer", "software", "email", "access", "storage", "security",
    "phone", "pos", "other",
]  # fmt: skip


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """Personal parts of a ticket: who to ask for on the spot, and where exactly."""

    contact: Contact | None = None
    address: str = ""


class TicketView(Ticket, frozen=True, kw_only=True):
    """A ticket as the API shows it."""

    contact: Contact | None = None
    address: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a ticket's history: which step, by whom, and the status after it."""

    version: int
    at: datetime
    actor: str
    step: str
    status: Status
    assignee: str | None
    note: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something written on a ticket."""

    id: str
    at: datetime
    author: str
    visibility: Visibility
    text: str


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a ticket. size: bytes. media: as sniffed from its content."""

    id: str
    at: datetime
    author: str
    visibility: Visibility
    name: str
    media: str
    size: int
    sha256: str


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known when a ticket is logged, checked and completed."""

    id: str
    title: str
    description: str
    category: str
    skills: Mapping[str, Level]
    certification: str
    priority: int
    mode: Mode
    spot: Spot
    windows: Sequence[Window]
    requester: str
    organisation: str
    store: str
    tier: str
    language: str


class Past(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a ticket that was finished elsewhere was logged, resolved and closed; with zones."""

    opened_at: datetime
    closed_at: datetime
    resolved_at: datetime | None = None
    resolution: Annotated[str, Meta(max_length=5_000)] = ""


def begin(logged: Logged, now: datetime) -> Ticket:
    """This will make a new ticket, version 1, turn 1."""
    skills, minutes = CATEGORIES[logged.category]
    hours = PROMISE[logged.priority] * TIER[logged.tier]
    return Ticket(
        id=logged.id,
        version=1,
        turn=1,
        status="new",
        priority=logged.priority,
        title=logged.title,
        description=logged.description,
        category=logged.category,
        skills=logged.skills or skills,
        certification=logged.certification,
        mode=logged.mode,
        language=logged.language,  # type: ignore[arg-type]
        tier=logged.tier,  # type: ignore[arg-type]
        spot=logged.spot,
        territory=f"{logged.spot.country}-{logged.spot.region}",
        requester=logged.requester,
        organisation=logged.organisation,
        store=logged.store,
        assignee=None,
        previous=None,
        declined=(),
        service=minutes,
        created_at=now,
        updated_at=now,
        due_at=now + timedelta(hours=hours),
        reference=reference(logged.id),
        windows=logged.windows,
    )


def bygone(logged: Logged, past: Past, now: datetime) -> Sequence[tuple[str, Ticket]]:
    """This will give the steps that a ticket took elsewhere, each with the ticket after it.

    Raises Invalid: times without a zone, before 1970, out of order or ahead.
    """
    times = [past.opened_at, past.resolved_at or past.closed_at, past.closed_at]
    if any(time.tzinfo is None for time in times):
        raise Invalid("Times need a zone.", [Fault("/past", "give an offset, for example Z")])
    if [EPOCH, *times, now] != sorted([EPOCH, *times, now]):
        fault = Fault("/past", "opened_at, then resolved_at, then closed_at, none ahead")
        raise Invalid("The times of the past are out of order.", [fault])
    opened, resolved, closed = (time.astimezone(UTC) for time in times)
    ticket = begin(logged, opened)
    steps = [("create", ticket)]
    if past.resolved_at is not None:
        ticket = replace(ticket, version=2, status="resolved", updated_at=resolved)
        steps.append(("resolve", replace(ticket, resolution=past.resolution)))
    ticket = replace(steps[-1][1], version=len(steps) + 1, status="closed", updated_at=closed)
    return (*steps, ("close", ticket))


_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U


def reference(id: str) -> str:
    """This will give the short name that people say on the phone, from 40 random bits of the id."""
    number = int(id.replace("-", "")[-10:], 16)
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def move(ticket: Ticket, step: Step, now: datetime, **changes: object) -> Ticket:
    """This will take a step. Raises Impossible: the table does not have it."""
    status = TRANSITIONS.get((ticket.status, step))
    if status is None:
        possible = sorted(s for state, s in TRANSITIONS if state == ticket.status)
        raise Impossible(
            f"A ticket that is {ticket.status} cannot {step}. Possible now: {', '.join(possible)}."
        )
    return replace(ticket, version=ticket.version + 1, status=status, updated_at=now, **changes)


def repeated(ticket: Ticket, step: Step, actor: Actor) -> bool:
    """This will tell whether the step was taken already by this person: then once is enough."""
    after = {
        "accept": "accepted", "travel": "travelling", "arrive": "on_site", "resolve": "resolved",
        "close": "closed", "cancel": "cancelled", "wait": "waiting",
    }  # fmt: skip
    mine = step in ("close", "cancel") or ticket.assignee == actor.id
    return mine and after.get(step) == ticket.status


def release(ticket: Ticket, step: Step, now: datetime, *, without: str | None) -> Ticket:
    """This will give the ticket back to routing, for its next turn.

    without: a consultant who will not be asked again for it.
    """
    declined = ticket.declined
    if without and without not in declined:
        declined = (*declined, without)
    return move(
        ticket,
        step,
        now,
        turn=ticket.turn + 1,
        assignee=None,
        previous=ticket.assignee or ticket.previous,
        declined=declined,
        waiting_for="",
        resolution="",
    )


def fits(ticket: Ticket, turn: int) -> bool:
    """This will tell whether an assignment for that turn is news and not history."""
    answers = turn > ticket.turn or (turn == ticket.turn and ticket.assignee is None)
    return answers and (ticket.status, "assign") in TRANSITIONS


def windows(given: Sequence[Window], now: datetime) -> Sequence[Window]:
    """This will check preferred windows. Raises Invalid: naive, empty, past or too far."""
    for number, window in enumerate(given):
        path = f"/preferred_windows/{number}"
        if window.start.tzinfo is None or window.end.tzinfo is None:
            raise Invalid("Times need a zone.", [Fault(path, "give an offset, for example Z")])
        if not window.start < window.end or window.end < now:
            raise Invalid("A window must lie ahead.", [Fault(path, "start < end, and end ahead")])
        if window.end > now + timedelta(days=366):
            raise Invalid("A window is too far away.", [Fault(path, "within a year")])
    return given


def changes(step: Step, note: str, waiting_for: str) -> dict[str, object]:
    """This will give the fields that a step sets beside the status."""
    if step == "resolve":
        return {"resolution": note, "waiting_for": ""}
    return {"waiting_for": waiting_for if step == "wait" else ""}


def spot(place: Place, latitude: float, longitude: float) -> Spot:
    """This will make the coarse location that events carry."""
    return Spot(
        latitude=latitude,
        longitude=longitude,
        postal_code=place.code,
        place=place.name,
        region=place.region,
        country=place.country,  # type: ignore[arg-type]
        zone=place.zone,
    )


def on_behalf(actor: Actor, person: Person | None) -> None:
    """This will check that the actor may log a ticket for somebody else. Raises Invalid."""
    if not actor.has("receptionist", "dispatcher", "administrator", "store"):
        raise Invalid("You log tickets for yourself.", [Fault("/requester", "leave it out")])
    foreign = person is not None and actor.roles == ("store",) and person.store != actor.store
    if person is None or foreign:
        raise Invalid("There is no such person.", [Fault("/requester", "the id of a person")])


def outward(entry: Entry) -> Entry:
    """This will show a line of history to a customer: reasons among staff stay among staff."""
    inner = entry.step in ("decline", "unassign", "stall")
    return replace(entry, note="" if inner else entry.note)
