"""Small worlds for routing: builders, strategies, and a slow decision written from the rules."""

import itertools
import math
from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from squad.services.routing.model import Consultant, Job, Span, Stop
from squad.services.routing.policy import DEFAULT, Policy
from squad.services.routing.roster import Roster

NOW = 1_750_000_000.0  # epoch s
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0  # s
SKILLS = ("network", "printer", "server")


def somebody(name: str = "ann", **changes: Any) -> Consultant:
    """A consultant in New York who is on shift and can do the default job."""
    fields: dict[str, Any] = {
        "id": name,
        "latitude": 40.7,
        "longitude": -74.0,
        "skills": {"network": 3},
        "shifts": ((NOW - 2 * HOUR, NOW + 6 * HOUR),),
    }
    return Consultant(**fields | changes)


def ticket(**changes: Any) -> Job:
    """A P3 visit in New York that needs networking at level 2."""
    fields: dict[str, Any] = {
        "ticket": "t-1",
        "latitude": 40.75,
        "longitude": -73.98,
        "created_at": NOW,
        "due_at": NOW + 8 * HOUR,
        "skills": {"network": 2},
        "language": "en",
    }
    return Job(**fields | changes)


def visit(name: str = "s-1", **changes: Any) -> Stop:
    """A stop in New York: an hour of work, due tomorrow."""
    fields: dict[str, Any] = {
        "ticket": name,
        "latitude": 40.72,
        "longitude": -74.01,
        "service_min": 60.0,
        "due_at": NOW + DAY,
    }
    return Stop(**fields | changes)


def roster(*people: Consultant) -> Roster:
    """A roster of these people, nobody with work yet."""
    made = Roster()
    for one in people:
        made.put(one)
    return made


class World(NamedTuple):
    """A job, people with work, and a policy, drawn by a number."""

    job: Job
    team: list[tuple[Consultant, list[Stop]]]
    policy: Policy


def draw(number: int) -> World:
    """A world full of borders: on leave, nearly too far, overdue, on call, one level short."""
    rng = Random(number)
    windows = rng.choice((0.0, 0.0, 0.3, 0.8))
    team = [
        (_person(rng), [_stop(rng, windows) for _ in range(rng.randint(0, 5))])
        for _ in range(rng.randint(0, 14))
    ]
    return World(_job(rng, windows), team, _policy(rng))


worlds = st.integers(0, 2**64 - 1).map(draw)


def _place(rng: Random) -> dict[str, Any]:
    return {"latitude": rng.randint(400, 415) / 10, "longitude": -rng.randint(730, 750) / 10}


def _moment(rng: Random) -> float:
    return NOW + rng.randint(-16, 60) * 30 * MINUTE


def _spans(rng: Random, most: int) -> tuple[Span, ...]:
    apart: list[Span] = []
    for start in sorted(_moment(rng) for _ in range(rng.randint(0, most))):
        if not apart or apart[-1][1] <= start:
            apart.append((start, start + rng.choice((30, 240, 540)) * MINUTE))
    return tuple(apart)


def _opens(rng: Random, windows: float) -> float:
    return _moment(rng) if rng.random() < windows else 0.0


def _stop(rng: Random, windows: float) -> Stop:
    return Stop(
        ticket="",
        **_place(rng),
        service_min=float(rng.choice((5, 30, 60, 240))),
        due_at=_moment(rng),
        priority=rng.randint(1, 4),
        tier=rng.choice(("bronze", "silver", "gold")),
        mode=rng.choice(("onsite", "onsite", "remote")),
        state=rng.choice(("assigned", "accepted", "assigned", "travelling", "on_site")),
        start_at=NOW + rng.randint(-40, 40) * MINUTE,
        opens_at=_opens(rng, windows),
    )


