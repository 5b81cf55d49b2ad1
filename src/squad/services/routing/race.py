"""Cheapest insertion and the contest as plain loops: the second half of `loops.py`."""

from typing import Any

import numpy as np

from squad.services.routing.costs import LONGEST_WAIT, Array
from squad.services.routing.frame import (
    AFTER,
    BEFORE,
    GAP,
    GOES_ON,
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
)
from squad.services.routing.loops import (
    ARRIVAL,
    CLOSES,
    COST,
    FULL,
    HOME,
    MOST,
    OFFSET,
    PLACE,
    QUEUED,
    ROUNDING,
    START,
    TERMS,
    TRAITS,
    WIDTH,
    bound,
    check,
    delay,
    drive,
    extra,
    far,
    near,
    see,
    total,
    wait,
)

FROM, TO = BEFORE.start, AFTER.start
# Rows of a sheet, one column for each place in a queue. Minutes: to the job; what the way on is
# longer by; to the next stop. When they set out and are at the stop now; what the stops before
# cost; waits and end of the day before.
THERE, DETOUR, LEG, DEPART, STOP, SPENT, IDLED, ENDED, SHEET = 0, 1, 2, 3, 4, 5, 6, 7, 8
ALL, ABLE, WHOLE = 0, 1, 2  # modes: all rows are eligible; who is not is left out; and told why


def lay(ask: Any, law: Any, queue: Array, sheet: Array) -> None:
    """This will note the ways at each place of a queue, as `plan._ways` does."""
    for place in range(len(queue)):
        go_on = drive(law, queue[place, GAP])
        sheet[LEG, place] = go_on * queue[place, ONSITE]
        sheet[THERE, place] = sheet[DETOUR, place] = 0.0
        if ask.onsite:
            there, back = far(law, ask, queue, place, FROM), far(law, ask, queue, place, TO)
            sheet[THERE, place] = there
            sheet[DETOUR, place] = there + (back - go_on) * queue[place, GOES_ON]


def insert(ask: Any, law: Any, queue: Array, line: Array, sheet: Array, limit: float) -> None:
    """This will put the job where it is cheapest in a queue, as `plan.insert` does.

    line: from `bound`; its cost becomes infinite where no place costs less than the limit.
    """
    lay(ask, law, queue, sheet)
    timed = ask.opened > 0.0
    for place in range(len(queue)):
        timed = timed or queue[place, OPENS] > ask.now
    line[COST] = np.inf
    if timed:
        wind(ask, law, queue, line, sheet)
    else:
        plain(ask, law, queue, line, sheet, limit)


def plain(ask: Any, law: Any, queue: Array, line: Array, sheet: Array, limit: float) -> None:
    """This will try every place of a queue without windows."""
    start, closes, work, stops = line[START], line[CLOSES], line[TERMS + WORK], len(queue) - 1
    taken, spent, terms = 0.0, 0.0, line[TERMS:START] + 0.0
    for place in range(stops + 1):
        step = sheet[LEG, place] + queue[place, SERVICE]
        taken += step
        sheet[DEPART, place] = start + taken - step
        sheet[STOP, place] = sheet[DEPART, place] + sheet[LEG, place]
        sheet[SPENT, place] = spent
        spent += delay(law, queue[place], ask.now, sheet[STOP, place])
    end = start + taken
    for place in range(stops + 1):
        arrival = sheet[DEPART, place] + sheet[THERE, place]
        terms[TRAVEL], terms[OTHERS] = sheet[DETOUR, place], 0.0
        wait(ask, law, terms, arrival, arrival)
        longer = sheet[DETOUR, place] + work
        terms[OVERTIME] = extra(law, end + longer, closes) - extra(law, end, closes)
        if total(terms) > min(limit, line[COST]) + ROUNDING:
            continue
        late, soon, whole = terms[TRAVEL] + work, sheet[THERE, place] + work, sheet[SPENT, place]
        for stop in range(place, stops):
            put_off = late if stop >= queue[place, RESUMES] else soon
            whole += delay(law, queue[stop], ask.now, sheet[STOP, stop] + put_off)
        terms[OTHERS] = whole - spent
        keep(line, terms, place, arrival)


