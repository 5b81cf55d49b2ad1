"""The contest in one call of compiled code, where numba is installed: the extra `fast`.

Nothing is compiled until `warm` is called. Until then, without numba, and for the few cases that
the loops leave alone, numpy decides, with equal results.
"""

import heapq
import struct
from functools import lru_cache
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import loops, plan, race
from squad.services.routing.costs import Array
from squad.services.routing.frame import Case, weights
from squad.services.routing.model import Job
from squad.services.routing.policy import DEFAULT, Policy
from squad.services.routing.race import ABLE, ALL, WHOLE
from squad.services.routing.roster import Roster

Rows = NDArray[np.intp]
Codes = NDArray[np.uint16]
NOBODY, ANY = -1, -2  # instead of a trait: no one has it; it is not asked for
KINDS = np.dtype(np.float64), np.dtype(np.int32), np.dtype(np.uint8)  # of the roster's blocks
HEAD = struct.Struct("12d8q")  # the first fields of loops.ASK, up to the demands
REFUSED = HEAD.size + 3 * 8 * loops.DEMANDS  # where rows that declined begin
NO_ROWS, NO_CODES, NO_TRIPS = np.zeros(0, np.intp), np.zeros(0, np.uint16), np.zeros(0)

SOURCES = "loops.py", "race.py", "costs.py", "frame.py"  # what is compiled into the loops

_run: Any = None  # the loops' entrance, compiled
ready = False  # whether the loops are compiled; who sets it to False has numpy decide


class Line(NamedTuple):
    """A candidate: minutes, times from now. position: in the queue. terms: shape (12,)."""

    cost: float
    consultant: str
    row: int
    position: int
    arrival: float
    start: float
    closes: float
    surplus: float
    speaks: bool
    terms: Array


class Found(NamedTuple):
    """What looking at some rows gave. codes: as of `rules.check`. trips: minutes, on site."""

    lines: list[Line]
    codes: Codes
    trips: Array


def warm(cache: str | None = None) -> bool:
    """This will compile the loops, or load them compiled; False: numba is not installed.

    It may take half a minute, and should not be done while somebody waits. cache: directory
    for the compiled code, of these loops and no others; None: it is not kept.
    """
    global ready, _run
    try:
        import numba
    except ImportError:
        return False
    if _run is None:
        if cache is not None:
            numba.config.CACHE_DIR = cache  # type: ignore[attr-defined]
        _run = _compile(numba.njit(cache=cache is not None, error_model="numpy"))
        _look(plan.case(REHEARSAL, 0.0, DEFAULT), Roster(), None, ALL, 1)
        _run.disable_compile()
    ready = True
    return ready


def among(case: Case, roster: Roster, rows: Rows, keep: int) -> list[Line] | None:
    """This will find the cheapest of rows that are eligible, best first, ties by id.

    None: numpy must.
    """
    found = _look(case, roster, rows, ALL, keep) if ready else None
    return None if found is None else found.lines


def able(case: Case, roster: Roster, rows: Rows | None, keep: int) -> list[Line] | None:
    """This will do as `among`, of those rows that are eligible. rows: None is everybody."""
    found = _look(case, roster, rows, ABLE, keep) if ready else None
    return None if found is None else found.lines


def whole(case: Case, roster: Roster, rows: Rows | None, keep: int) -> Found | None:
    """This will do as `able`, and tell which constraints each row breaks."""
    return _look(case, roster, rows, WHOLE, keep) if ready else None


def _look(case: Case, roster: Roster, rows: Rows | None, mode: int, keep: int) -> Found | None:
    ask = _ask(case, roster)
    if ask is None:
        return None
    size = len(roster) if rows is None else len(rows)
    blocks, best = roster.columns.blocks, np.empty((loops.MOST, loops.WIDTH))
    codes, trips = NO_CODES, NO_TRIPS
    if mode == WHOLE:
        codes, trips = np.empty(size, np.uint16), np.empty(size)
    count = _run(
        ask,
        _law(case.policy),
        *(blocks[kind] for kind in KINDS),
        roster.layouts.places,
        NO_ROWS if rows is None else np.ascontiguousarray(rows),
        size,
        codes,
        trips,
        mode,
        best,
        keep,
    )
    if count > loops.MOST:
        return None  # more are equally cheap than there is room for
    lines = [_line(roster, one) for one in best[:count]]
    return Found(heapq.nsmallest(keep, lines), codes, trips)


