"""Conducting drills, and keeping their reports."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from squad.apps.drills import router
from squad.apps.drills.kill import POINTS, Report, drill


def conduct(name: str, *, seeds: int, kills: int, home: str, tell: Callable[[str], None]) -> bool:
    """This will run the named drills, write a report of each, and tell whether all hold."""
    reports: list[Report] = []
    folder = Path(home)
    if name in ("all", "kill"):
        for seed in range(1, seeds + 1):
            tell(f"kill -9 at random, seed {seed}: {kills} kills under load …")
            work = drill(folder / f"kill-{seed}", seed=seed, kills=kills, tell=tell)
            reports.append(asyncio.run(work))
            tell(reports[-1].text())
    if name in ("all", "points"):
        tell(f"kill -9 at {len(POINTS)} labelled points …")
        work = drill(folder / "points", seed=99, kills=0, points=POINTS, tell=tell)
        reports.append(asyncio.run(work))
        tell(reports[-1].text())
    if name in ("all", "router"):
        tell("two routers, one of them a zombie, letters four times …")
        reports.append(asyncio.run(router.drill(folder / "router", seed=1, tell=tell)))
        tell(reports[-1].text())
    keep(folder, reports)
    return all(report.holds for report in reports)


def keep(folder: Path, reports: list[Report]) -> None:
    """This will write the reports as JSON and as text."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder.mkdir(parents=True, exist_ok=True)
    body = msgspec.json.format(msgspec.json.encode(reports))
    (folder / f"{stamp}.json").write_bytes(body)
    (folder / f"{stamp}.txt").write_text("\n\n".join(report.text() for report in reports) + "\n")