def _person(rng: Random) -> Consultant:
    """Every second one could do nearly anything; the others lack this or that."""
    able: dict[str, Any] = {
        "skills": {name: rng.randint(3, 5) for name in SKILLS},
        "certifications": frozenset({"site"}),
        "languages": frozenset({"en", "fr"}),
        "max_travel_min": 240.0,
        "shifts": ((NOW - HOUR, NOW + 8 * HOUR),),
    }
    lacking: dict[str, Any] = {
        "skills": {name: rng.randint(1, 5) for name in SKILLS if rng.random() < 0.8},
        "certifications": frozenset(rng.choice(((), ("site",), ("site",)))),
        "languages": frozenset(rng.choice((("en",), ("en", "fr"), ("es",)))),
        "country": "CA" if rng.random() < 0.2 else "US",
        "territories": frozenset(rng.choice(((), ("east",), ("west",)))),
        "max_travel_min": rng.choice((30.0, 90.0, 240.0)),
        "shifts": rng.choice((_spans(rng, 3), able["shifts"])),
        "leave": _spans(rng, 2) if rng.random() < 0.3 else (),
        "on_call": _spans(rng, 2) if rng.random() < 0.3 else (),
    }
    return Consultant(
        id="",
        **_place(rng),
        **rng.choice((able, lacking)),
        capacity=rng.randint(1, 9),
        rating=rng.choice((2.5, 4.0, 5.0)),
    )


def _job(rng: Random, windows: float) -> Job:
    return Job(
        ticket="job",
        **_place(rng),
        mode=rng.choice(("onsite", "remote")),
        priority=rng.randint(1, 4),
        tier=rng.choice(("bronze", "silver", "gold")),
        created_at=NOW,
        due_at=_moment(rng),
        skills={name: rng.randint(1, 4) for name in SKILLS if rng.random() < 0.3},
        language=rng.choice((None, "en", "fr")),
        territory=rng.choice((None, None, "east")),
        certification=rng.choice((None, None, "site")),
        service_min=float(rng.choice((5, 45, 200))),
        previous=rng.choice((None, "c00", "c03", "c07")),
        declined_by=frozenset(rng.choice(((), (), ("c01", "c02", "nobody")))),
        opens_at=_opens(rng, windows),
    )


def _policy(rng: Random) -> Policy:
    return msgspec.structs.replace(
        DEFAULT,
        language_required=rng.random() < 0.5,
        look_ahead_min=rng.choice((0.0, 60.0, 1440.0)),
        on_call_priority=rng.randint(0, 4),
        waiting=rng.choice(((0.5, 0.25, 0.1, 0.05), (0.0, 0.0, 0.0, 0.0))),
        overtime=rng.choice((0.0, 0.5)),
    )


def gather(team: Sequence[tuple[Consultant, list[Stop]]]) -> Roster:
    """A roster of a drawn team, with ids and tickets by number."""
    made = Roster()
    made.advance(NOW)
    for number, (one, work) in enumerate(team):
        made.put(msgspec.structs.replace(one, id=f"c{number:02d}"))
        for index, stop in enumerate(work):
            name = f"s{number:02d}-{index}"
            made.reserve(f"c{number:02d}", msgspec.structs.replace(stop, ticket=name))
    return made


def eligible(job: Job, made: Roster, name: str, policy: Policy) -> bool:
    """Whether somebody breaks no hard constraint: DESIGN §6, one after the other."""
    one = made.consultant(name)
    onsite = job.mode == "onsite"
    trip = minutes((one.latitude, one.longitude), (job.latitude, job.longitude), policy)
    return (
        name not in job.declined_by
        and all(one.skills.get(skill, 0) >= level for skill, level in job.skills.items())
        and (job.certification is None or job.certification in one.certifications)
        and sum(stop.opens_at == 0 or stop.opens_at <= NOW + DAY for stop in made.plan(name))
        < one.capacity
        and (not onsite or one.country == job.country)
        and (not onsite or not one.territories or job.territory in (None, *one.territories))
        and (not onsite or trip <= one.max_travel_min)
        and (not policy.language_required or job.language in (None, *one.languages))
        and _works(job, one, policy)[0]
    )


def _works(job: Job, one: Consultant, policy: Policy) -> tuple[bool, float, float]:
    """Whether somebody can work; from when, and until when without overtime, epoch seconds."""
    on_leave = any(start <= NOW < end for start, end in one.leave)
    called = any(start <= NOW < end for start, end in one.on_call)
    called = called and not on_leave and job.priority <= policy.on_call_priority
    borders = sorted({border for span in (*one.shifts, *one.leave) for border in span})
    free = [
        (start, end)
        for start, end in itertools.pairwise(borders)
        if any(s <= start and end <= e for s, e in one.shifts)
        and not any(s <= start and end <= e for s, e in one.leave)
        and end > NOW
    ]
    horizon = NOW + policy.look_ahead_min * MINUTE
    begins, ends = free[0] if free else (math.inf, math.inf)
    for start, end in free[1:]:
        ends = end if start == ends else ends
    soon = begins <= horizon
    if NOW < job.opens_at <= horizon:
        soon = soon and ends > job.opens_at
    elif job.opens_at > NOW:
        soon = any(
            start < max(job.due_at, job.opens_at + 1) and job.opens_at < end for start, end in free
        )
        called = False
    start = NOW if called or not soon else max(NOW, begins)
    closes = ends if soon else NOW
    return soon or called, start, closes


