"""Hours: shifts less leave, on a line of borders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from squad.services.routing import hours

moments = st.integers(0, 60)
spans = st.lists(
    st.tuples(moments, st.integers(1, 20)).map(lambda x: (float(x[0]), float(x[0] + x[1]))),
    max_size=5,
)


@given(spans, spans)
def test_works_exactly_when_on_shift_and_not_on_leave(
    shifts: list[tuple[float, float]], leave: list[tuple[float, float]]
) -> None:
    """At every moment, by the line as by looking at each span."""
    line = hours.line(hours.less(hours.merge(shifts), hours.merge(leave)))

    for half in range(180):
        now = half / 2
        works = any(s <= now < e for s, e in shifts) and not any(s <= now < e for s, e in leave)
        assert hours.within(line, now) == works


@given(spans, st.integers(0, 90))
def test_finds_the_current_or_the_next_span(found: list[tuple[float, float]], now: int) -> None:
    """The first that has not ended; NEVER after the last."""
    merged = hours.merge(found)

    expected = next((span for span in merged if span[1] > now), hours.NEVER)

    assert hours.current(hours.line(merged), now) == expected


def test_turns_at_every_border() -> None:
    """The next start or end, and never again after the last."""
    line = hours.line([(1.0, 2.0), (4.0, 5.0)])

    assert [hours.turn(line, now) for now in (0, 1, 3, 4.5)] == [1.0, 2.0, 4.0, 5.0]
    assert hours.turn(line, 5) == float("inf")


@pytest.mark.parametrize(
    ("start", "seconds", "end"),
    [(0, 5, 15), (12, 5, 17), (18, 5, 33), (25, 5, 35), (38, 5, 43), (99, 5, 104), (10, 20, 40)],
)
def test_counts_working_time_only(start: float, seconds: float, end: float) -> None:
    """Before, inside, over the gap of two spans, and beyond the last, where all time counts."""
    borders = hours.line([(10.0, 20.0), (30.0, 40.0)])

    assert hours.worked(borders, start, seconds) == end
