"""Working hours: local patterns become UTC, whatever clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from squad.contracts.people import Interval, Person
from squad.kernel.access import Actor
from squad.kernel.problem import Invalid
from squad.services.identity.model import hours
from squad.services.identity.model.hours import Kept, Off, Schedule, Span, Weekly

OFFICE: tuple[hours.Day, ...] = ("mon", "tue", "wed", "thu", "fri")
ZONES = (
    "America/Toronto", "America/St_Johns", "America/Phoenix", "America/Vancouver",
    "America/Halifax", "Australia/Lord_Howe", "Pacific/Kiritimati", "Asia/Kolkata", "Etc/UTC",
)  # fmt: skip
clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
patterns = st.builds(
    Weekly,
    days=st.lists(st.sampled_from(hours.DAYS), min_size=1, max_size=7, unique=True).map(tuple),
    start=clocks,
    end=clocks,
    kind=st.sampled_from(("shift", "on_call")),
)
starts = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
spans = st.builds(
    lambda start, minutes: Span(start, start + timedelta(minutes=minutes)),
    starts,
    st.integers(1, 60 * 24 * 10),
)
offs = st.builds(
    lambda start, days: Off(start.date(), start.date() + timedelta(days=days)),
    starts,
    st.integers(0, 14),
)
schedules = st.builds(
    Schedule,
    weekly=st.lists(patterns, max_size=4).map(tuple),
    on_call=st.lists(spans, max_size=3).map(tuple),
    days_off=st.lists(offs, max_size=3).map(tuple),
    leave=st.lists(spans, max_size=3).map(tuple),
)


def spread(schedule: Schedule, zone: str, since: str, until: str) -> list[Interval]:
    """Spread over a span given in ISO 8601."""
    start, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (since, until))
    return hours.spread(schedule, zone, start, end)


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def office(zone: str, since: str, until: str) -> list[tuple[datetime, datetime]]:
    """Mon–Fri 08:00–17:00."""
    found = spread(Schedule(weekly=(Weekly(OFFICE, "08:00", "17:00"),)), zone, since, until)
    return [(one.start, one.end) for one in found]


def test_follows_the_zone_over_a_change_of_clocks() -> None:
    """08:00 in Toronto is 13:00 UTC in winter and 12:00 UTC after the second Sunday of March."""
    found = office("America/Toronto", "2026-03-06", "2026-03-10")

    assert found == [
        (at("2026-03-06T13:00"), at("2026-03-06T22:00")),
        (at("2026-03-09T12:00"), at("2026-03-09T21:00")),
    ]


@pytest.mark.parametrize(("day", "length"), [("2026-03-07", 7), ("2026-10-31", 9)])
def test_keeps_local_ends_through_the_night_of_the_change(day: str, length: int) -> None:
    """A night shift 22:00–06:00 lasts 7 h in spring and 9 h in autumn."""
    night = Schedule(weekly=(Weekly(("sat",), "22:00", "06:00"),))
    end = (date.fromisoformat(day) + timedelta(days=3)).isoformat()

    [found] = spread(night, "America/Toronto", day, end)

    assert found.end - found.start == timedelta(hours=length)
    assert found.end.astimezone(ZoneInfo("America/Toronto")).hour == 6


def test_takes_a_skipped_time_by_the_offset_before_it() -> None:
    """02:30 does not exist in Toronto on 8 March 2026: it is 03:30 summer time, 07:30 UTC."""
    early = Schedule(weekly=(Weekly(("sun",), "02:30", "08:00"),))

    [found] = spread(early, "America/Toronto", "2026-03-08", "2026-03-09")

    assert (found.start, found.end) == (at("2026-03-08T07:30"), at("2026-03-08T12:00"))


def test_leaves_out_a_shift_that_the_change_swallows() -> None:
    """02:30–03:00 on the night that has no such half hour is nothing, not a negative span."""
    short = Schedule(weekly=(Weekly(("sun",), "02:30", "03:00"),))

    assert spread(short, "America/Toronto", "2026-03-08", "2026-03-09") == []


def test_works_round_the_clock() -> None:
    """00:00–00:00 on all days is one span without gaps."""
    always = Schedule(weekly=(Weekly(hours.DAYS, "00:00", "00:00"),))

    [found] = spread(always, "America/Toronto", "2026-03-01", "2026-03-20")

    assert found.start < at("2026-03-01T00:00")
    assert found.end == at("2026-03-20T00:00")


def test_counts_local_days_off_and_cuts_them_out() -> None:
    """A day off is a local day: from midnight in Vancouver to the next one."""
    schedule = Schedule(
        weekly=(Weekly(("mon", "tue"), "22:00", "06:00"),),
        days_off=(Off(date(2026, 6, 2), date(2026, 6, 2)),),
    )

    found = spread(schedule, "America/Vancouver", "2026-06-01", "2026-06-08")

    assert [(one.kind, one.start, one.end) for one in found] == [
        ("shift", at("2026-06-02T05:00"), at("2026-06-02T07:00")),
        ("leave", at("2026-06-02T07:00"), at("2026-06-03T07:00")),
        ("shift", at("2026-06-03T07:00"), at("2026-06-03T13:00")),
    ]


@settings(max_examples=150, deadline=None)
@given(schedules, st.sampled_from(ZONES), starts, st.integers(1, 40))
def test_gives_intervals_in_order_and_apart(
    schedule: Schedule, zone: str, since: datetime, days: int
) -> None:
    """Sorted, of positive length, touching the window, apart within a kind, never on leave."""
    until = since + timedelta(days=days)

    found = hours.spread(schedule, zone, since, until)

    assert found == sorted(found, key=lambda one: one.start)
    assert all(one.start < one.end <= until and one.end > since for one in found)
    for kind in ("shift", "on_call", "leave"):
        same = [one for one in found if one.kind == kind]
        assert all(one.end < other.start for one, other in pairwise(same))
    leave = [one for one in found if one.kind == "leave"]
    work = [one for one in found if one.kind != "leave"]
    assert not any(a.start < b.end and b.start < a.end for a in work for b in leave)


@settings(max_examples=150, deadline=None)
@given(patterns, st.sampled_from(ZONES), starts, st.integers(0, 5 * 96))
def test_works_exactly_when_the_wall_clock_says_so(
    pattern: Weekly, zone: str, since: datetime, quarter: int
) -> None:
    """Away from a change of clocks, a moment is worked exactly if the local time is in hours."""
    moment = since + timedelta(minutes=15 * quarter)
    local = ZoneInfo(zone)
    around = {(moment + timedelta(hours=h)).astimezone(local).utcoffset() for h in range(-26, 5)}
    if len(around) > 1:
        return
    found = hours.spread(Schedule(weekly=(pattern,)), zone, since, since + timedelta(days=6))

    assert any(one.start <= moment < one.end for one in found) == _on_the_wall(
        pattern, moment, local
    )


def _on_the_wall(pattern: Weekly, moment: datetime, local: ZoneInfo) -> bool:
    wall = moment.astimezone(local)
    now, today = wall.strftime("%H:%M"), hours.DAYS[wall.weekday()]
    yesterday = hours.DAYS[(wall.weekday() - 1) % 7]
    if pattern.start < pattern.end:
        return today in pattern.days and pattern.start <= now < pattern.end
    began = today in pattern.days and now >= pattern.start
    return began or (yesterday in pattern.days and now < pattern.end)


@settings(max_examples=60, deadline=None)
@given(schedules, st.sampled_from(ZONES), starts)
def test_says_the_same_whatever_the_window(schedule: Schedule, zone: str, since: datetime) -> None:
    """What two overlapping windows both cover is the same in both."""
    middle, until = since + timedelta(days=7), since + timedelta(days=14)

    whole = hours.spread(schedule, zone, since, until)
    late = hours.spread(schedule, zone, middle, until)

    inside = [one for one in whole if one.end > middle]
    assert [(max(one.start, middle), one.end, one.kind) for one in inside] == [
        (max(one.start, middle), one.end, one.kind) for one in late
    ]


def test_covers_today_and_28_days_more() -> None:
    """The window is whole UTC days, so that every node makes the same of it all day long."""
    early, late = hours.window(at("2026-03-02T00:00")), hours.window(at("2026-03-02T23:59"))

    assert early == late == (at("2026-03-02T00:00"), at("2026-03-31T00:00"))


def test_publishes_the_same_for_the_same_version() -> None:
    """A snapshot of a version repeats what was published, days later as well."""
    schedule = Schedule(weekly=(Weekly(OFFICE, "08:00", "17:00"),))
    kept = hours.advanced(Kept("p"), at("2026-03-02T12:00"), schedule)

    event = hours.published(kept, "America/Toronto")

    assert (event.version, event.until) == (1, at("2026-03-31T00:00"))
    assert len(event.intervals) == 21
    assert hours.published(kept, "America/Toronto") == event
    assert hours.advanced(kept, at("2026-03-03T12:00")).availability == 2
    assert hours.advanced(kept, at("2026-03-03T12:00")).version == 1


@pytest.mark.parametrize(
    ("schedule", "path"),
    [
        (Schedule(days_off=(Off(date(2026, 3, 2), date(2026, 3, 1)),)), "/days_off/0"),
        (Schedule(days_off=(Off(date(1, 1, 1), date(9999, 12, 31)),)), "/days_off/0"),
        (Schedule(leave=(Span(at("2026-03-02"), at("2026-03-02")),)), "/leave/0"),
        (Schedule(on_call=(Span(at("0001-01-01"), at("2026-03-02")),)), "/on_call/0"),
        (
            Schedule(
                weekly=(Weekly(("mon",), "08:00", "17:00"), Weekly(("mon",), "16:00", "20:00"))
            ),
            "/weekly/1",
        ),
        (
            Schedule(
                weekly=(Weekly(("mon",), "00:00", "06:00"), Weekly(("sun",), "22:00", "04:00"))
            ),
            "/weekly/0",
        ),
        (Schedule(weekly=(Weekly(("mon", "mon"), "08:00", "17:00"),)), "/weekly/0"),
        (
            Schedule(
                on_call=(
                    Span(at("2026-03-04"), at("2026-03-06")),
                    Span(at("2026-03-02"), at("2026-03-05")),
                )
            ),
            "/on_call/0",
        ),
    ],
)
def test_refuses_spans_that_cannot_be(schedule: Schedule, path: str) -> None:
    """Backwards, empty, absurd and overlapping spans are refused with their place."""
    with pytest.raises(Invalid) as caught:
        hours.check(schedule)

    assert [fault.path for fault in caught.value.faults] == [path]


def test_takes_shifts_that_only_touch() -> None:
    """One after the other, all week round; and on call beside a shift."""
    hours.check(
        Schedule(
            weekly=(
                Weekly(hours.DAYS, "08:00", "20:00"),
                Weekly(hours.DAYS, "20:00", "08:00"),
                Weekly(hours.DAYS, "00:00", "00:00", "on_call"),
            ),
            on_call=(
                Span(at("2026-03-02"), at("2026-03-03")),
                Span(at("2026-03-03"), at("2026-03-04")),
            ),
        )
    )


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (Actor("c-1", ("consultant",)), True),
        (Actor("c-2", ("consultant",)), False),
        (Actor("d", ("dispatcher",)), True),
        (Actor("d", ("dispatcher",), territories=("US-CA",)), True),
        (Actor("m", ("manager",), territories=("CA-QC",)), False),
        (Actor("a", ("administrator",), territories=("CA-QC",)), True),
        (Actor("x", ("customer",)), False),
    ],
)
def test_shows_hours_to_whom_they_concern(actor: Actor, sees: bool) -> None:
    """Own hours; planners of the area; administrators and auditors all."""
    person = Person(id="c-1", version=1, roles=("consultant",), territories=("US-CA",))

    assert hours.visible(actor, person) is sees
