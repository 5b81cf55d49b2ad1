"""The contest as plain loops, which numba can compile: equal to `rules`, `plan` and `contest`.

Each sum is in the same order as there. What a loop reads and writes comes as arrays and tuples
of numbers; times are minutes from now where not said otherwise. `swift.py` fills and calls it.
"""

import math
from typing import Any

import numpy as np

from squad.services.routing.costs import EARTH_KM, LONGEST_WAIT, Array
from squad.services.routing.frame import (
    CONTINUITY,
    DUE,
    FAIRNESS,
    IDLE,
    LANGUAGE,
    NOTHING,
    OVERTIME,
    REWORK,
    TRAVEL,
    URGENCY,
    WORK,
)

ROUNDING = 0.01  # min; as in contest
MOST = 64  # equally cheap candidates that are kept, since ids decide and loops know no ids
ROW, COST, PLACE, ARRIVAL, TERMS = 0, 1, 2, 3, 4  # of a line of the result; then 12 terms
START, CLOSES, SURPLUS, SPEAKS, WIDTH = 16, 17, 18, 19, 20
WAITING, BREACH, LATENESS = 3, 4, 5
COUNTRY_BIT, TRAVEL_BIT, TERRITORY_BIT, SKILL_BIT = 2, 1, 4, 8
CERTIFICATION_BIT, LANGUAGE_BIT = 16, 32  # as in rules.BITS
LEAVE_BIT, SHIFT_BIT, CAPACITY_BIT, DECLINED_BIT = 64, 128, 256, 512
ON_CALL, ON_LEAVE = 1, 2  # as in roster


# Where the roster's columns are in its blocks: of floats, of integers and of bytes.
HOME, HERE, REACH, RATING, QUEUED, LATEST, FREE, OPENS_AT, CLOSES_AT = (
    6,
    9,
    12,
    13,
    14,
    15,
    16,
    17,
    18,
)
CAPACITY, LOAD, OFFSET, DONE = 0, 1, 2, 3
STATUS, FULL, TRAITS = 0, 1, 2

LAW = np.dtype(
    [(name, "f8") for name in (
        "slow", "fast", "head", "detour", "trip", "spread_min", "spread_share", "rework_min",
        "rework_chance", "rework_level", "rework_rating", "overtime", "level_saves",
        "known_saves", "language", "continuity", "fairness", "fair_from", "overrun",
    )] + [("rates", "f8", (3, NOTHING + 1))]
)  # fmt: skip
"""A policy. slow, fast: min/km. head: minutes. overrun: s. rates: `frame.weights`."""

DEMANDS, DECLINED = 16, 32  # that a job may have, to be looked at by loops
ASK = np.dtype(
    [(name, "f8") for name in (
        "x", "y", "z", "now", "due", "opened", "opens_at", "horizon", "service", "waiting",
        "breach", "lateness",
    )] + [(name, "i8") for name in (
        "onsite", "urgent", "previous", "speaks", "territory", "anywhere", "needed", "refused",
    )] + [("needs", "i8", (DEMANDS, 3)), ("declined", "i8", (DECLINED,))]
)  # fmt: skip
"""A job. now, opens_at, horizon: epoch s. speaks, territory, anywhere: traits; −1: nobody has it;

−2: any. needs: trait, least level and bit of each demand, `needed` of them. declined: rows.
"""


def far(law: Any, ask: Any, points: Array, at: int, first: int) -> float:
    """This will give the minutes from a point, kept along axis 1 from `first`, to the job."""
    x, y = points[at, first] - ask.x, points[at, first + 1] - ask.y
    z = points[at, first + 2] - ask.z
    chord = math.sqrt(x * x + y * y + z * z)
    return drive(law, 2.0 * EARTH_KM * math.asin(min(chord * 0.5, 1.0)))


def near(law: Any, ask: Any, points: Array, first: int, row: int) -> float:
    """This will give the minutes from a point, kept along axis 0 from `first`, to the job."""
    x, y = points[first, row] - ask.x, points[first + 1, row] - ask.y
    z = points[first + 2, row] - ask.z
    chord = math.sqrt(x * x + y * y + z * z)
    return drive(law, 2.0 * EARTH_KM * math.asin(min(chord * 0.5, 1.0)))


def drive(law: Any, km: float) -> float:
    """This will give the minutes of a drive, as `costs.travel`."""
    road = km * law.detour
    minutes: float = min(road * law.slow, road * law.fast + law.head) + law.trip
    return minutes


def risk(law: Any, arrival: float, due: float) -> float:
    """This will give the chance to be late, as `costs.late`."""
    lead = max(min(arrival, due), 0.0)
    odds = (due - arrival) / (law.spread_min + law.spread_share * lead)
    return 1.0 / (1.0 + math.exp(min(odds, 60.0)))


def delay(law: Any, stop: Array, now: float, arrival: float) -> float:
    """This will cost when work on a stop starts, minutes."""
    due, urgency = (stop[DUE] - now) / 60.0, int(stop[URGENCY])
    waiting = law.rates[0, urgency] * arrival
    breach = law.rates[1, urgency] * risk(law, arrival, due)
    whole: float = waiting + breach + law.rates[2, urgency] * max(arrival - due, 0.0)
    return whole


def wait(ask: Any, law: Any, terms: Array, arrival: float, late: float) -> None:
    """This will cost when work on the job starts. late: what counts as waiting of it."""
    terms[WAITING] = ask.waiting * late
    terms[BREACH] = ask.breach * risk(law, arrival, ask.due)
    terms[LATENESS] = ask.lateness * max(arrival - ask.due, 0.0)


def extra(law: Any, end: float, closes: float) -> float:
    """This will cost overtime, as `costs.overtime`."""
    more: float = law.overtime * max(end - closes, 0.0)
    return more