def keep(line: Array, terms: Array, place: int, arrival: float) -> None:
    """This will keep a place that is cheaper than those before it."""
    cost = total(terms)
    if cost < line[COST]:
        line[COST], line[PLACE], line[ARRIVAL] = cost, place, arrival
        for term in range(len(terms)):
            line[TERMS + term] = terms[term]


def wind(ask: Any, law: Any, queue: Array, line: Array, sheet: Array) -> None:
    """This will try every place of a queue with windows, as `windows.keep` does."""
    closes, terms = line[CLOSES], line[TERMS:START] + 0.0
    now, work = ask.opened <= closes, terms[WORK]
    idle, end, spent = base(ask, law, queue, line, sheet)
    for place in range(len(queue)):
        reach = sheet[DEPART, place] + sheet[THERE, place]
        arrival = max(reach, ask.opened)
        waited = sheet[IDLED, place] + (min(arrival - reach, LONGEST_WAIT) if now else 0.0)
        at, whole = arrival + work, sheet[SPENT, place]
        later = at if now else sheet[ENDED, place]
        for stop in range(place, len(queue) - 1):
            more = sheet[DETOUR, place] - sheet[THERE, place]
            reach = at + sheet[LEG, stop] + (more if queue[place, RESUMES] == stop else 0.0)
            begin = max(reach, (queue[stop, OPENS] - ask.now) / 60.0)
            whole += delay(law, queue[stop], ask.now, begin)
            at = begin + queue[stop, SERVICE]
            if (queue[stop, OPENS] - ask.now) / 60.0 <= closes:
                waited += min(begin - reach, LONGEST_WAIT)
                later = at
        terms[TRAVEL], terms[OTHERS], terms[IDLE] = (
            sheet[DETOUR, place],
            whole - spent,
            waited - idle,
        )
        wait(ask, law, terms, arrival, arrival - max(ask.opened, 0.0))
        terms[OVERTIME] = extra(law, later, closes) - extra(law, end, closes)
        keep(line, terms, place, arrival)


def base(ask: Any, law: Any, queue: Array, line: Array, sheet: Array) -> tuple[float, float, float]:
    """This will drive a queue without the job. Returns waits, end of the day, cost of delays."""
    at = end = line[START]
    idle = spent = 0.0
    for place in range(len(queue)):
        sheet[DEPART, place], sheet[SPENT, place] = at, spent
        sheet[IDLED, place], sheet[ENDED, place] = idle, end
        opens = (queue[place, OPENS] - ask.now) / 60.0
        reach = at + sheet[LEG, place]
        begins = max(reach, opens)
        spent += delay(law, queue[place], ask.now, begins)
        at = begins + queue[place, SERVICE]
        if queue[place, URGENCY] != NOTHING and opens <= line[CLOSES]:
            idle += min(begins - reach, LONGEST_WAIT)
            end = at
    return idle, end, spent


def write(best: Array, at: int, line: Array) -> None:
    """This will copy a line; number by number, which compiles ten times sooner."""
    for index in range(WIDTH):
        best[at, index] = line[index]


def enter(line: Array, best: Array, count: int, keep: int) -> int:
    """This will put a line among the best, in order. Returns how many there are then.

    Who costs more than `keep` others leaves. More than MOST: one that is as cheap was lost.
    """
    if count >= keep and line[COST] > best[keep - 1, COST]:
        return count
    at = min(count, MOST - 1)
    while at > 0 and best[at - 1, COST] > line[COST]:
        write(best, at, best[at - 1])
        at -= 1
    write(best, at, line)
    count = min(count + 1, MOST + 1)
    size = min(count, MOST)
    if size <= keep or best[size - 1, COST] == best[keep - 1, COST]:
        return count
    while best[size - 1, COST] > best[keep - 1, COST]:
        size -= 1
    return size


