"""Two routers at once give no ticket twice and lose none; without the fence the drill sees it."""

import asyncio
import sys
from pathlib import Path

from squad.apps.drills.router import drill

CARELESS = Path(__file__).with_name("careless.py")


def test_a_zombie_changes_nothing(tmp_path: Path) -> None:
    """The active router sleeps past its lease, wakes up, its successor dies: I1–I8 hold."""
    told: list[str] = []

    report = asyncio.run(drill(tmp_path, seed=1, tell=told.append))

    assert not report.broken, report.text()
    assert report.errors == 0, report.text()
    assert report.acknowledged > 50, report.text()
    assert [line.endswith("replaced: True") for line in told] == [True, True], told


def test_the_drill_fails_without_the_fence(tmp_path: Path) -> None:
    """The twin: two routers that both take themselves for the active one are found out."""
    command = (sys.executable, str(CARELESS), "no_fence")

    report = asyncio.run(drill(tmp_path, seed=1, asleep=0, command=command))

    assert report.broken, report.text()
