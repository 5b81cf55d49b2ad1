"""What will happen in a tried world whoever routes, and its laws: roads, work and chance.

Times are minutes since Monday 00:00 UTC, places degrees.
"""

import math
from collections.abc import Mapping

import msgspec

from squad.services.routing import wire
from squad.services.routing.costs import EARTH_KM

Place = tuple[float, float]
SLOW_KM, SLOW, FAST, DOOR = 15.0, 35.0, 80.0, 4.0  # km, km/h, km/h, min: ROUTER-PROTOCOL.md


class Demand(msgspec.Struct, frozen=True):
    """A ticket that comes. work: actual over expected minutes. road: actual over great circle.

    doubt: who declines is drawn from it, 0 to 1, differently for each consultant.
    """

    created: wire.TicketCreated
    work: float = 1.0
    road: float = 1.3
    doubt: float = 0.5


class Turn(msgspec.Struct, frozen=True):
    """A shift of somebody. ends: when they really stop; before `end` when they fall ill."""

    consultant: str
    start: float
    end: float
    ends: float


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What will happen, whoever routes.

    jams: actual over usual driving time by 1-degree cell of the destination. rush: by hour of
    the day, UTC. declines: share of offers that are declined. until: the last minute.
    """

    people: tuple[wire.UserUpserted, ...]
    turns: tuple[Turn, ...]
    demand: tuple[Demand, ...]
    jams: Mapping[tuple[int, int], float] = {}
    rush: tuple[float, ...] = (1.0,) * 24
    declines: float = 0.03
    answer: float = 2.0
    until: float


class Course(msgspec.Struct):
    """What became of a ticket. start: of the work, minutes; infinite: never. km: driven for it.

    travel, work: minutes spent on it. moves: how often it changed hands unasked.
    """

    demand: Demand
    consultant: str = ""
    start: float = math.inf
    km: float = 0.0
    travel: float = 0.0
    work: float = 0.0
    overtime: float = 0.0
    surplus: float = 0.0
    rating: float = 4.0
    moves: int = 0
    offers: int = 0


class Worker(msgspec.Struct):
    """Somebody in the world. phase: "idle", "travelling" or "working"."""

    facts: wire.UserUpserted
    place: Place
    queue: list[str] = []
    accepted: set[str] = set()
    on: bool = False
    closes: float = 0.0
    phase: str = "idle"
    ticket: str = ""
    origin: Place = (0.0, 0.0)
    departed: float = 0.0
    arrives: float = 0.0
    busy: float = 0.0
    paid: float = 0.0
    trip: int = 0


def drive(scenario: Scenario, origin: Place, one: Demand, now: float) -> float:
    """This will give the minutes that a trip takes which begins now; remote work needs none."""
    created = one.created
    if created.mode == "remote":
        return 0.0
    road = distance(origin, (created.lat, created.lon)) * one.road
    jam = scenario.jams.get((math.floor(created.lat), math.floor(created.lon)), 1.0)
    return DOOR + driving(road) * jam * scenario.rush[int(now // 60) % 24]


def labour(facts: wire.UserUpserted, one: Demand) -> float:
    """This will give the minutes that somebody works on a ticket."""
    known = 0.9 if one.created.previous == facts.id else 1.0
    return one.created.service_min * one.work * (1.0 - 0.06 * surplus(facts, one.created)) * known


def distance(a: Place, b: Place) -> float:
    """This will give the great circle between two places, km."""
    north, south = math.radians(a[0]), math.radians(b[0])
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(a[1] - b[1]) / 2) ** 2
    return 2.0 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def driving(road_km: float) -> float:
    """This will give the usual minutes of a drive, without the way to the door."""
    slow = min(road_km, SLOW_KM) / SLOW
    return 60.0 * (slow + max(0.0, road_km - SLOW_KM) / FAST)


def between(a: Place, b: Place, share: float) -> Place:
    """This will give a place on the way, by share of it; straight on the map."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def surplus(facts: wire.UserUpserted, created: wire.TicketCreated) -> float:
    """This will give the mean levels that somebody has above the need."""
    if not created.skills:
        return 0.0
    spare = (facts.skills.get(name, 0) - level for name, level in created.skills.items())
    return sum(spare) / len(created.skills)


def lot(ticket: str, consultant: str, doubt: float) -> float:
    """A number in 0 … 1 that depends on both, the same in every run."""
    value = 2166136261
    for letter in f"{ticket}/{consultant}/{doubt:.6f}":
        value = (value ^ ord(letter)) * 16777619 & 0xFFFFFFFF
    return value / 2**32
