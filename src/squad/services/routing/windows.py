"""How a plan runs where work must not start before the customer's window opens.

A delay is absorbed by a later wait, so that nothing adds up as it does without windows: every
queue is driven stop by stop, all queues and all places of the job at a time.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs
from squad.services.routing.costs import Array
from squad.services.routing.frame import (
    DELAYS,
    GAP,
    IDLE,
    NOTHING,
    ONSITE,
    OPENS,
    OTHERS,
    OVERTIME,
    RESUMES,
    SERVICE,
    TRAVEL,
    URGENCY,
    WORK,
    Bids,
    Case,
    Field,
    Tour,
    lost,
    total,
)

UNKNOWN = 1e9  # min; less than any cost is


class Way(NamedTuple):
    """Queues to drive; minutes, times from now; shape (n, places) where not said otherwise.

    start, closes, work: shape (n,). leg, service, opens: of the stop at each place. real: is
    there a stop? there: to the job. extra: what the way on from the job is longer by than from
    where it came in. resumes: the stop that this way leads to. opened: when the job's window opens.
    """

    start: Array
    closes: Array
    work: Array
    leg: Array
    service: Array
    opens: Array
    real: NDArray[np.bool_]
    there: Array
    extra: Array
    resumes: Array
    opened: float


class Course(NamedTuple):
    """What becomes of the queues; minutes, times from now; (n, places) where not said otherwise.

    arrival: when work on the job starts. begins: work on each stop, without the job. pushed:
    on each stop (last axis) with the job at a place, (n, places, places). idle: paid waits that
    the job adds. end: of today's work without it, (n,). later: with it.
    """

    arrival: Array
    begins: Array
    pushed: Array
    idle: Array
    end: Array
    later: Array


class _Base(NamedTuple):
    """The queues without the job. idle, end: of today, up to each place, and last in all."""

    depart: Array
    begins: Array
    idle: Array
    end: Array


def spare(case: Case, field: Field, terms: Array, reach: Array) -> Bids:
    """This will lower `plan.bound` as far as windows ask for it; exact for an empty queue.

    A wait of the queue may absorb the job, with its overtime: what is saved of such waits is at
    most what the job takes, or where it waits itself, all of them. Who may even gain by the job
    is always costed exactly.
    """
    terms, arrival = np.vstack((terms, np.zeros_like(reach))), reach
    alone, work = field.queued == 0.0, terms[WORK]
    if case.opened > 0.0:
        arrival = np.maximum(reach, case.opened)
        terms[DELAYS] = _delays(case, arrival)
        today = case.opened <= field.closes
        terms[IDLE] = np.where(alone & today, costs.idle(arrival - reach), 0.0)
        end = np.where(alone, arrival, field.start) + work
        terms[OVERTIME] = costs.overtime(end, field.closes, case.policy)
        terms[OVERTIME] -= costs.overtime(field.start, field.closes, case.policy)
        terms[OVERTIME] *= today
    if field.timed is not None:
        terms[OVERTIME] *= field.timed == 0.0
        most = field.queued * costs.LONGEST_WAIT if case.opened > 0.0 else work
        terms[IDLE] -= np.minimum(field.timed, 1.0) * most
        terms[OTHERS] -= (field.timed > 1.0) * UNKNOWN
    return total(terms, np.zeros(len(reach), np.intp), arrival)


def keep(case: Case, tour: Tour, start: Array, closes: Array) -> Tour:
    """This will cost a tour with its windows kept, where there are any.

    start, closes: shape (n, 1).
    """
    timed, policy = np.flatnonzero(tour.timed), case.policy
    terms = np.zeros((len(costs.TERMS), *tour.there.shape))
    terms[: len(tour.terms)] = tour.terms
    terms[IDLE] = 0.0
    some = Tour(*(part.take(timed, axis=-2) for part in tour._replace(terms=terms)))
    close = closes[timed]
    course = run(_way(case, some, start[timed, 0], close[:, 0]))
    some.terms[DELAYS] = _delays(case, course.arrival)
    some.terms[OVERTIME] = costs.overtime(course.later, close, policy)
    some.terms[OVERTIME] -= costs.overtime(course.end[:, None], close, policy)
    some.terms[IDLE] = course.idle
    times = np.concatenate((course.pushed, course.begins[:, None]), axis=1)
    some.terms[OTHERS] = lost(case, some.table, times)
    terms[:, timed] = some.terms
    tour.arrival[timed], tour.stops[timed] = course.arrival, course.begins
    return tour._replace(terms=terms)


def run(way: Way) -> Course:
    """This will drive each queue without the job, and with it at every place.

    Stops whose window opens after the shift belong to a later one: the time until then is
    neither idle nor overtime. The same goes for the job.
    """
    today = way.real & (way.opens <= way.closes[:, None])
    base = _base(way, today)
    reach = base.depart + way.there
    arrival = np.maximum(reach, way.opened)
    now = (way.opened <= way.closes)[:, None]
    idle = base.idle[:, :-1] + np.where(now, costs.idle(arrival - reach), 0.0)
    at = arrival + way.work[:, None]
    later, pushed = np.where(now, at, base.end[:, :-1]), np.empty((*at.shape, at.shape[1]))
    places = np.arange(at.shape[1])
    for stop in places:
        after = places <= stop
        reach = at + way.leg[:, stop, None] + np.where(way.resumes == stop, way.extra, 0.0)
        begin = np.maximum(reach, way.opens[:, stop, None])
        pushed[:, :, stop] = np.where(after, begin, base.begins[:, stop, None])
        counts = after & today[:, stop, None]
        idle = idle + np.where(counts, costs.idle(begin - reach), 0.0)
        at = np.where(after, begin + way.service[:, stop, None], at)
        later = np.where(counts, at, later)
    return Course(arrival, base.begins, pushed, idle - base.idle[:, -1:], base.end[:, -1], later)


def _base(way: Way, today: NDArray[np.bool_]) -> _Base:
    count, places = way.leg.shape
    depart, begins = np.empty((count, places)), np.empty((count, places))
    idle, end = np.zeros((count, places + 1)), np.empty((count, places + 1))
    at = end[:, 0] = way.start
    for stop in range(places):
        depart[:, stop] = at
        reach = at + way.leg[:, stop]
        begins[:, stop] = np.maximum(reach, way.opens[:, stop])
        waited = np.where(today[:, stop], costs.idle(begins[:, stop] - reach), 0.0)
        idle[:, stop + 1] = idle[:, stop] + waited
        at = begins[:, stop] + way.service[:, stop]
        end[:, stop + 1] = np.where(today[:, stop], at, end[:, stop])
    return _Base(depart, begins, idle, end)


def _way(case: Case, tour: Tour, start: Array, closes: Array) -> Way:
    table, there = tour.table, tour.there
    return Way(
        start=start,
        closes=closes,
        work=tour.terms[WORK, :, 0],
        leg=costs.travel(table[GAP], case.policy) * table[ONSITE],
        service=table[SERVICE],
        opens=(table[OPENS] - case.now) / 60.0,
        real=table[URGENCY] != NOTHING,
        there=there,
        extra=tour.terms[TRAVEL] - there,
        resumes=table[RESUMES],
        opened=case.opened,
    )


def _delays(case: Case, arrival: Array) -> list[Array]:
    """What the job's delay costs; nobody waits before their window opens."""
    delays = costs.delays(arrival, case.due, case.weights, case.policy)
    delays[0] = costs.waiting(arrival - max(case.opened, 0.0), case.weights[0])
    return delays
