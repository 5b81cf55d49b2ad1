"""A generated world for the simulator: people, shifts and tickets, drawn from a seed.

Demand follows population, local hour and weekday, and comes in waves: an hour's count has four to
six times the variance of a Poisson count (measured on the incident log of ../shared/data). Roads
are 1.36 times the great circle on average (measured on real trips), slower in some areas and in
rush hours.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate, islice
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from squad.apps.world.metros import Metro, metros
from squad.ports.places import Place, Places
from squad.services.routing import wire
from squad.services.routing.desk import EPOCH
from squad.services.routing.simulate import Demand, Scenario, Turn, distance

DAY = 1440.0  # min
CITIES = 800  # most populous, to find metro areas
CREW = 10  # consultants a metro area on average, at least LEAST
LEAST = 4
ABLE = 2  # people who can do a ticket at least
SPREAD = 0.25  # degrees around a city
NEAR_KM = 110.0  # from their homes
SKILLS = ("network", "hardware", "printer", "software", "access", "security", "phone", "pos")
# Local hour: relative demand, weekdays; the weekend has a fifth.
HOURS = (
    0.2,
    0.1,
    0.1,
    0.1,
    0.2,
    1,
    5,
    14,
    26,
    32,
    32,
    29,
    24,
    27,
    28,
    26,
    20,
    12,
    6,
    3,
    2,
    1,
    0.4,
    0.2,
)
WEEKEND = 0.2
WAVE = 4.0  # variance over mean of an hour's count, less one
PRIORITIES, SHARES = (1, 2, 3, 4), (0.05, 0.17, 0.53, 0.25)
PROMISE = {1: 240.0, 2: 480.0, 3: 1440.0, 4: 2880.0}  # min from the ticket to the work's start
REMOTE = 0.3
# Weekdays (0 is Monday), local hours; and how many of ten people work so.
SHIFTS = (
    ((0, 1, 2, 3, 4), 8, 17, 4), ((0, 1, 2, 3, 4), 7, 16, 2), ((0, 1, 2, 3, 4), 10, 19, 2),
    ((2, 3, 4, 5, 6), 9, 18, 1), ((0, 1, 2, 5, 6), 13, 22, 1),
)  # fmt: skip
SICK = 0.015  # share of shifts that end early
RUSH = (0.85, 0.85, 0.85, 0.85, 0.9, 1.0, 1.1, 1.2, 1.2, 1.1, 1.0, 1.0,
        1.0, 1.0, 1.05, 1.15, 1.2, 1.2, 1.1, 1.0, 0.95, 0.9, 0.9, 0.85)  # fmt: skip


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How large a world is. days: of demand. tickets: a weekday. slow: all driving, times."""

    consultants: int = 240
    tickets: int = 780
    days: int = 7
    slow: float = 1.0
    seed: int = 1


