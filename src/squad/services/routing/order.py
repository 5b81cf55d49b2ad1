"""The order of a consultant's day: the cheapest one found, never worse than the given one.

The terms are those of the decision: travel, idle waits, what delays cost customers, overtime. Up
to EXACT stops every order is costed; beyond that a local search moves, swaps and reverses runs of
stops, all such changes costed at a time, and starts again from a shaken best until its steps are
used up. The same input gives the same order.
"""

import itertools
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs, frame
from squad.services.routing.costs import Array
from squad.services.routing.model import Stop
from squad.services.routing.policy import Policy

Orders = NDArray[np.intp]
EXACT = 8  # stops that may move, of which every order is costed: 40,320 of 8
STEPS = 30  # neighbourhoods costed beyond that: 15 stops take about 100 ms
RUN = 3  # stops moved together at most
REACH = 16  # places that a run is moved by at most
GAIN = 0.001  # min; less is not worth a change


class Day(NamedTuple):
    """The stops still to be done; minutes, times from now; shape (n,) where not said otherwise.

    ways: between stops, and last from where the consultant sets out, (n + 1, n + 1). onsite,
    fixed: 0 or 1; who is fixed keeps its place in the order. weights: what delay costs, (3, n).
    start, closes: when they can set out, and when overtime begins. back: the way home, where that
    is paid. wait: of one wait for a window to open, this much is paid at most.
    """

    ways: Array
    onsite: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    service: Array
    opens: Array
    due: Array
    weights: Array
    start: float
    closes: float
    policy: Policy
    back: Array
    wait: float = costs.LONGEST_WAIT


class Better(NamedTuple):
    """An order. stops: indices into the given one. cost, saved: minutes; begins: from now."""

    stops: tuple[int, ...]
    cost: float
    saved: float
    begins: tuple[float, ...]


def day(
    stops: Sequence[Stop], spot: tuple[float, float], start: float, closes: float, *,
    now: float, policy: Policy, fixed: Collection[str] = (),
) -> Day:  # fmt: skip
    """This will prepare a queue, nothing in it under way.

    spot: where the consultant sets out from, degrees. start, closes: minutes from now. now: epoch
    seconds. fixed: tickets that keep their place.
    """
    places = [*((stop.latitude, stop.longitude) for stop in stops), spot]
    points = costs.point(*np.array(places).T)
    ways: Array = costs.travel(costs.distance_km(points[:, :, None], points[:, None]), policy)
    urgency = [(s.priority - 1) * len(frame.TIERS) + frame.TIERS.index(s.tier) for s in stops]
    return Day(
        ways=ways,
        onsite=np.array([stop.mode == "onsite" for stop in stops], bool),
        fixed=np.array([stop.ticket in fixed for stop in stops], bool),
        service=np.array([stop.service_min for stop in stops]),
        opens=(np.array([stop.opens_at for stop in stops]) - now) / 60.0,
        due=(np.array([stop.due_at for stop in stops]) - now) / 60.0,
        weights=frame.weights(policy)[:, urgency],
        start=start,
        closes=closes,
        policy=policy,
        back=np.zeros(len(stops)),
    )


def cost(day: Day, orders: Orders) -> Array:
    """This will cost orders, minutes; shape (orders, n) of indices gives (orders,)."""
    count, stops = orders.shape
    at, whole = np.full(count, day.start), np.zeros(count)
    end, place = at, np.full(count, stops)
    today = day.opens <= day.closes
    for stop in orders.T:
        leg, begin, place = _go(day, stop, at, place)
        whole += leg
        whole += np.minimum(begin - at - leg, day.wait) * today[stop]
        waiting, breach, lateness = costs.delays(
            begin, day.due[stop], day.weights[:, stop], day.policy
        )
        whole += waiting + breach + lateness
        at = begin + day.service[stop]
        end = np.where(today[stop], at, end)
    home = day.back[orders[:, -1]] if stops else 0.0
    whole += home + costs.overtime(end + home, day.closes, day.policy)
    return whole


def best(day: Day, steps: int = STEPS) -> Better:
    """This will find a better order, or give back the given one.

    steps: neighbourhoods costed at most, where there are too many orders to cost them all.
    """
    given = np.arange(len(day.service))
    if not len(given):
        return Better((), 0.0, 0.0, ())
    before = float(cost(day, given[None])[0])
    free = np.flatnonzero(~day.fixed)
    if len(free) <= EXACT:
        found, least = _least(day, free, _all(len(free)), free)
    else:
        found, least = _search(day, free, steps)
    if least > before - GAIN:
        found, least = given, before
    return Better(tuple(found.tolist()), least, before - least, _begins(day, found))


