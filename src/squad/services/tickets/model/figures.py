"""Figures of a span: what they are, how they are put together, and the list behind each. Pure."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo
from itertools import pairwise
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlencode

import msgspec

from squad.kernel.problem import Fault, Invalid
from squad.services.tickets.model.lists import NOW, FigureName
from squad.services.tickets.model.spans import moment, stamp

SPAN = timedelta(days=28)  # that is looked at where none is given
BUCKETS = 400  # at most
CONSULTANTS = 200  # of the load, at most
SLOT = 900_000  # ms: days begin at a quarter of an hour in every zone

Bucket = Literal["day", "week"]


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many tickets. list: the query of `GET /api/tickets` that lists them."""

    count: int
    list: str


class Part(Count, frozen=True, kw_only=True):
    """A part of a count. key: which one."""

    key: str


class Backlog(Count, frozen=True, kw_only=True):
    """What is open now."""

    by_status: Sequence[Part]
    by_priority: Sequence[Part]
    by_territory: Sequence[Part]


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A day or a week of the span."""

    start: datetime
    end: datetime
    created: Count
    resolved: Count
    closed: Count


class Wait(Count, frozen=True, kw_only=True):
    """How long it took since logging, seconds: half were faster than p50, nine of ten than p90."""

    p50: int | None
    p90: int | None


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """Whether work began when it was promised. share: met of all that were due, 0 to 1."""

    share: float | None
    met: Count
    missed: Count


class Often(Count, frozen=True, kw_only=True):
    """Tickets to which something happened. times: how often in all. share: of all, 0 to 1."""

    times: int
    share: float | None


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """A consultant's work: open now, and done in the span."""

    consultant: str
    open: Count
    done: Count


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a manager looks at, of one span; docs/reports.md defines each figure."""

    since: datetime = msgspec.field(name="from")
    until: datetime = msgspec.field(name="to")
    bucket: Bucket
    zone: str
    at: datetime
    backlog: Backlog
    flow: Sequence[Flow]
    created: Count
    resolved: Count
    closed: Count
    response: Wait
    onsite: Wait
    resolution: Wait
    sla: Promise
    reassigned: Often
    declined: Often
    reopened: Often
    load: Sequence[Load]


class Links:
    """Makes the query behind each figure. given: the filters of the report, as they were asked."""

    def __init__(self, given: Mapping[str, str], since: datetime, until: datetime) -> None:
        self._given = given
        self._span = since, until

    def of(
        self, figure: FigureName, span: tuple[datetime, datetime] | None = None,
        only: Mapping[str, str] = MappingProxyType({}),
    ) -> str:  # fmt: skip
        """This will give the query that lists a figure's tickets. only: filters of this one."""
        since, until = span or self._span
        when = {} if figure in NOW else {"from": said(since), "to": said(until)}
        return urlencode({"figure": figure, **when, **self._given, **only})


def said(at: datetime) -> str:
    """This will write a time as the API takes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def period(
    since: datetime | None, until: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """This will settle the span: to whole milliseconds, never ahead. Raises Invalid."""
    end = moment(min(stamp(until or now), stamp(now)))
    start = moment(stamp(since)) if since is not None else end - SPAN
    if start >= end:
        raise Invalid("The span is empty.", [Fault("query.from", "before `to`, and not ahead")])
    return start, end


def buckets(
    since: datetime, until: datetime, bucket: Bucket, zone: tzinfo
) -> Sequence[tuple[datetime, datetime]]:
    """This will cut a span at midnights of a zone; weeks begin on Monday. Raises Invalid."""
    step = timedelta(days=7 if bucket == "week" else 1)
    if (until - since) / step > BUCKETS - 2:
        fault = Fault("query.bucket", f"at most {BUCKETS} of them: take weeks, or a shorter span")
        raise Invalid("The span has too many buckets.", [fault])
    day = since.astimezone(zone).date()
    if bucket == "week":
        day -= timedelta(days=day.weekday())
    cuts = [since]
    while cuts[-1] < until:
        day += step
        midnight = datetime.combine(day, time(), zone).astimezone(since.tzinfo)
        cuts.append(min(midnight, until))
    return list(pairwise(cuts))


def spread(slots: Iterable[Sequence[int]], starts: Sequence[int]) -> list[int]:
    """This will add up slots (number, count) by bucket. starts: of the buckets, milliseconds."""
    counts = [0] * len(starts)
    for slot, count in slots:
        counts[max(bisect_right(starts, slot * SLOT) - 1, 0)] += count
    return counts


def rank(waits: Sequence[int], share: float) -> int | None:
    """This will give a percentile by nearest rank, in whole seconds. waits: sorted, ms."""
    if not waits:
        return None
    return waits[max(math.ceil(share * len(waits)), 1) - 1] // 1000


def part(count: int, of: int) -> float | None:
    """This will give a share, 0 to 1; None of nothing."""
    return round(count / of, 4) if of else None
