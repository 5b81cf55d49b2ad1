"""The hard constraints: who must not get a job, and what exactly is in the way."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs
from squad.services.routing.model import Lack, Miss
from squad.services.routing.plan import Case
from squad.services.routing.roster import Roster
from squad.services.routing.scan import Mask, Rows, Scan

Codes = NDArray[np.uint16]
Levels = NDArray[np.uint8]
CONSTRAINTS = (
    "travel",
    "country",
    "territory",
    "skill",
    "certification",
    "language",
    "leave",
    "shift",
    "capacity",
    "declined",
)
"""In the order in which somebody excluded is counted; bit i of a code is constraint i."""
BITS = {name: np.uint16(1 << index) for index, name in enumerate(CONSTRAINTS)}


def check(scan: Scan) -> Codes:
    """This will tell which constraints each row breaks: 0 is eligible, shape (rows,)."""
    codes = np.zeros(len(scan), np.uint16)
    for constraint, broken in _masks(scan):
        codes |= broken * BITS[constraint]
    for consultant in scan.case.job.declined_by:
        codes |= (scan.rows == scan.roster.row(consultant)) * BITS["declined"]
    return codes


def able(case: Case, roster: Roster, rows: Rows | None) -> Rows:
    """This will give those of the rows that `check` gives 0, in order, sooner. None: everybody.

    Each constraint is only asked of who met those before it; levels, a byte each, come first.
    """
    for levels, least in _demands(case, roster):
        if levels is None:
            return np.zeros(0, np.intp)
        if rows is None:
            rows = np.flatnonzero(levels >= least)
        else:
            rows = rows.compress(levels.take(rows) >= least)
    full = roster.columns["full"]
    rows = np.flatnonzero(full == 0) if rows is None else rows.compress(full.take(rows) == 0)
    for consultant in case.job.declined_by:
        rows = rows.compress(rows != roster.row(consultant))
    duty = Scan(case, roster, rows).duty
    rows = rows.compress(duty.soon | duty.called)
    if case.job.mode == "onsite":
        near = Scan(case, roster, rows)
        rows = rows.compress(near.trip <= near.column("reach"))
    return rows


def tally(codes: Codes) -> dict[int, int]:
    """This will count the rows of each code but 0."""
    table = np.bincount(codes)
    return {code: int(table[code]) for code in np.flatnonzero(table).tolist() if code}


def first(tally: dict[int, int], beyond: int) -> dict[str, int]:
    """This will count everybody excluded once, under the first constraint that they break.

    beyond: how many were not looked at because nobody could travel that far.
    """
    counts = {"travel": beyond} | dict.fromkeys(CONSTRAINTS[1:], 0)
    for code, number in tally.items():
        lowest = (code & -code).bit_length() - 1
        counts[CONSTRAINTS[lowest]] += number
    return {name: number for name, number in counts.items() if number}


def misses(scan: Scan, codes: Codes, indices: Rows) -> tuple[Miss, ...]:
    """This will tell everything that keeps some of the scanned rows from the job."""
    km = costs.distance_km(scan.home[:, indices], scan.case.place[:, None])
    trips = costs.travel(km, scan.case.policy).round(1).tolist()
    return tuple(
        Miss(scan.roster.ids[scan.rows[index]], trip, _lacks(scan, int(codes[index]), index, trip))
        for index, trip in zip(indices.tolist(), trips, strict=True)
    )


def _masks(scan: Scan) -> Iterator[tuple[str, Mask]]:
    """Each constraint with the rows that break it."""
    job = scan.case.job
    if job.mode == "onsite":
        yield "travel", scan.trip > scan.column("reach")
        yield "country", scan.level("country", job.country) == 0
        if job.territory is not None:
            anywhere = scan.level("territory", "")
            yield "territory", (scan.level("territory", job.territory) | anywhere) == 0
    for name, level in job.skills.items():
        yield "skill", scan.skills[name] < level
    if job.certification is not None:
        yield "certification", scan.level("certification", job.certification) == 0
    if scan.case.policy.language_required and job.language is not None:
        yield "language", ~scan.speaks
    off = ~(scan.duty.soon | scan.duty.called)
    yield "leave", off & scan.duty.leave
    yield "shift", off & ~scan.duty.leave
    yield "capacity", scan.column("full")


def _demands(case: Case, roster: Roster) -> Iterator[tuple[Levels | None, int]]:
    """Everybody's levels of each trait that the job needs, and how high it must be."""
    job = case.job
    for name, level in job.skills.items():
        yield roster.levels("skill", name), level
    if job.certification is not None:
        yield roster.levels("certification", job.certification), 1
    if case.policy.language_required and job.language is not None:
        yield roster.levels("language", job.language), 1
    if job.mode == "onsite":
        yield roster.levels("country", job.country), 1
        if job.territory is not None:
            there, anywhere = (roster.levels("territory", name) for name in (job.territory, ""))
            yield (
                (anywhere if there is None else there if anywhere is None else there | anywhere),
                1,
            )


def _lacks(scan: Scan, code: int, index: int, trip: float) -> tuple[Lack, ...]:
    broken = [name for i, name in enumerate(CONSTRAINTS) if code >> i & 1]
    return tuple(lack for name in broken for lack in _lack(name, scan, index, trip))


def _lack(constraint: str, scan: Scan, index: int, trip: float) -> list[Lack]:
    job, columns, row = scan.case.job, scan.roster.columns, scan.rows[index]
    if constraint == "skill":
        have = {name: int(levels[index]) for name, levels in scan.skills.items()}
        short = {name: need for name, need in job.skills.items() if have[name] < need}
        return [Lack("skill", name, need, have[name]) for name, need in short.items()]
    if constraint == "travel":
        return [Lack("travel", "", float(columns["reach"][row]), trip)]
    if constraint == "capacity":
        limit, load = int(columns["capacity"][row]), int(columns["load"][row])
        return [Lack("capacity", "", limit, load)]
    if constraint in ("shift", "leave"):
        opens = float(columns["opens"][row])
        wait = -1.0 if opens == math.inf else round((opens - scan.case.now) / 60.0, 1)
        return [Lack(constraint, "", scan.case.policy.look_ahead_min, wait)]
    return [Lack(constraint, "" if constraint == "declined" else getattr(job, constraint))]
