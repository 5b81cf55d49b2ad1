"""A ticket as it is logged: what must be known, what is promised, and what to call it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from squad.contracts.people import Level, Person
from squad.contracts.tickets import Mode, Proposed, Spot, Ticket, Window
from squad.kernel.access import Actor
from squad.kernel.problem import Fault, Invalid
from squad.ports.places import FAR_KM, Place, distance_km

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


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known when a ticket is logged, checked and completed.

    service: minutes of work, 0: what the category takes. proposal: what a model said.
    """

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
    service: int = 0
    proposal: Proposed | None = None


class Past(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a ticket that was finished elsewhere was logged, resolved and closed; with zones."""

    opened_at: datetime
    closed_at: datetime
    resolved_at: datetime | None = None
    resolution: Annotated[str, Meta(max_length=5_000)] = ""


def begin(logged: Logged, now: datetime) -> Ticket:
    """This will make a new ticket, version 1, turn 1."""
    skills, minutes = CATEGORIES[logged.category]
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
        service=logged.service or minutes,
        created_at=now,
        updated_at=now,
        due_at=due(now, logged.priority, logged.tier),
        reference=reference(logged.id),
        windows=logged.windows,
        proposal=logged.proposal,
    )


def due(at: datetime, priority: int, tier: str) -> datetime:
    """This will tell by when work must start on a ticket that was logged at a moment."""
    return at + timedelta(hours=PROMISE[priority] * TIER[tier])


def follow(ticket: Ticket, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """This will add what follows from changes of facts, as if it had been logged like that.

    Another category brings its minutes, and its skills unless some are given; another priority
    moves what is promised, counted from when it was logged.
    """
    follows = dict(changes)
    category = changes.get("category", ticket.category)
    if category != ticket.category:
        skills, follows["service"] = CATEGORIES[category]
        follows["skills"] = changes.get("skills") or skills
    priority = changes.get("priority", ticket.priority)
    if priority != ticket.priority:
        follows["due_at"] = due(ticket.created_at, priority, ticket.tier)
    return follows


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


def spot(place: Place, latitude: float, longitude: float) -> Spot:
    """This will make the coarse location that events carry. Raises Invalid: nobody lives there.

    place: the postal code that is nearest.
    """
    if (away := distance_km(place, latitude, longitude)) > FAR_KM:
        reason = f"{away:.0f} km from the nearest postal code: check latitude and longitude"
        raise Invalid("This point is at sea, or not in the US or Canada.", [
            Fault("/location/latitude", reason), Fault("/location/longitude", reason),
        ])  # fmt: skip
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
    desk = actor.has("receptionist", "dispatcher", "administrator")
    if not desk and not actor.has("store"):
        raise Invalid("You log tickets for yourself.", [Fault("/requester", "leave it out")])
    own = person is not None and bool(actor.store) and person.store == actor.store
    if person is None or not (desk or own):
        raise Invalid("There is no such person.", [Fault("/requester", "the id of a person")])