def scenario(places: Places, size: Size) -> Scenario:
    """This will draw a world. The same size and seed give the same one."""
    areas = sorted(metros(places.cities(CITIES)), key=lambda metro: -metro.population)
    staffed = _staffed(areas[: max(2, size.consultants // CREW)], size.consultants)
    people = [one for metro, count in staffed for one in _team(metro, count, size.seed)]
    jams = Random(f"jams/{size.seed}")
    cells = {
        (math.floor(city.latitude) + a, math.floor(city.longitude) + b)
        for metro, _ in staffed for city in metro.cities for a in (-1, 0, 1) for b in (-1, 0, 1)
    }  # fmt: skip
    return Scenario(
        people=tuple(one for one, _ in people),
        turns=tuple(turn for one, zone in people for turn in _turns(one.id, zone, size)),
        demand=tuple(_demand([metro for metro, _ in staffed], [one for one, _ in people], size)),
        jams={cell: size.slow * jams.lognormvariate(0.0, 0.15) for cell in sorted(cells)},
        rush=RUSH[-6:] + RUSH[:-6],  # local to UTC, mean of the zones
        until=(size.days + 2) * DAY,
    )


def _staffed(areas: Sequence[Metro], count: int) -> list[tuple[Metro, int]]:
    """Shares people out by population, at least LEAST to each metro."""
    spare = max(0, count - LEAST * len(areas))
    total = sum(metro.population for metro in areas)
    return [(metro, LEAST + round(spare * metro.population / total)) for metro in areas]


def _team(metro: Metro, count: int, seed: int) -> Iterator[tuple[wire.UserUpserted, str]]:
    for number in range(count):
        dice = Random(f"{seed}/{metro.name}/{number}")
        city = dice.choices(metro.cities, [max(c.population, 1) for c in metro.cities])[0]
        skills = dice.sample(SKILLS, 5 if number % 3 else 8)
        languages = [*metro.languages] if dice.random() < 0.5 or number < 2 else ["en"]
        yield (
            wire.UserUpserted(
                now=0.0,
                id=f"{metro.name}-{number}",
                lat=round(city.latitude + dice.gauss(0, 0.05), 4),
                lon=round(city.longitude + dice.gauss(0, 0.06), 4),
                skills={name: dice.choices((1, 2, 3, 4, 5), (1, 3, 4, 3, 1))[0] for name in skills},
                languages=tuple(languages),
                country="CA" if city.country == "CA" else "US",
                rating=round(min(5.0, max(2.5, dice.gauss(4.0, 0.5))), 1),
                max_travel_min=120.0,
            ),
            metro.center.zone,
        )


def _turns(consultant: str, zone: str, size: Size) -> Iterator[Turn]:
    dice = Random(f"{size.seed}/turns/{consultant}")
    days, opens, closes, _ = dice.choices(SHIFTS, [shift[3] for shift in SHIFTS])[0]
    behind = -_offset(zone) * 60.0
    for day in range(size.days + 2):
        if day % 7 in days:
            start, end = day * DAY + opens * 60 + behind, day * DAY + closes * 60 + behind
            sick = dice.random() < SICK
            yield Turn(consultant, start, end, dice.uniform(start, end) if sick else end)


def _offset(zone: str) -> float:
    """Hours east of UTC."""
    found = datetime.fromtimestamp(EPOCH, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return found.total_seconds() / 3600.0 if found is not None else 0.0


def _demand(
    areas: Sequence[Metro], people: Sequence[wire.UserUpserted], size: Size
) -> Iterator[Demand]:
    dice, able = Random(f"{size.seed}/demand"), _Able(people)
    cities = [city for metro in areas for city in metro.cities]
    weights = list(accumulate(max(city.population, 1) for city in cities))
    hourly = sum(HOURS)
    drawn: list[tuple[float, Place]] = []
    for hour in range(size.days * 24):
        mean = size.tickets * HOURS[hour % 24] / hourly
        mean *= WEEKEND if hour // 24 % 7 >= 5 else 1.0
        for _ in range(_wave(dice, mean)):
            city = dice.choices(cities, cum_weights=weights)[0]
            local = hour * 60.0 + dice.uniform(0.0, 60.0)
            drawn.append((local - _offset(city.zone) * 60.0, city))
    for number, (moment, city) in enumerate(sorted(drawn, key=lambda one: one[0]), 1):
        drawn_one = _ticket(dice, f"t{number:07d}", moment, city)
        while not able.enough(drawn_one.created):
            drawn_one = _ticket(
                dice, f"t{number:07d}", moment, dice.choices(cities, cum_weights=weights)[0]
            )
        yield drawn_one


class _Able:
    """Who could do a ticket at all, so that nobody logs what nobody can do."""

    def __init__(self, people: Sequence[wire.UserUpserted]) -> None:
        self._cells: dict[tuple[int, int], list[wire.UserUpserted]] = {}
        for one in people:
            self._cells.setdefault((math.floor(one.lat), math.floor(one.lon)), []).append(one)

    def enough(self, created: wire.TicketCreated) -> bool:
        """Whether so many people in and around its cell have the skills and the language."""
        north, east = math.floor(created.lat), math.floor(created.lon)
        near = (
            one for a in (0, -1, 1) for b in (0, -1, 1)
            for one in self._cells.get((north + a, east + b), ())
        )  # fmt: skip
        fit = (
            one
            for one in near
            if one.country == created.country
            and created.language in one.languages
            and all(one.skills.get(name, 0) >= level for name, level in created.skills.items())
            and distance((one.lat, one.lon), (created.lat, created.lon)) < NEAR_KM
        )
        return sum(1 for _ in islice(fit, ABLE)) == ABLE


def _wave(dice: Random, mean: float) -> int:
    """A count with WAVE times more variance than chance alone gives: gamma, then Poisson."""
    rate = dice.gammavariate(mean / WAVE, WAVE)
    count, left = 0, dice.expovariate(1.0)
    while left < rate:
        count += 1
        left += dice.expovariate(1.0)
    return count


def _ticket(dice: Random, id: str, moment: float, city: Place) -> Demand:
    priority = dice.choices(PRIORITIES, SHARES)[0]
    wanted = dice.sample(SKILLS, 1 if dice.random() < 0.7 else 2)
    french = city.region == "QC" and dice.random() < 0.6
    created = wire.TicketCreated(
        now=moment,
        id=id,
        lat=round(city.latitude + dice.gauss(0, SPREAD), 4),
        lon=round(city.longitude + dice.gauss(0, SPREAD), 4),
        mode="remote" if dice.random() < REMOTE else "onsite",
        priority=priority,
        tier=dice.choices(("bronze", "silver", "gold"), (5, 3, 2))[0],
        due=moment + PROMISE[priority],
        skills={name: dice.choices((1, 2, 3, 4), (3, 4, 2, 1))[0] for name in wanted},
        language="fr" if french else "en",
        country="CA" if city.country == "CA" else "US",
        service_min=float(dice.choice((20, 30, 40, 45, 60, 60, 75, 90, 120))),
    )
    return Demand(
        created,
        dice.lognormvariate(-0.05, 0.32),
        min(2.2, 1.0 + dice.gammavariate(4.0, 0.09)),
        dice.random(),
    )