def sink(costs: Array, rows: Any, size: int, root: int) -> None:
    """This will let an entry of a heap sink to its place."""
    while 2 * root + 1 < size:
        child = 2 * root + 1
        if child + 1 < size and costs[child + 1] < costs[child]:
            child += 1
        if costs[root] <= costs[child]:
            return
        costs[root], costs[child] = costs[child], costs[root]
        rows[root], rows[child] = rows[child], rows[root]
        root = child


def sieve(ask: Any, marks: Any, rows: Any, fit: Any) -> None:
    """This will note who has the traits and capacity that the job needs: 1, others 0."""
    for index in range(len(fit)):
        fit[index] = 1 - marks[FULL, rows[index] if len(rows) else index]
    for need in range(ask.needed):
        trait, least = ask.needs[need, 0], np.uint8(ask.needs[need, 1])
        if trait < 0:
            fit[:] = 0
        elif len(rows):
            for index in range(len(fit)):
                fit[index] &= marks[TRAITS + trait, rows[index]] >= least
        else:
            levels = marks[TRAITS + trait]
            for index in range(len(fit)):
                fit[index] &= levels[index] >= least


def dash(
    ask: Any, law: Any, floats: Array, ints: Any, marks: Any, rows: Any, codes: Any, trips: Array,
    mode: int,
    best: Array, busy: Any, bounds: Array, keep: int,
) -> tuple[int, int, int]:  # fmt: skip
    """This will look at each row once: constraints, the exact cost of who has no queue, bounds.

    Arguments as of `run`. busy, bounds: who else is in the running. Returns how many are among
    the best, how many are busy, and the longest queue.
    """
    count = size = longest = 0
    line = np.zeros(WIDTH)
    fit = np.ones(len(busy), np.uint8)
    if mode == ABLE:
        sieve(ask, marks, rows, fit)
    for index in range(len(busy)):
        if not fit[index]:
            continue
        row = rows[index] if len(rows) else index
        trip = near(law, ask, floats, HOME, row) if mode == WHOLE and ask.onsite else 0.0
        code = check(ask, law, floats, marks, row, trip, mode == WHOLE) if mode else 0
        if mode == WHOLE:
            codes[index], trips[index] = code, trip
        if code:
            continue
        see(ask, law, floats, marks, row, line)
        bound(ask, law, floats, ints, line)
        if floats[QUEUED, row] == 0.0:
            count = enter(line, best, count, keep)
        elif count < keep or line[COST] <= best[keep - 1, COST] + ROUNDING:
            busy[size], bounds[size] = row, line[COST]
            longest = max(longest, int(floats[QUEUED, row]))
            size += 1
    return count, size, longest


def run(
    asks: Any, laws: Any, floats: Array, ints: Any, marks: Any, pool: Array, rows: Any, size: int,
    codes: Any, trips: Array, mode: int, best: Array, keep: int,
) -> int:  # fmt: skip
    """This will find the cheapest. Returns how many lines of `best` they are; see `enter`.

    asks, laws: shape (1,). floats, ints, marks: the roster's blocks. pool: `Pool.places`.
    rows: who is looked at; none: the first `size` rows. codes, trips: filled in mode WHOLE.
    keep: how many are wanted; those equally cheap come too.
    """
    ask, law = asks[0], laws[0]
    busy, bounds = np.empty(size, np.int64), np.empty(size)
    count, size, longest = dash(
        ask, law, floats, ints, marks, rows, codes, trips, mode, best, busy, bounds, keep
    )
    for root in range(size // 2 - 1, -1, -1):
        sink(bounds, busy, size, root)
    line, sheet = np.zeros(WIDTH), np.zeros((SHEET, longest + 1))
    while size:
        limit = best[keep - 1, COST] if count >= keep else np.inf
        if bounds[0] > limit + ROUNDING:
            break
        row = busy[0]
        size -= 1
        bounds[0], busy[0] = bounds[size], busy[size]
        sink(bounds, busy, size, 0)
        see(ask, law, floats, marks, row, line)
        bound(ask, law, floats, ints, line)
        first = ints[OFFSET, row]
        queue = pool[first : first + int(floats[QUEUED, row]) + 1]
        insert(ask, law, queue, line, sheet, limit)
        if line[COST] < np.inf:
            count = enter(line, best, count, keep)
    return count
