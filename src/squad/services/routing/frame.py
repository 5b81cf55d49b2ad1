"""What costing works on: a job, the candidates as columns, and queues laid out in a table."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs
from squad.services.routing.costs import Array
from squad.services.routing.model import Job, Tier
from squad.services.routing.policy import Policy

TIERS: tuple[Tier, ...] = ("bronze", "silver", "gold")
NOTHING = 4 * len(TIERS)  # the urgency of a place without a stop
# Columns of a layout, one row for each place that a job could take in a queue: before each of
# its stops, and after the last. Where they come from (3) and the next site from there (3), on
# the unit sphere; the way between the two, km; is there such a site?; the stop that is there,
# by index. Then of the stop at the place: on site?, minutes, due (epoch s), urgency, and when
# its window opens (epoch s; 0: no window).
BEFORE, AFTER, GAP, GOES_ON, RESUMES = slice(0, 3), slice(3, 6), 6, 7, 8
ONSITE, SERVICE, DUE, URGENCY, OPENS, WIDTH = 9, 10, 11, 12, 13, 14
# Rows of terms, as in costs.TERMS; the last one only where there are windows.
TRAVEL, WORK, REWORK, DELAYS, OVERTIME, OTHERS = 0, 1, 2, slice(3, 6), 6, 7
LANGUAGE, CONTINUITY, FAIRNESS, IDLE = 8, 9, 10, 11


class Case(NamedTuple):
    """A job that is decided on.

    now: epoch seconds. place: unit sphere, shape (3,). due: minutes from now.
    weights: what its delay costs: waiting, breach, lateness. opened: when its window opens,
    minutes from now; not positive: it may start at once.
    """

    job: Job
    now: float
    policy: Policy
    place: Array
    due: float
    weights: Array
    opened: float = 0.0


class Field(NamedTuple):
    """The candidates as columns, one entry each.

    here: where they set out from, unit sphere, shape (3, n). start, closes: when they can, and
    when overtime begins, minutes from now. used: tickets of this shift over capacity. speaks,
    known: 0 or 1. queued: stops not under way. timed: is there a window still to open among them,
    0 or 1, or 2 where even others may gain by the job; None: nobody has one.
    """

    here: Array
    start: Array
    closes: Array
    surplus: Array
    rating: Array
    used: Array
    speaks: Array
    known: Array
    queued: Array
    timed: Array | None = None


class Bids(NamedTuple):
    """What the job costs with each candidate.

    cost: minutes, to the thousandth, shape (n,). position: in the queue, shape (n,).
    arrival: minutes from now, shape (n,). terms: minutes, shape (costs.TERMS, n), without idle
    where nobody has a window.
    """

    cost: Array
    position: NDArray[np.intp]
    arrival: Array
    terms: Array


class Tour(NamedTuple):
    """The job at every place of every queue; shapes end with (n, places).

    table: the layouts, (WIDTH, …). terms: minutes, infinite where a queue has no such place,
    (costs.TERMS, …). there: minutes to the job. arrival, stops: when they would be at the job,
    and are at the stop now, minutes from now. timed: has the queue or the job a window still
    to open, so that what others lose is in the terms already? 0 or 1, shape (n, 1).
    """

    table: Array
    terms: Array
    there: Array
    arrival: Array
    stops: Array
    timed: Array

    def take(self, chosen: NDArray[np.intp]) -> "Tour":
        """This will keep only the chosen candidates, in that order."""
        return Tour(*(part.take(chosen, axis=-2) for part in self))

    def bound(self) -> Array:
        """This will give each candidate's least cost without what others lose, minutes."""
        least: Array = costs.total(self.terms).min(axis=1)
        return least


@lru_cache(maxsize=8)
def weights(policy: Policy) -> Array:
    """This will tabulate waiting, breach and lateness by urgency, shape (3, NOTHING + 1)."""
    rows = [
        (policy.waiting[p], policy.breach[p] * policy.tiers.of(tier), policy.lateness[p])
        for p in range(4)
        for tier in TIERS
    ]
    return np.array([*rows, (0.0, 0.0, 0.0)]).T


def lost(case: Case, table: Array, times: Array) -> Array:
    """This will cost stops at these times, less at the last row of times, shape (n, places).

    times: minutes from now, shape (n, places + 1, stops).
    """
    due = ((table[DUE] - case.now) / 60.0)[:, None]
    rates = weights(case.policy)[:, table[URGENCY].astype(np.intp)][:, :, None]
    waiting, breach, lateness = costs.delays(times, due, rates, case.policy)
    whole: Array = (waiting + breach + lateness).cumsum(axis=2)[:, :, -1]
    return whole[:, :-1] - whole[:, -1:]


def total(terms: Array, position: NDArray[np.intp], arrival: Array) -> Bids:
    """This will add up terms into bids."""
    return Bids(costs.total(terms), position, arrival, terms)
