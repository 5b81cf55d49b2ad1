"""The contest: who of the eligible is cheapest, without costing everybody exactly."""

import heapq
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from squad.services.routing import plan, swift
from squad.services.routing.costs import Array
from squad.services.routing.model import Candidate, Seen, Terms
from squad.services.routing.plan import Bids, Case, Field
from squad.services.routing.roster import Roster
from squad.services.routing.scan import Rows, Scan
from squad.services.routing.swift import Line

KEPT = 5  # candidates that a record keeps
CHUNK = 128  # queues looked at in one go: more only costs memory
FIRST = 12  # of a chunk costed exactly before the rest, so that most of it can be spared
ROUNDING = 0.01  # min; a bound may differ by a thousandth in each term


class _Entry(NamedTuple):
    """A candidate in the running: comparable, cheapest first, ties by id.

    at: index among the eligible. bid: index among the bids.
    """

    cost: float
    consultant: str
    at: int
    bids: Bids
    bid: int


class Bid(NamedTuple):
    """What a job costs with somebody. cost, service: minutes. position: in the whole plan.

    arrival: when work would start, minutes from now, to the thousandth.
    """

    consultant: str
    cost: float
    position: int
    arrival: float
    service: float


class _Race:
    """The cheapest so far. keep: how many of them."""

    def __init__(self, scan: Scan, eligible: Rows, keep: int) -> None:
        self.rows = scan.rows[eligible]
        self.best: list[_Entry] = []
        self._ids = scan.roster.ids
        self._keep = keep

    @property
    def limit(self) -> float:
        """The most that a bound may be for its candidate to be costed exactly, minutes."""
        return self.best[-1].cost + ROUNDING if len(self.best) == self._keep else np.inf

    def enter(self, bids: Bids, bid: Rows, at: Rows) -> None:
        """This will let some bids run. at: the index among the eligible of each."""
        cost, keep = bids.cost[bid], self._keep
        limit = np.partition(cost, keep - 1)[keep - 1] if len(cost) > keep else np.inf
        fit = np.flatnonzero(cost <= min(limit, self.limit))
        entries = zip(cost[fit].tolist(), at[fit].tolist(), bid[fit].tolist(), strict=True)
        self.best += [_Entry(c, self._ids[self.rows[i]], i, bids, b) for c, i, b in entries]
        self.best = heapq.nsmallest(keep, self.best)


def hold(scan: Scan, eligible: Rows) -> tuple[Candidate, ...]:
    """This will find the cheapest of the eligible, as if all had been costed exactly.

    eligible: indices into the scan. Bounds are never more than the exact cost, so who is
    spared could not have come in.
    """
    lines = swift.among(scan.case, scan.roster, scan.rows[eligible], KEPT)
    if lines is not None:
        return held(scan.case, scan.roster, lines)
    race, field = _run(scan, eligible, KEPT)
    return tuple(
        _candidate(
            scan.case, e.consultant, _seen(scan, field, int(race.rows[e.at]), e.at), e.bids, e.bid
        )
        for e in race.best
    )


def held(case: Case, roster: Roster, lines: Sequence[Line]) -> tuple[Candidate, ...]:
    """This will make candidates of what the loops found."""
    return tuple(
        _made(case, one.consultant, _read(roster, one), one.cost, one.position, one.arrival,
              one.terms)
        for one in lines
    )  # fmt: skip


def cheapest(scan: Scan, eligible: Rows) -> Bid | None:
    """This will find the winner alone, the same one as `hold`, sooner."""
    lines = swift.among(scan.case, scan.roster, scan.rows[eligible], 1)
    if lines is not None:
        return first(scan.roster, lines)
    race, _ = _run(scan, eligible, 1)
    if not race.best:
        return None
    e = race.best[0]
    return Bid(
        e.consultant,
        e.cost,
        _under_way(scan.roster, int(race.rows[e.at])) + int(e.bids.position[e.bid]),
        round(float(e.bids.arrival[e.bid]), 3),
        float(e.bids.terms[plan.WORK, e.bid]),
    )


def first(roster: Roster, lines: Sequence[Line]) -> Bid | None:
    """This will make a bid of the best that the loops found; None: nobody."""
    if not lines:
        return None
    one = lines[0]
    position = _under_way(roster, one.row) + one.position
    return Bid(
        one.consultant, one.cost, position, round(one.arrival, 3), float(one.terms[plan.WORK])
    )