def _line(roster: Roster, one: Array) -> Line:
    row, cost, position, arrival = one[: loops.TERMS].tolist()
    start, closes, surplus, speaks = one[loops.START :].tolist()
    terms = one[loops.TERMS : loops.START]
    name, at = roster.ids[int(row)], int(position)
    return Line(cost, name, int(row), at, arrival, start, closes, surplus, speaks > 0.0, terms)


@lru_cache(maxsize=256)
def _law(policy: Policy) -> NDArray[Any]:
    slow, fast = 60.0 / policy.near_kmh, 60.0 / policy.far_kmh
    law = np.zeros(1, loops.LAW)
    law[0] = (
        slow,
        fast,
        policy.near_km * (slow - fast),
        policy.detour,
        policy.trip_min,
        policy.spread_min,
        policy.spread_share,
        policy.rework_min,
        policy.rework_chance,
        policy.rework_level,
        policy.rework_rating,
        policy.overtime,
        policy.level_saves,
        policy.known_saves,
        policy.language_min,
        policy.continuity_min,
        policy.fairness_min,
        policy.fairness_from,
        policy.overrun_min * 60.0,
        weights(policy),
    )
    return law


def _ask(case: Case, roster: Roster) -> NDArray[Any] | None:
    """The job for the loops; None: it asks for too much, or for hours that are in no column."""
    job, policy, now, trait = case.job, case.policy, case.now, roster.trait
    horizon, needs = now + policy.look_ahead_min * 60.0, _needs(job, policy, roster)
    far_off = case.opened > 0.0 and job.opens_at > horizon
    if far_off or len(needs) > 3 * loops.DEMANDS or len(job.declined_by) > loops.DECLINED:
        return None
    buffer = bytearray(loops.ASK.itemsize)
    HEAD.pack_into(
        buffer,
        0,
        *case.place.tolist(),
        now,
        case.due,
        case.opened,
        job.opens_at,
        horizon,
        job.service_min,
        *case.weights.tolist(),
        job.mode == "onsite",
        job.priority <= policy.on_call_priority,
        roster.row(job.previous or ""),
        ANY if job.language is None else trait("language", job.language),
        ANY if job.territory is None or job.mode == "remote" else trait("territory", job.territory),
        trait("territory", ""),
        len(needs) // 3,
        len(job.declined_by),
    )
    struct.pack_into(f"{len(needs)}q", buffer, HEAD.size, *needs)
    declined = [roster.row(one) for one in job.declined_by]
    struct.pack_into(f"{len(declined)}q", buffer, REFUSED, *declined)
    return np.frombuffer(buffer, loops.ASK)


def _needs(job: Job, policy: Policy, roster: Roster) -> list[int]:
    """Trait, least level and bit of each demand, one after the other."""
    trait, needs = roster.trait, list[int]()
    for name, level in job.skills.items():
        needs += trait("skill", name), level, loops.SKILL_BIT
    if job.certification is not None:
        needs += trait("certification", job.certification), 1, loops.CERTIFICATION_BIT
    if policy.language_required and job.language is not None:
        needs += trait("language", job.language), 1, loops.LANGUAGE_BIT
    if job.mode == "onsite":
        needs += trait("country", job.country), 1, loops.COUNTRY_BIT
    return needs


def _compile(jit: Any) -> Any:
    """Puts compiled functions where the plain ones are, so that they call each other."""
    plain = {
        name: part
        for module in (loops, race)
        for name, part in vars(module).items()
        if isinstance(part, FunctionType) and part.__module__ == module.__name__
    }
    for name, part in plain.items():
        compiled = jit(part)
        for module in (loops, race):
            if hasattr(module, name):
                setattr(module, name, compiled)
    return race.run


REHEARSAL = Job(ticket="", latitude=0.0, longitude=0.0, created_at=0.0, due_at=0.0)
