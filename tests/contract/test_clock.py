"""What every clock promises."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from squad.adapters.clock import frozen, system
from squad.ports.clock import Clock

START = "frozen:?now=2026-03-02T15:00:00Z"


@pytest.fixture(params=["system", "frozen"])
async def clock(request: pytest.FixtureRequest) -> Clock:
    """Each clock, opened by its URL."""
    return await system.open("system:") if request.param == "system" else await frozen.open(START)


async def test_tells_time_in_utc(clock: Clock) -> None:
    """`now` is aware and UTC."""
    now = clock.now()

    assert now.tzinfo is not None
    assert now.utcoffset() == timedelta()


async def test_never_runs_backwards(clock: Clock) -> None:
    """A thousand readings of either face are in order."""
    ticks = [clock.monotonic() for _ in range(1000)]
    moments = [clock.now() for _ in range(1000)]

    assert ticks == sorted(ticks)
    assert moments == sorted(moments)


async def test_is_what_the_machine_says() -> None:
    """The system clock agrees with the operating system."""
    clock = await system.open("system:")

    before = datetime.now(UTC)
    now = clock.now()

    assert before <= now <= datetime.now(UTC)


async def test_stands_still_until_advanced() -> None:
    """A frozen clock moves both faces by what it is told, and by nothing else."""
    clock = frozen.Frozen(datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=-5))))
    still = (clock.now(), clock.now(), clock.monotonic())

    clock.advance(90.5)
    clock.advance(0.000001)

    start = datetime(2026, 3, 2, 15, tzinfo=UTC)
    assert still == (start, start, 0.0)
    assert clock.now() == start + timedelta(seconds=90.500001)
    assert clock.monotonic() == 90.500001


async def test_refuses_to_go_back() -> None:
    """A frozen clock cannot be moved backwards, nor made without a zone."""
    clock = frozen.Frozen(datetime(2026, 3, 2, tzinfo=UTC))

    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="aware"):
        frozen.Frozen(datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize("url", ["", "system:?x=1", "frozen:", "frozen:?now=soon", "frozen:/x"])
async def test_refuses_a_foreign_url(url: str) -> None:
    """A URL that is not the clock's own is an error at start."""
    with pytest.raises(ValueError):
        await system.open(url)
    with pytest.raises(ValueError):
        await frozen.open(url)
