"""Cheapest insertion: what a job costs at each place of each candidate's plan."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs, windows
from squad.services.routing.costs import Array
from squad.services.routing.frame import (
    AFTER,
    BEFORE,
    CONTINUITY,
    DELAYS,
    FAIRNESS,
    GAP,
    GOES_ON,
    IDLE,
    LANGUAGE,
    NOTHING,
    ONSITE,
    OPENS,
    OTHERS,
    OVERTIME,
    RESUMES,
    REWORK,
    SERVICE,
    TIERS,
    TRAVEL,
    URGENCY,
    WIDTH,
    WORK,
    Bids,
    Case,
    Field,
    Tour,
    lost,
    total,
    weights,
)
from squad.services.routing.model import Job, Seen, Stop
from squad.services.routing.pace import paced
from squad.services.routing.policy import Policy

NOWHERE = (0.0, 0.0, 0.0, 0.0, 0.0)  # after the last site: no place, no way on
REST = (0.0, 0.0, 0.0, float(NOTHING), 0.0)  # after the last stop: nothing
__all__ = ("AFTER", "BEFORE", "GAP", "IDLE", "WORK", "Bids", "Case", "Field", "Tour")


def case(job: Job, now: float, policy: Policy) -> Case:
    """This will work out once what every step of the decision needs of a job.

    The case's policy drives at the pace that is usual where the job is.
    """
    place = np.array(costs.spot(job.latitude, job.longitude))
    rates = weights(policy)[:, _urgency(job)]
    due, opened = (job.due_at - now) / 60.0, (job.opens_at - now) / 60.0
    return Case(job, now, paced(policy, job.pace), place, due, rates, opened)


def lay(stops: Sequence[Stop], spot: tuple[float, float]) -> Array:
    """This will lay out a queue, one row for each place, shape (stops + 1, WIDTH).

    spot: where the consultant sets out from, degrees.
    """
    here, rows = costs.spot(*spot), list[tuple[float, ...]]()
    sites = [(i, costs.spot(s.latitude, s.longitude)) for i, s in enumerate(stops) if _onsite(s)]
    for site, there in sites:
        ways = (*here, *there, _gap(here, there), 1.0, float(site))
        rows += [(*ways, *_row(stop)) for stop in stops[len(rows) : site + 1]]
        here = there
    ways = (*here, *NOWHERE, float(len(stops)))
    rows += [(*ways, *_row(stop)) for stop in stops[len(rows) :]]
    return np.array([*rows, (*ways, *REST)])


def see(seen: Sequence[Seen], known: Sequence[bool]) -> Field:
    """This will rebuild the candidates' columns from a decision's record."""
    rows = [
        (
            s.start,
            s.closes,
            s.surplus,
            s.rating,
            s.load / s.capacity,
            float(s.speaks),
            float(knows),
            float(len(s.queue)),
        )
        for s, knows in zip(seen, known, strict=True)
    ]
    numbers = np.array(rows).T
    return Field(np.array([costs.spot(s.latitude, s.longitude) for s in seen]).T, *numbers)


def follow(place: Sequence[float], stops: Iterable[Stop]) -> tuple[float, float]:
    """This will tell where somebody ends who starts at the place and does the stops, degrees."""
    for stop in stops:
        if stop.mode == "onsite":
            place = stop.latitude, stop.longitude
    return place[0], place[1]


def free(under_way: Iterable[Stop]) -> float:
    """This will tell when all that is under way should be done, epoch seconds; 0: nothing is."""
    done = 0.0
    for stop in under_way:
        done = max(done, stop.start_at) + stop.service_min * 60.0
    return done


def bound(case: Case, field: Field) -> Bids:
    """This will cost the job as everybody's next one: exact for an empty queue.

    Else it is never more than the exact cost: no way to the job is shorter than the direct one,
    a detour or a delay of others costs nothing less than 0, and overtime is convex. With windows
    see `windows.spare`.
    """
    policy, start = case.policy, field.start
    work = costs.service(case.job.service_min, field.surplus, field.known, policy)
    trip = np.zeros(len(start))
    if case.job.mode == "onsite":
        trip = costs.travel(costs.distance_km(field.here, case.place[:, None]), policy)
    arrival, detour = start + trip, trip * (field.queued == 0.0)
    extra = costs.overtime(start + (detour + work), field.closes, policy)
    terms = np.zeros((IDLE, len(start)))
    terms[TRAVEL] = detour
    terms[WORK] = work
    terms[REWORK] = costs.rework(field.surplus, field.rating, policy)
    terms[DELAYS] = costs.delays(arrival, case.due, case.weights, policy)
    terms[OVERTIME] = extra - costs.overtime(start, field.closes, policy)
    terms[LANGUAGE] = costs.language(field.speaks, policy)
    terms[CONTINUITY] = costs.continuity(field.known, policy)
    terms[FAIRNESS] = costs.fairness(field.used, policy)
    if case.opened > 0.0 or field.timed is not None:
        return windows.spare(case, field, terms, arrival)
    return total(terms, np.zeros(len(start), np.intp), arrival)


def tour(
    case: Case, field: Field, bids: Bids, chosen: NDArray[np.intp], layouts: Sequence[Array]
) -> Tour:
    """This will cost the job at every place of the chosen queues, but not what others lose.

    bids: from `bound`, for the whole field. layouts: of the chosen, as from `lay`.
    """
    policy, fixed = case.policy, bids.terms[:, chosen]
    table, gaps = _pad(layouts)
    start, closes = field.start[chosen, None], field.closes[chosen, None]
    there, detour, leg = _ways(case, table)
    taken = (leg + table[SERVICE]).cumsum(axis=1)
    depart = start + taken - (leg + table[SERVICE])
    end, longer = start + taken[:, -1:], detour + fixed[WORK][:, None]
    terms = np.empty((len(fixed), *leg.shape))
    terms[:] = fixed[:, :, None]
    terms[TRAVEL] = detour
    terms[DELAYS] = costs.delays(depart + there, case.due, case.weights, policy)
    terms[OVERTIME] = costs.overtime(end + longer, closes, policy)
    terms[OVERTIME] -= costs.overtime(end, closes, policy)
    terms[REWORK, gaps] = np.inf
    timed = ((table[OPENS] > case.now) | (case.opened > 0.0)).any(axis=1)[:, None].astype(float)
    tour = Tour(table, terms, there, depart + there, depart + leg, timed)
    return windows.keep(case, tour, start, closes) if timed.any() else tour


def insert(case: Case, tour: Tour) -> Bids:
    """This will add what the delay costs others, and keep each candidate's cheapest place.

    The earliest of equally cheap places wins.
    """
    terms = tour.terms.copy()
    work = terms[WORK]
    others = _others(case, tour, tour.there + work, terms[TRAVEL] + work)
    terms[OTHERS] = np.where(tour.timed, terms[OTHERS], others) if tour.timed.any() else others
    place = costs.total(terms).argmin(axis=1)
    at = np.arange(len(place)), place
    return total(terms[:, *at], place, tour.arrival[at])


def _row(stop: Stop) -> tuple[float, float, float, float, float]:
    onsite, urgency = float(_onsite(stop)), float(_urgency(stop))
    return onsite, stop.service_min, stop.due_at, urgency, stop.opens_at


def _onsite(stop: Stop) -> bool:
    return stop.mode == "onsite"


def _gap(a: Sequence[float], b: Sequence[float]) -> float:
    """What `costs.distance_km` gives, for two places."""
    return 2.0 * costs.EARTH_KM * math.asin(min(math.dist(a, b) * 0.5, 1.0))


def _urgency(work: Job | Stop) -> int:
    """Priority and tier in one number."""
    return (work.priority - 1) * len(TIERS) + TIERS.index(work.tier)


def _pad(layouts: Sequence[Array]) -> tuple[Array, NDArray[np.bool_]]:
    """All layouts in one table, shape (WIDTH, n, longest), and where it has nothing."""
    counts = np.array([len(layout) for layout in layouts])
    gaps = np.arange(int(counts.max())) >= counts[:, None]
    table = np.zeros((gaps.size, WIDTH))
    table[:, URGENCY] = NOTHING
    table[~gaps.ravel()] = np.concatenate(layouts)
    return np.ascontiguousarray(table.T).reshape(WIDTH, *gaps.shape), gaps


def _ways(case: Case, table: Array) -> tuple[Array, Array, Array]:
    """Minutes, shape (n, places): to the job; what the way on is longer by; to the next stop."""
    go_on = costs.travel(table[GAP], case.policy)
    leg = go_on * table[ONSITE]
    if case.job.mode == "remote":
        return np.zeros_like(leg), np.zeros_like(leg), leg
    ends = table[:6].reshape(2, 3, *leg.shape).swapaxes(0, 1)
    km = costs.distance_km(ends, case.place[:, None, None, None])
    there, back = costs.travel(km, case.policy)
    return there, there + (back - go_on) * table[GOES_ON], leg


def _others(case: Case, tour: Tour, soon: Array, late: Array) -> Array:
    """What the stops after each place cost more, shape (n, places).

    soon: minutes that remote work before the next site is put off by. late: from there on.
    """
    table, stop = tour.table, np.arange(tour.table.shape[2])
    put_off = np.where(stop >= table[RESUMES, :, :, None], late[:, :, None], soon[:, :, None])
    put_off *= stop >= stop[:, None]
    # One row of stops for each place of the job, and last the plan without it.
    times = np.empty((len(put_off), len(stop) + 1, len(stop)))
    times[:] = tour.stops[:, None]
    times[:, :-1] += put_off
    return lost(case, table, times)
