"""The language in which routing is driven from outside (ROUTER-PROTOCOL.md): events, commands.

`now`, `start`, `end`, `due`, `eta`: minutes since Monday 00:00 UTC.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from squad.services.routing.model import Country, Mode, Tier

Minutes = float
Level = Annotated[int, Meta(ge=1, le=5)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Name = Annotated[str, Meta(min_length=1)]


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="ev"):
    """Something that happened. Unknown fields are passed over."""

    now: Minutes


class UserUpserted(Event, frozen=True, kw_only=True, tag=True):
    """A consultant is there, or changed. latitude, longitude: of the home base, degrees."""

    id: Name
    lat: Latitude
    lon: Longitude
    skills: dict[str, Level]
    languages: tuple[str, ...] = ("en",)
    country: Country = "US"
    rating: Annotated[float, Meta(ge=1, le=5)] = 4.0
    max_travel_min: Annotated[float, Meta(ge=0)] = 120.0


class ShiftPlanned(Event, frozen=True, kw_only=True, tag=True):
    """A consultant will work then; published up to 24 h ahead."""

    id: Name
    start: Minutes
    end: Minutes


class ShiftStarted(Event, frozen=True, kw_only=True, tag=True):
    """A consultant works from now on."""

    id: Name


class ShiftEnded(Event, frozen=True, kw_only=True, tag=True):
    """A consultant stops working; it may be sooner than planned, when they fall ill."""

    id: Name


class TicketCreated(Event, frozen=True, kw_only=True, tag=True):
    """A ticket wants a consultant. service_min: expected work, minutes."""

    id: Name
    lat: Latitude
    lon: Longitude
    mode: Mode = "onsite"
    priority: Annotated[int, Meta(ge=1, le=4)] = 3
    tier: Tier = "bronze"
    due: Minutes
    skills: dict[str, Level] = {}
    language: str | None = None
    country: Country = "US"
    service_min: Annotated[float, Meta(gt=0)] = 60.0
    previous: str | None = None


class Step(Event, frozen=True, kw_only=True):
    """A step of a ticket. id: the ticket. by: the consultant."""

    id: Name
    by: Name


class TicketAccepted(Step, frozen=True, kw_only=True, tag=True):
    """The consultant will do it."""


class TicketDeclined(Step, frozen=True, kw_only=True, tag=True):
    """The consultant will not do it."""


class TicketTimedOut(Step, frozen=True, kw_only=True, tag=True):
    """The consultant did not answer in time."""


class TicketReleased(Step, frozen=True, kw_only=True, tag=True):
    """The consultant gives it back: the shift ended, or they fell ill."""


class TicketStarted(Step, frozen=True, kw_only=True, tag=True):
    """The consultant departs, or opens the remote session. eta: when work should start."""

    eta: Minutes


class TicketClosed(Step, frozen=True, kw_only=True, tag=True):
    """The work is done."""


class Tick(Event, frozen=True, kw_only=True, tag=True):
    """A minute has passed."""


class Assign(msgspec.Struct, frozen=True, tag_field="cmd", tag="assign"):
    """Put a ticket in a consultant's queue. position: 0 is next; None: by due time."""

    ticket: str
    consultant: str
    position: int | None = None


class Unassign(msgspec.Struct, frozen=True, tag_field="cmd", tag="unassign"):
    """Take a ticket that is not under way out of the queue that has it."""

    ticket: str


class Divert(msgspec.Struct, frozen=True, tag_field="cmd", tag="divert"):
    """Interrupt a consultant's trip; its ticket goes to the head of their queue."""

    consultant: str


Command = Assign | Unassign | Divert
Commands = list[Command]
Happening = (
    UserUpserted
    | ShiftPlanned
    | ShiftStarted
    | ShiftEnded
    | TicketCreated
    | TicketAccepted
    | TicketDeclined
    | TicketTimedOut
    | TicketReleased
    | TicketStarted
    | TicketClosed
    | Tick
)