def minutes(a: tuple[float, float], b: tuple[float, float], policy: Policy) -> float:
    """Travel by the protocol's words: great circle by the haversine, then roads."""
    (south, west), (north, east) = ([math.radians(x) for x in p] for p in (a, b))
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    road = 2 * 6371.0088 * math.asin(math.sqrt(half)) * policy.detour
    near = min(road, policy.near_km)
    far = road - near
    return policy.trip_min + near / policy.near_kmh * 60 + far / policy.far_kmh * 60


def cost(job: Job, made: Roster, name: str, policy: Policy) -> tuple[float, int]:
    """What the job costs with somebody, minutes, and at which position: every plan driven out."""
    one, whole = made.consultant(name), made.plan(name)
    head = [stop for stop in whole if stop.under_way]
    queue = [stop for stop in whole if not stop.under_way]
    levels = [one.skills[skill] - level for skill, level in job.skills.items()]
    surplus = sum(levels) / len(levels) if levels else 0.0
    known = job.previous == name
    work = job.service_min * (1 - policy.level_saves * surplus)
    work *= 1 - policy.known_saves if known else 1
    chance = policy.rework_chance - policy.rework_level * surplus
    chance -= policy.rework_rating * (one.rating - 4)
    fixed = policy.rework_min * min(max(chance, 0), 1)
    fixed += policy.fairness_min * (len(whole) / one.capacity - policy.fairness_from)
    fixed -= policy.continuity_min if known else 0
    fixed += 0 if job.language in (None, *one.languages) else policy.language_min
    new = Stop("", job.latitude, job.longitude, work, job.due_at, job.priority, job.tier, job.mode)
    new = msgspec.structs.replace(new, opens_at=job.opens_at)
    fixed -= policy.waiting[job.priority - 1] * max(0.0, (job.opens_at - NOW) / MINUTE)
    today = drive(job, one, head, queue, policy)
    plans = [[*queue[:i], new, *queue[i:]] for i in range(len(queue) + 1)]
    prices = [drive(job, one, head, plan, policy) - today + fixed for plan in plans]
    least = min(prices)
    return least, len(head) + prices.index(least)


def drive(job: Job, one: Consultant, head: list[Stop], queue: list[Stop], policy: Policy) -> float:
    """Paid minutes, overtime and delays of a plan; what opens after the shift counts later."""
    _, at, closes = _works(job, one, policy)
    place, free = (one.latitude, one.longitude), 0.0
    for stop in head:
        free = max(free, stop.start_at) + stop.service_min * MINUTE
        place = (stop.latitude, stop.longitude) if stop.mode == "onsite" else place
    if head:
        at = max(at, free, NOW + policy.overrun_min * MINUTE)
    total, end = 0.0, at
    for stop in queue:
        if stop.mode == "onsite":
            trip = minutes(place, (stop.latitude, stop.longitude), policy)
            place = stop.latitude, stop.longitude
            at += trip * MINUTE
            total += trip
        today = stop.opens_at <= closes
        idle = max(0.0, stop.opens_at - at)
        at += idle
        total += min(idle / MINUTE, 60.0) if today else 0.0
        total += stop.service_min + _delay(stop, (at - NOW) / MINUTE, policy)
        at += stop.service_min * MINUTE
        end = at if today else end
    return total + policy.overtime * max(0.0, (end - closes) / MINUTE)


def _delay(stop: Stop, arrival: float, policy: Policy) -> float:
    """Waiting, breach and lateness of one customer."""
    urgency, due = stop.priority - 1, (stop.due_at - NOW) / MINUTE
    lead = max(0.0, min(arrival, due))
    odds = (due - arrival) / (policy.spread_min + policy.spread_share * lead)
    late = 1 / (1 + math.exp(min(odds, 500)))
    return (
        policy.waiting[urgency] * arrival
        + policy.breach[urgency] * policy.tiers.of(stop.tier) * late
        + policy.lateness[urgency] * max(0.0, arrival - due)
    )
