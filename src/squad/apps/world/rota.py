"""Who works when: weekly shifts, and an on-call rota that leaves no hour of the week without.

An on-call block is a day from 08:00 to 08:00, local time. In each metro area the first two
share the seven blocks of the week, so one of them can be called at any moment, also while
clocks change: where one block ends the next begins, at the same local time. Where there are
two more, they do the same once more.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby

from squad.services.identity.model.hours import DAYS, Day, Kind, Schedule, Weekly

BLOCK = 8  # local hour at which on-call blocks begin
HOURS = 24 * len(DAYS)
PAIR = 2  # people whose blocks make a whole week
GENERALISTS = 4  # of a team, who can do everything: its one or two pairs

# Weekdays (0 is Monday) and local hours. The last one works nights.
_SHIFTS: tuple[tuple[tuple[int, ...], int, int], ...] = (
    ((0, 1, 2, 3, 4), 8, 17),
    ((1, 2, 3, 4, 5), 10, 19),
    ((0, 1, 2, 3, 4), 6, 15),
    ((6, 0, 1, 2, 3), 9, 18),
    ((2, 3, 4, 5, 6), 12, 21),
    ((0, 1, 2, 3, 4), 14, 23),
    ((6, 0, 1, 2, 3), 22, 30),
)


@cache
def schedule(place: int, *, always: bool = False) -> Schedule:
    """This will give the week of a consultant. place: in the metro area's team, from 0.

    always: on call whenever not on shift.
    """
    days, start, end = _SHIFTS[place % len(_SHIFTS)]
    shift = _weekly([DAYS[day] for day in days], start, end, "shift")
    blocks = range(len(DAYS)) if always else _blocks(place)
    called = _hours(blocks, BLOCK, BLOCK + 24) - _hours(days, start, end)
    return Schedule(weekly=(shift, *_patterns(called)))


def _blocks(place: int) -> Iterable[int]:
    """A pair has every other day each; specialists are called three days a week besides."""
    if place < GENERALISTS:
        return range(place % PAIR, len(DAYS), PAIR)
    return {(place * 2 + day) % len(DAYS) for day in (0, 3, 5)}


def _hours(days: Iterable[int], start: int, end: int) -> frozenset[int]:
    """Hours of the week, 0 is Monday 00:00."""
    return frozenset((day * 24 + hour) % HOURS for day in days for hour in range(start, end))


def _patterns(hours: frozenset[int]) -> list[Weekly]:
    """On-call patterns for these hours, days of equal times together."""
    found: dict[tuple[int, int], list[Day]] = {}
    for start, end in _runs(hours):
        found.setdefault((start % 24, end % 24), []).append(DAYS[start // 24 % len(DAYS)])
    return [_weekly(days, start, end, "on_call") for (start, end), days in found.items()]


def _runs(hours: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Start and end of each run, cut where blocks begin, so that none is longer than 24 h."""
    moved = sorted((hour - BLOCK) % HOURS for hour in hours)
    for _, group in groupby(enumerate(moved), lambda pair: (pair[1] // 24, pair[1] - pair[0])):
        run = [hour + BLOCK for _, hour in group]
        yield run[0], run[-1] + 1


def _weekly(days: Iterable[Day], start: int, end: int, kind: Kind) -> Weekly:
    return Weekly(tuple(days), f"{start % 24:02}:00", f"{end % 24:02}:00", kind)