def _go(day: Day, stop: Orders, at: Array, place: Orders) -> tuple[Array, Array, Orders]:
    """The leg to a stop, when work begins there, and where they are then; one of each order."""
    onsite = day.onsite[stop]
    leg = day.ways[place, stop] * onsite
    return leg, np.maximum(at + leg, day.opens[stop]), np.where(onsite, stop, place)


def _begins(day: Day, order: Orders) -> tuple[float, ...]:
    at, place, begins = np.array([day.start]), np.array([len(order)]), []
    for stop in order[:, None]:
        _, begin, place = _go(day, stop, at, place)
        at = begin + day.service[stop]
        begins.append(float(begin[0]))
    return tuple(begins)


def _least(day: Day, free: Orders, moves: Orders, kept: Orders) -> tuple[Orders, float]:
    """The cheapest of some rearrangements of what may move, the first of equals; as a whole order.

    free: places whose stops may move. moves: indices into `kept`, the stops there now.
    """
    orders = np.tile(np.arange(len(day.service)), (len(moves), 1))
    orders[:, free] = kept[moves]
    prices = cost(day, orders)
    index = int(prices.argmin())
    return orders[index], float(prices[index])


def _search(day: Day, free: Orders, steps: int) -> tuple[Orders, float]:
    """Descends from a few orders that make sense, then from the best one, shaken."""
    chance, moves = np.random.default_rng(len(free)), _moves(len(free))
    starts = [free, free[day.due[free].argsort(kind="stable")], _nearest(day, free)]
    starts.sort(key=lambda kept: _least(day, free, np.arange(len(free))[None], kept)[1])
    found, least = np.arange(len(day.service)), np.inf
    while steps > 0:
        kept = starts.pop(0) if starts else _shake(found[free], chance)
        order, price = np.arange(len(day.service)), np.inf
        while steps > 0:
            steps -= 1
            better, less = _least(day, free, moves, kept)
            if less > price - GAIN:
                break
            order, price, kept = better, less, better[free]
        if price < least:
            found, least = order, price
    return found, least


def _nearest(day: Day, free: Orders) -> Orders:
    """From each stop to the one that can start soonest."""
    left, at, place, order = free.tolist(), day.start, len(day.service), []
    while left:
        reach = {stop: max(at + day.ways[place, stop] * day.onsite[stop], day.opens[stop])
                 for stop in left}  # fmt: skip
        stop = min(left, key=lambda stop: (reach[stop], stop))
        left.remove(stop)
        order.append(stop)
        at = reach[stop] + day.service[stop]
        place = stop if day.onsite[stop] else place
    return np.array(order, np.intp)


def _shake(kept: Orders, chance: np.random.Generator) -> Orders:
    """Cuts the order in four and joins the parts otherwise (double bridge, Martin et al. 1991)."""
    one, two, three = np.sort(chance.choice(np.arange(1, len(kept)), 3, replace=False))
    return np.concatenate((kept[:one], kept[two:three], kept[one:two], kept[three:]))


@lru_cache(maxsize=EXACT + 1)
def _all(count: int) -> Orders:
    """Every order of so many stops, shape (count!, count)."""
    orders = list(itertools.permutations(range(count)))
    return np.array(orders, np.intp).reshape(len(orders), count)


@lru_cache(maxsize=64)
def _moves(count: int) -> Orders:
    """No change, then every run moved, turned round or not; two stops swapped; a part reversed."""
    line = list(range(count))
    moves = {tuple(line): None}
    for size, start in itertools.product(range(1, RUN + 1), line):
        run, rest = line[start : start + size], line[:start] + line[start + size :]
        for place in range(max(0, start - REACH), min(len(rest), start + REACH) + 1):
            moves[(*rest[:place], *run, *rest[place:])] = None
            moves[(*rest[:place], *run[::-1], *rest[place:])] = None
    for one, two in itertools.combinations(line, 2):
        moves[(*line[:one], *line[one : two + 1][::-1], *line[two + 1 :])] = None
        if two - one <= REACH:
            moves[(*line[:one], two, *line[one + 1 : two], one, *line[two + 1 :])] = None
    return np.array(list(moves), np.intp)