def total(terms: Array) -> float:
    """This will add up terms to the thousandth, as `costs.total`."""
    whole = 0.0
    for term in range(IDLE + 1):
        whole += np.rint(terms[term] * 1000.0)
    return whole / 1000.0


def level(marks: Any, trait: int, row: int) -> int:
    """This will give somebody's level of a trait."""
    return 0 if trait < 0 else marks[TRAITS + trait, row]


def soon(ask: Any, floats: Array, row: int) -> bool:
    """This will tell who is on shift in time."""
    opens, closes = floats[OPENS_AT, row], floats[CLOSES_AT, row]
    then: bool = ask.opened <= 0.0 or closes > ask.opens_at
    return bool(opens <= ask.horizon and ask.now < closes and then)


def check(ask: Any, law: Any, floats: Array, marks: Any, row: int, trip: float, whole: bool) -> int:
    """This will give the broken constraints as `rules.check` does; not whole: only some."""
    code = 0
    for need in range(ask.needed):
        if level(marks, ask.needs[need, 0], row) < ask.needs[need, 1]:
            code |= ask.needs[need, 2]
    if marks[FULL, row]:
        code |= CAPACITY_BIT
    if code and not whole:
        return code
    if ask.territory != -2 and not (
        level(marks, ask.territory, row) or level(marks, ask.anywhere, row)
    ):
        code |= TERRITORY_BIT
    called = ask.urgent and marks[STATUS, row] == ON_CALL
    if not called and not soon(ask, floats, row):
        code |= LEAVE_BIT if marks[STATUS, row] == ON_LEAVE else SHIFT_BIT
    for one in range(ask.refused):
        if ask.declined[one] == row:
            code |= DECLINED_BIT
    if ask.onsite and not (code and not whole):
        home = trip if whole else near(law, ask, floats, HOME, row)
        if home > floats[REACH, row]:
            code |= TRAVEL_BIT
    return code


def see(ask: Any, law: Any, floats: Array, marks: Any, row: int, line: Array) -> None:
    """This will note when somebody can start, and what they can, as `Scan.field` does."""
    now, free = ask.now, floats[FREE, row]
    called = ask.urgent and marks[STATUS, row] == ON_CALL
    start = now if called else max(floats[OPENS_AT, row], now)
    if free > 0.0:
        start = max(start, max(free, now + law.overrun))
    closes = floats[CLOSES_AT, row] if soon(ask, floats, row) else now
    surplus, skills = 0.0, 0
    for need in range(ask.needed):
        if ask.needs[need, 2] == SKILL_BIT:
            surplus += float(level(marks, ask.needs[need, 0], row)) - float(ask.needs[need, 1])
            skills += 1
    line[ROW] = row
    line[START] = np.rint((start - now) / 60.0 * 1000.0) / 1000.0
    line[CLOSES] = np.rint((closes - now) / 60.0 * 1000.0) / 1000.0
    line[SURPLUS] = surplus / max(skills, 1)
    line[SPEAKS] = 1.0 if ask.speaks == -2 or level(marks, ask.speaks, row) > 0 else 0.0


def bound(ask: Any, law: Any, floats: Array, ints: Any, line: Array) -> None:
    """This will cost the job as somebody's next one, as `plan.bound` does."""
    row, start, closes = int(line[ROW]), line[START], line[CLOSES]
    terms, surplus, alone = line[TERMS:START], line[SURPLUS], floats[QUEUED, row] == 0.0
    known = 1.0 if row == ask.previous else 0.0
    work = ask.service * (1.0 - law.level_saves * surplus) * (1.0 - law.known_saves * known)
    trip = near(law, ask, floats, HERE, row) if ask.onsite else 0.0
    detour = trip if alone else 0.0
    chance = law.rework_chance - law.rework_level * surplus
    chance -= law.rework_rating * (floats[RATING, row] - 4.0)
    for term in range(len(terms)):
        terms[term] = 0.0
    terms[TRAVEL], terms[WORK] = detour, work
    terms[REWORK] = law.rework_min * min(max(chance, 0.0), 1.0)
    wait(ask, law, terms, start + trip, start + trip)
    terms[OVERTIME] = extra(law, start + (detour + work), closes) - extra(law, start, closes)
    terms[LANGUAGE] = law.language * (1.0 - line[SPEAKS])
    terms[CONTINUITY] = -law.continuity * known
    used = (ints[LOAD, row] + ints[DONE, row]) / ints[CAPACITY, row]
    terms[FAIRNESS] = law.fairness * (used - law.fair_from)
    line[PLACE], line[ARRIVAL] = 0.0, start + trip
    spare(ask, law, line, floats[QUEUED, row], floats[LATEST, row] > ask.now)
    line[COST] = total(terms)


def spare(ask: Any, law: Any, line: Array, queued: float, timed: bool) -> None:
    """This will lower a bound as far as windows ask for it, as `windows.spare` does."""
    terms, reach, start, closes = line[TERMS:START], line[ARRIVAL], line[START], line[CLOSES]
    work = terms[WORK]
    if ask.opened > 0.0:
        arrival, today = max(reach, ask.opened), ask.opened <= closes
        wait(ask, law, terms, arrival, arrival - ask.opened)
        if queued == 0.0 and today:
            terms[IDLE] = min(arrival - reach, LONGEST_WAIT)
        end = (arrival if queued == 0.0 else start) + work
        terms[OVERTIME] = 0.0
        if today:
            terms[OVERTIME] = extra(law, end, closes) - extra(law, start, closes)
        line[ARRIVAL] = arrival
    if timed:
        terms[OVERTIME] = 0.0
        terms[IDLE] -= queued * LONGEST_WAIT if ask.opened > 0.0 else work
