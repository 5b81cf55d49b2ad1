"""The kill drill holds on the real product, and each protection taken away makes it fail."""

import asyncio
import sys
from pathlib import Path

import pytest

from squad.apps.drills.kill import Report, drill

CARELESS = Path(__file__).with_name("careless.py")


def _careless(home: Path, fault: str, *points: str) -> Report:
    command = (sys.executable, str(CARELESS), fault)
    return asyncio.run(drill(home, seed=5, kills=1, points=points, command=command))


def test_nothing_is_lost_or_doubled_by_kill_9(tmp_path: Path) -> None:
    """Random kills under load, then death at chosen points: I1–I7 and I9 hold."""
    points = ("tickets.published", "routing.before_ack", "engagement.received")
    report = asyncio.run(drill(tmp_path, seed=1, kills=4, points=points))

    # How soon it is ready again depends on what else this machine does: `make drill` judges that.
    assert not report.broken, report.text()
    assert report.errors == 0, report.text()
    assert report.acknowledged > 50, report.text()


@pytest.mark.parametrize(
    ("fault", "points"),
    [
        ("no_inbox", ()),
        ("marked_first", ("tickets.published",)),
        ("acked_first", ("routing.before_ack",)),
        ("no_outbox", ()),
    ],
)
def test_the_drill_fails_without(fault: str, points: tuple[str, ...], tmp_path: Path) -> None:
    """The twin: the same drill on a product without that protection finds it broken."""
    report = _careless(tmp_path, fault, *points)

    assert report.broken, report.text()
