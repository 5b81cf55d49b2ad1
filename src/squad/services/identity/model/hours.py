"""When people work: weekly patterns in local time, on-call spans and time off, spread into UTC."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from squad.contracts.people import AvailabilityChanged, Interval, Person
from squad.kernel.access import Actor
from squad.kernel.problem import Fault, Invalid
from squad.services.identity.model.text import END

AHEAD = timedelta(days=28)  # availability is known for so long, from the end of today (UTC)
RANGE = timedelta(days=31)  # that a list of shifts may span
WEEK = 10_080  # min
YEARS = (2000, 2100)  # dates outside are typing errors, and overflow calendars

PLANNERS = ("dispatcher", "manager", "administrator", "auditor")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Kind = Literal["shift", "on_call"]
Clock = Annotated[
    str, Meta(pattern=rf"^(?:[01][0-9]|2[0-3]):[0-5][0-9]{END}", description="Local time, 08:00.")
]
Moment = Annotated[datetime, Meta(tz=True)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Weekly(_Body, frozen=True, forbid_unknown_fields=True):
    """Working hours of some weekdays, local time. An end at or before the start is next day's."""

    days: Annotated[tuple[Day, ...], Meta(min_length=1, max_length=7)]
    start: Clock
    end: Clock
    kind: Kind = "shift"


class Span(_Body, frozen=True, forbid_unknown_fields=True):
    """From one instant to another, with their offsets from UTC."""

    start: Moment
    end: Moment


class Off(_Body, frozen=True, forbid_unknown_fields=True):
    """Whole days off, local dates, both included."""

    first: date
    last: date