def quote(scan: Scan) -> float:
    """This will cost the job with the first of the scanned, whatever they break, minutes.

    Infinite: they have no working time to come.
    """
    lines = swift.among(scan.case, scan.roster, scan.rows[:1], 1)
    if lines is not None:
        return lines[0].cost if lines and lines[0].start < np.inf else np.inf
    one = np.zeros(1, np.intp)
    field = scan.field(one)
    if not np.isfinite(field.start[0]):
        return np.inf
    bids = plan.bound(scan.case, field)
    if field.queued[0]:
        tour = plan.tour(scan.case, field, bids, one, [scan.roster.layouts[int(scan.rows[0])]])
        bids = plan.insert(scan.case, tour)
    return float(bids.cost[0])


def _run(scan: Scan, eligible: Rows, keep: int) -> tuple[_Race, Field]:
    race, case, field = _Race(scan, eligible, keep), scan.case, scan.field(eligible)
    bound = plan.bound(case, field)
    idle = np.flatnonzero(field.queued == 0.0)
    race.enter(bound, idle, idle)
    busy = np.flatnonzero((field.queued > 0.0) & (bound.cost <= race.limit))
    busy = busy[bound.cost[busy].argsort(kind="stable")]
    while len(busy := busy[bound.cost[busy] <= race.limit]):
        chunk, busy = busy[:CHUNK], busy[CHUNK:]
        _insert(race, scan, field, bound, chunk)
    return race, field


def again(case: Case, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """This will hold the contest once more, between recorded candidates, from their record."""
    if not candidates:
        return ()
    ids, seen = [c.consultant for c in candidates], [c.seen for c in candidates]
    field = plan.see(seen, [consultant == case.job.previous for consultant in ids])
    layouts = [plan.lay(one.queue, (one.latitude, one.longitude)) for one in seen]
    tour = plan.tour(case, field, plan.bound(case, field), np.arange(len(seen)), layouts)
    bids = plan.insert(case, tour)
    order = sorted(range(len(ids)), key=lambda i: (bids.cost[i], ids[i]))
    return tuple(_candidate(case, ids[i], seen[i], bids, i) for i in order)


def _insert(race: _Race, scan: Scan, field: Field, bound: Bids, chunk: Rows) -> None:
    layouts = [scan.roster.layouts[row] for row in race.rows[chunk].tolist()]
    tour = plan.tour(scan.case, field, bound, chunk, layouts)
    closer = tour.bound()
    order = closer.argsort(kind="stable")
    first = FIRST if len(chunk) > 2 * FIRST else len(chunk)
    for part in (order[:first], order[first:]):
        batch = part[closer[part] <= race.limit]
        if len(batch):
            bids = plan.insert(scan.case, tour.take(batch))
            race.enter(bids, np.arange(len(batch)), chunk[batch])


def _under_way(roster: Roster, row: int) -> int:
    return int(roster.columns["load"][row]) - int(roster.columns["queued"][row])


def _seen(scan: Scan, field: Field, row: int, at: int) -> Seen:
    start, closes = float(field.start[at]), float(field.closes[at])
    return _fact(scan.roster, row, start, closes, float(field.surplus[at]), bool(field.speaks[at]))


def _read(roster: Roster, one: Line) -> Seen:
    return _fact(roster, one.row, one.start, one.closes, one.surplus, one.speaks)


def _fact(
    roster: Roster, row: int, start: float, closes: float, surplus: float, speaks: bool
) -> Seen:
    columns, stops = roster.columns, roster.plan(roster.ids[row])
    under_way = len(stops) - int(columns["queued"][row])
    latitude, longitude = columns["spot"][:, row].tolist()
    return Seen(
        latitude=latitude,
        longitude=longitude,
        start=start,
        closes=closes,
        surplus=surplus,
        rating=float(columns["rating"][row]),
        load=len(stops) + int(columns["done"][row]),
        capacity=int(columns["capacity"][row]),
        speaks=speaks,
        under_way=under_way,
        queue=stops[under_way:],
    )


def _candidate(case: Case, consultant: str, seen: Seen, bids: Bids, bid: int) -> Candidate:
    cost, position, arrival = bids.cost[bid], bids.position[bid], bids.arrival[bid]
    return _made(
        case, consultant, seen, float(cost), int(position), float(arrival), bids.terms[:, bid]
    )


def _made(
    case: Case, consultant: str, seen: Seen, cost: float, position: int, arrival: float,
    terms: Array,
) -> Candidate:  # fmt: skip
    minutes = terms.round(3).tolist()
    return Candidate(
        consultant,
        cost,
        seen.under_way + position,
        float(round(case.now + arrival * 60.0)),
        Terms(*minutes[: plan.IDLE], *(idle for idle in minutes[plan.IDLE :] if idle)),
        seen,
    )
