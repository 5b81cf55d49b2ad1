"""What routing speaks of: consultants, jobs, plans, and the record of a decision."""

import math
from datetime import datetime
from typing import Literal

import msgspec

from squad.services.routing import bounds

Mode = Literal["onsite", "remote"]
Tier = Literal["bronze", "silver", "gold"]
State = Literal["assigned", "accepted", "travelling", "on_site"]
Country = Literal["US", "CA"]
Span = tuple[float, float]
"""A stretch of time, start and end: epoch seconds, UTC; the end is not part of it."""

UNDER_WAY: frozenset[State] = frozenset({"travelling", "on_site"})


class Consultant(msgspec.Struct, frozen=True, kw_only=True):
    """A person who resolves tickets, as far as routing needs to know them.

    latitude, longitude: home base, degrees, WGS 84. skills: level 1–5 by name.
    territories: where they work on site; empty: everywhere in their country.
    capacity: open tickets at a time. rating: 1–5. max_travel_min: from home, minutes.
    zone: IANA name, kept for display only: shifts are UTC already.
    shifts: in order and apart. on_call: when they may be called outside shifts, at overtime.
    leave: ends all of it. On call and leave may overlap, in any order.

    Raises:
        ValueError: a field is out of its bounds; the message starts with the field's name.
    """

    id: str
    latitude: float
    longitude: float
    skills: dict[str, int]
    certifications: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset({"en"})
    country: Country = "US"
    territories: frozenset[str] = frozenset()
    capacity: int = 5
    rating: float = 4.0
    max_travel_min: float = 120.0
    zone: str = "UTC"
    shifts: tuple[Span, ...] = ()
    on_call: tuple[Span, ...] = ()
    leave: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        bounds.place(self.latitude, self.longitude)
        bounds.levels(self.skills)
        bounds.check("capacity", 1 <= self.capacity <= 1000, "must be 1 to 1000")
        bounds.check("rating", 1.0 <= self.rating <= 5.0, "must be 1 to 5")
        bounds.check("max_travel_min", 0.0 <= self.max_travel_min < math.inf, "must be 0 or more")
        bounds.spans("shifts", self.shifts)
        bounds.spans("on_call", self.on_call)
        bounds.spans("leave", self.leave)
        ends = (end for _, end in self.shifts)
        starts = (start for start, _ in self.shifts[1:])
        apart = all(end <= start for end, start in zip(ends, starts, strict=False))
        bounds.check("shifts", apart, "must be in order and not overlap")