class Schedule(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a person works and when not; local times are of the person's zone."""

    weekly: Annotated[tuple[Weekly, ...], Meta(max_length=28)] = ()
    on_call: Annotated[tuple[Span, ...], Meta(max_length=200)] = ()
    days_off: Annotated[tuple[Off, ...], Meta(max_length=200)] = ()
    leave: Annotated[tuple[Span, ...], Meta(max_length=200)] = ()


class Kept(msgspec.Struct, frozen=True):
    """A person's hours as kept.

    version: of the schedule. availability: version of what was last published; it spans
    since–until, seconds since 1970.
    """

    person: str
    version: int = 0
    availability: int = 0
    since: float = 0.0
    until: float = 0.0
    schedule: Schedule = Schedule()


class Plan(Schedule, frozen=True, kw_only=True):
    """A person's schedule as shown; its local times are of `zone`."""

    person: str
    version: int
    zone: str


class Shifts(msgspec.Struct, frozen=True):
    """A person's intervals in a span, UTC."""

    person: str
    intervals: Sequence[Interval]


def plan(person: Person, kept: Kept) -> Plan:
    """This will show a schedule."""
    schedule = {name: getattr(kept.schedule, name) for name in Schedule.__struct_fields__}
    return Plan(person=person.id, version=kept.version, zone=person.zone, **schedule)


def visible(actor: Actor, person: Person) -> bool:
    """This will tell whether the actor may know a person's hours: their own; planners with an
    area those of their area; other planners all.
    """
    if actor.id == person.id or actor.has("administrator", "auditor"):
        return True
    area = set(actor.territories)
    return actor.has(*PLANNERS) and (not area or bool(area & set(person.territories)))


def check_range(since: datetime, until: datetime) -> None:
    """This will bound a list of shifts. Raises Invalid."""
    if not (_sane(since) and _sane(until) and since < until <= since + RANGE):
        raise Invalid(
            "The span is wrong.", [Fault("query.to", f"after `from`, {RANGE.days} days at most")]
        )


def check(schedule: Schedule) -> None:
    """This will check that spans run forward, in this century, and shifts do not overlap.

    Raises Invalid.
    """
    faults = [
        Fault(f"/{name}/{index}", "it ends before it begins, or is not of this century")
        for name, spans in (("on_call", schedule.on_call), ("leave", schedule.leave))
        for index, span in enumerate(spans)
        if not (_sane(span.start) and _sane(span.end) and span.start < span.end)
    ]
    faults += [
        Fault(f"/days_off/{index}", "it ends before it begins, or is not of this century")
        for index, off in enumerate(schedule.days_off)
        if not (_sane(off.first) and _sane(off.last) and off.first <= off.last)
    ]
    if not faults:
        spans = ((span.start.timestamp(), span.end.timestamp()) for span in schedule.on_call)
        faults = _overlaps("on_call", [(n, *span) for n, span in enumerate(spans)])
        faults += _overlaps("weekly", _week(schedule.weekly))
    if faults:
        raise Invalid("A span of time is wrong; see errors.", faults[:20])


def _week(patterns: Sequence[Weekly]) -> list[tuple[int, float, float]]:
    """Index of each pattern, and the minutes of the week that it takes; shifts a week later."""
    found: list[tuple[int, float, float]] = []
    for index, one in enumerate(patterns):
        start, end = (60 * int(at[:2]) + int(at[3:]) for at in (one.start, one.end))
        end += 1440 if end <= start else 0
        row = WEEK * 2 * (one.kind == "shift")
        for day in one.days:
            first = row + 1440 * DAYS.index(day)
            found += [(index, first + start, first + end)]
            if first + end > row + WEEK:  # the night from Sunday to Monday
                found += [(index, row, first + end - WEEK)]
    return found


def _overlaps(name: str, spans: Sequence[tuple[int, float, float]]) -> list[Fault]:
    """Each span that begins before an earlier one of its kind has ended."""
    faults, last, until = [], 0, -math.inf
    for index, start, end in sorted(spans, key=lambda span: span[1:]):
        if start < until:
            faults.append(Fault(f"/{name}/{index}", f"it overlaps with /{name}/{last}"))
        if end > until:
            last, until = index, end
    return faults


def _sane(moment: date) -> bool:
    return YEARS[0] <= moment.year < YEARS[1]


def window(now: datetime) -> tuple[datetime, datetime]:
    """This will give the span that availability covers: today and 28 days more, whole UTC days."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return today, today + timedelta(days=1) + AHEAD


def published(kept: Kept, zone: str) -> AvailabilityChanged:
    """This will tell what was last published; the same version always has the same content."""
    since, until = (datetime.fromtimestamp(at, UTC) for at in (kept.since, kept.until))
    return AvailabilityChanged(
        person=kept.person,
        version=kept.availability,
        intervals=spread(kept.schedule, zone, since, until),
        until=until,
    )


def advanced(kept: Kept, now: datetime, schedule: Schedule | None = None) -> Kept:
    """This will give the next availability, with another schedule or the same one."""
    since, until = window(now)
    return Kept(
        kept.person,
        kept.version + (schedule is not None),
        kept.availability + 1,
        since.timestamp(),
        until.timestamp(),
        kept.schedule if schedule is None else schedule,
    )


def spread(schedule: Schedule, zone: str, since: datetime, until: datetime) -> list[Interval]:
    """This will give the intervals that touch [since, until), in order, cut off at `until`.

    Shifts and on-call spans have leave cut out already; leave is listed besides. Intervals of
    one kind never touch each other. Local hours stay local when clocks change: a shift over a
    change lasts an hour more or less, and a local time that a change skips is taken by the
    offset before it (PEP 495, fold=0).
    """
    local = ZoneInfo(zone)
    leave = _joined([*_days(schedule.days_off, local), *_spans(schedule.leave)])
    found = [Interval(start, end, "leave") for start, end in leave]
    for kind in ("shift", "on_call"):
        spans = [*_weekly(schedule.weekly, kind, local, since, until)]
        if kind == "on_call":
            spans += _spans(schedule.on_call)
        found += [Interval(start, end, kind) for start, end in _less(_joined(spans), leave)]
    clipped = [
        Interval(one.start, min(one.end, until), one.kind)
        for one in found
        if one.end > since and one.start < until
    ]
    return sorted(clipped, key=lambda one: (one.start, one.kind))


Pair = tuple[datetime, datetime]


def _spans(spans: Iterable[Span]) -> Iterator[Pair]:
    return ((span.start.astimezone(UTC), span.end.astimezone(UTC)) for span in spans)


def _days(spans: Iterable[Off], local: ZoneInfo) -> Iterator[Pair]:
    for off in spans:
        yield _utc(off.first, time(), local), _utc(off.last + timedelta(days=1), time(), local)


def _weekly(
    patterns: Iterable[Weekly], kind: str, local: ZoneInfo, since: datetime, until: datetime
) -> Iterator[Pair]:
    """Two days of margin on either side: zones reach from -12 to +14 h, and nights cross days."""
    first, last = since.date() - timedelta(days=2), until.date() + timedelta(days=1)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for pattern in patterns:
        if pattern.kind != kind:
            continue
        start, end = time.fromisoformat(pattern.start), time.fromisoformat(pattern.end)
        later = timedelta(days=1 if end <= start else 0)
        for day in days:
            if DAYS[day.weekday()] in pattern.days:
                pair = _utc(day, start, local), _utc(day + later, end, local)
                if pair[0] < pair[1]:
                    yield pair


def _utc(day: date, at: time, local: ZoneInfo) -> datetime:
    return datetime.combine(day, at, local).astimezone(UTC)


def _joined(spans: Iterable[Pair]) -> list[Pair]:
    """Overlapping and touching spans become one."""
    found: list[Pair] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _less(spans: Iterable[Pair], holes: Sequence[Pair]) -> list[Pair]:
    """What is left of joined spans when joined holes are cut out."""
    found: list[Pair] = []
    for start, end in spans:
        for begin, over in holes:
            if over <= start or begin >= end:
                continue
            if begin > start:
                found.append((start, begin))
            start = over
        if start < end:
            found.append((start, end))
    return found
