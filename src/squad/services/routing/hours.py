"""When somebody can work: shifts less leave, as a sorted line of borders."""

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from squad.services.routing.model import Consultant, Span

NEVER: Span = (math.inf, math.inf)
NONE = array("d")  # the line that most people share for leave and calls


class Lines(NamedTuple):
    """Somebody's hours. work: shifts less leave."""

    work: "array[float]"
    on_call: "array[float]"
    leave: "array[float]"


def merge(spans: Iterable[Span]) -> list[Span]:
    """This will join spans that overlap or touch, in order."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def less(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """This will cut merged holes out of merged spans."""
    holes, left = list(holes), []
    for start, end in spans:
        for hole_start, hole_end in holes:
            if hole_end <= start or end <= hole_start:
                continue
            if start < hole_start:
                left.append((start, hole_start))
            start = hole_end
        if start < end:
            left.append((start, end))
    return left


def lines(consultant: Consultant) -> Lines:
    """This will pack somebody's hours."""
    leave = merge(consultant.leave)
    work = less(merge(consultant.shifts), leave)
    return Lines(line(work), line(merge(consultant.on_call)), line(leave))


def line(spans: Iterable[Span]) -> "array[float]":
    """This will pack spans that are in order and apart: 16 bytes each."""
    borders = [border for span in spans for border in span]
    return array("d", borders) if borders else NONE


def current(borders: "array[float]", now: float) -> Span:
    """This will find the span that holds `now`, else the next one, else NEVER."""
    index = bisect_right(borders, now) & ~1
    return (borders[index], borders[index + 1]) if index < len(borders) else NEVER


def within(borders: "array[float]", now: float) -> bool:
    """This will tell whether a span holds `now`."""
    return bool(bisect_right(borders, now) & 1)


def worked(borders: "array[float]", start: float, seconds: float) -> float:
    """This will find when so many seconds inside the spans have passed since `start`.

    Beyond the last span time counts as it passes, so that there is always an end.
    """
    index = bisect_right(borders, start)
    if index & 1:
        index -= 1
    for opens, closes in zip(borders[index::2], borders[index + 1 :: 2], strict=True):
        start = max(start, opens)
        if start + seconds <= closes:
            return start + seconds
        seconds -= closes - start
        start = closes
    return start + seconds


def turn(borders: "array[float]", now: float) -> float:
    """This will find the next border after `now`; infinite: there is none."""
    index = bisect_right(borders, now)
    return borders[index] if index < len(borders) else math.inf