class Job(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ticket that needs a consultant.

    version: the ticket's version that was routed. latitude, longitude: degrees, WGS 84.
    priority: 1 (most urgent) to 4. created_at, due_at: epoch seconds; the promise is kept when
    work starts before due_at. opens_at: epoch seconds; work must not start before the customer's
    window opens, 0: no window. skills: level needed by name. language, territory,
    certification: None: any. service_min: expected work, minutes, by somebody just skilled enough.
    previous: the consultant who knows the case. declined_by: who must not be asked again.
    pace: driving there takes this many times what is planned, as trips have shown.

    Raises:
        ValueError: a field is out of its bounds; the message starts with the field's name.
    """

    ticket: str
    version: int = 1
    latitude: float
    longitude: float
    mode: Mode = "onsite"
    priority: int = 3
    tier: Tier = "bronze"
    created_at: float
    due_at: float
    skills: dict[str, int] = {}
    language: str | None = None
    country: Country = "US"
    territory: str | None = None
    service_min: float = 60.0
    certification: str | None = None
    previous: str | None = None
    declined_by: frozenset[str] = frozenset()
    opens_at: float = 0.0
    pace: float = 1.0

    def __post_init__(self) -> None:
        bounds.place(self.latitude, self.longitude)
        bounds.levels(self.skills)
        bounds.check("priority", 1 <= self.priority <= 4, "must be 1 to 4")
        bounds.check("created_at", math.isfinite(self.created_at), "must be a number")
        bounds.check("due_at", math.isfinite(self.due_at), "must be a number")
        bounds.check("service_min", 0.0 < self.service_min < math.inf, "must be more than 0")
        bounds.check("pace", 0.1 <= self.pace <= 10.0, "must be 0.1 to 10")
        bounds.check("opens_at", 0.0 <= self.opens_at < math.inf, "must be 0 or more")


class Stop(msgspec.Struct, frozen=True, array_like=True):
    """A job in a consultant's plan; travelling and on_site mean that it is under way.

    service_min: minutes this consultant needs. due_at: epoch seconds.
    start_at: when work started or is expected to start, epoch seconds; read only under way.
    opens_at: work must not start before, epoch seconds; 0: no window; not read under way.
    """

    ticket: str
    latitude: float
    longitude: float
    service_min: float
    due_at: float
    priority: int = 3
    tier: Tier = "bronze"
    mode: Mode = "onsite"
    state: State = "assigned"
    start_at: float = 0.0
    opens_at: float = 0.0

    @property
    def under_way(self) -> bool:
        """Whether the consultant is on it now, so that nothing can be put before it."""
        return self.state in UNDER_WAY


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What giving a job to somebody costs, by reason: minutes of paid consultant time.

    Negative: a credit. `others` is what the delay costs the work already in the plan, `idle`
    the consultant's waits for windows to open; a job that fills such a wait has a credit.
    """

    travel: float = 0.0
    service: float = 0.0
    rework: float = 0.0
    waiting: float = 0.0
    breach: float = 0.0
    lateness: float = 0.0
    overtime: float = 0.0
    others: float = 0.0
    language: float = 0.0
    continuity: float = 0.0
    fairness: float = 0.0
    idle: float = 0.0


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """All that the decision used of a candidate: enough to compute their cost again.

    latitude, longitude: where they set out from, degrees. start, closes: when they can, and
    when overtime begins, minutes from the decision. surplus: mean levels above the need. load:
    tickets of this shift, open or done. speaks: the customer's language. under_way: stops that
    come first in any case. queue: the plan after those.
    """

    latitude: float
    longitude: float
    start: float
    closes: float
    surplus: float
    rating: float
    load: int
    capacity: int
    speaks: bool
    under_way: int
    queue: tuple[Stop, ...]


class Candidate(msgspec.Struct, frozen=True):
    """Somebody who could do the job, at their cheapest place in the plan.

    cost: minutes, the sum of the terms. position: index in the whole plan, 0 is first.
    arrival: when work would start, epoch seconds.
    """

    consultant: str
    cost: float
    position: int
    arrival: float
    terms: Terms
    seen: Seen


class Lack(msgspec.Struct, frozen=True, omit_defaults=True):
    """A hard constraint that somebody breaks, in the constraint's own unit.

    name: the skill, language, territory, certification or country asked for.
    need, have: skill: levels; travel: at most and actual, minutes; capacity: limit and open
    tickets; shift and leave: look-ahead and minutes until they are next on shift, −1: not planned.
    """

    constraint: str
    name: str = ""
    need: float = 0.0
    have: float = 0.0


class Miss(msgspec.Struct, frozen=True):
    """Somebody who could not have the job, and everything that was in the way.

    travel_min: from their home base to the ticket's location, minutes.
    """

    consultant: str
    travel_min: float
    lacks: tuple[Lack, ...]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets a job and why: a record that explains itself and can be computed again.

    consultant: None: nobody is eligible. policy: version. snapshot: digest of all that the
    record was computed from. roster: consultants looked at. eligible: how many broke no
    constraint. candidates: the cheapest of them, winner first. excluded: how many each
    constraint excluded, everybody counted once, under the first that they break.
    near: who came nearest to eligible, and who lives nearest. decided_at: epoch seconds.
    """

    ticket: str
    consultant: str | None
    policy: int
    snapshot: str
    decided_at: float
    job: Job
    roster: int
    eligible: int
    candidates: tuple[Candidate, ...] = ()
    excluded: dict[str, int] = {}
    near: tuple[Miss, ...] = ()

    @property
    def winner(self) -> Candidate | None:
        """The chosen candidate with terms, position in the plan and arrival."""
        return self.candidates[0] if self.candidates else None

    @property
    def cost(self) -> float:
        """Minutes of paid consultant time; 0 when nobody is eligible."""
        return self.candidates[0].cost if self.candidates else 0.0

    @property
    def stop(self) -> Stop | None:
        """What to reserve in the winner's plan, at the winner's position."""
        if not self.candidates:
            return None
        job = self.job
        return Stop(
            ticket=job.ticket,
            latitude=job.latitude,
            longitude=job.longitude,
            service_min=self.candidates[0].terms.service,
            due_at=job.due_at,
            priority=job.priority,
            tier=job.tier,
            mode=job.mode,
            opens_at=job.opens_at,
        )


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the decision log. by: the dispatcher who chose, or "" for the engine.

    action: what was done. Unpinned, locked …: no consultant, and the engine's view of the moment.
    """

    id: str
    turn: int
    at: datetime
    by: str
    consultant: str | None
    record: Decision
    action: str = ""
