"""Drill: two routers, one of them a zombie, letters four times, and still one answer a turn."""

import asyncio
import contextlib
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from squad.apps.drills import invariants
from squad.apps.drills.invariants import Files, Verdict
from squad.apps.drills.kill import CATCH_UP, Report, loaded, rest
from squad.apps.drills.load import Load
from squad.apps.drills.product import Product

OTHERS = ("identity", "tickets", "search", "engagement", "monitoring")
# Each letter is published twice, and twice again by the bus behind.
BUS = "chaos:chaos:sqlite:{home}/bus.db?visibility=3&twice=1&late=0.05&lost=0.05&seed="
CREATORS = 3  # clients: each ticket makes some forty letters, each of them comes four times
FEW = 30  # consultants: few enough that capacity decides
WORK = 30  # tickets logged before, between and after the faults
PATIENCE = 30.0  # s for that
ASLEEP = 8.0  # s that the zombie is stopped: longer than its lease


async def drill(
    home: Path, *, seed: int, asleep: float = ASLEEP, command: Sequence[str] = (),
    tell: Callable[[str], None] = lambda text: None,
) -> Report:  # fmt: skip
    """This will run two routers under load, freeze the active one, wake it up, and kill the other.

    asleep: seconds that it is frozen; 0: neither frozen nor killed, both just run.
    """
    shutil.rmtree(home, ignore_errors=True)
    environ = {"SQUAD_BUS": f"{BUS}{seed}", "SQUAD_DEMO": str(FEW)}
    front = Product(home, command=command, services=OTHERS, environ=environ)
    routers = [
        Product(home, command=command, services=("routing",), environ=environ, demo=False)
        for _ in range(2)
    ]
    try:
        await asyncio.to_thread(front.start)
        await asyncio.gather(*(asyncio.to_thread(router.start) for router in routers))
        async with loaded(front, seed, creators=CREATORS) as load:
            await _work(load)
            kills = await _trouble(load, home, routers, asleep, tell) if asleep else 0
            await _work(load)
        left = [router for router in routers if router.alive]
        caught = await asyncio.to_thread(rest, front, *left)
    finally:
        for product in (front, *routers):
            if product.alive:
                product.kill()
    verdict = await asyncio.to_thread(invariants.check, home, load.acknowledged, load.refused)
    _answers(verdict, Files(home))
    if caught >= CATCH_UP:
        verdict.check("I5", False, f"not caught up: {invariants.waiting(home)}")
    return Report(
        name="router", seed=seed, kills=kills, acknowledged=len(load.acknowledged),
        refused=len(load.refused), errors=load.failures, recoveries=[],
        catch_up=caught, checked=verdict.checked, broken=dict(verdict.broken),
    )  # fmt: skip


async def _trouble(
    load: Load, home: Path, routers: Sequence[Product], asleep: float,
    tell: Callable[[str], None],
) -> int:  # fmt: skip
    """Freezes the active router past its lease, wakes it up, and kills the one that took over."""
    first, second = sorted(routers, key=lambda router: not _active(home, router))
    first.signal(signal.SIGSTOP)
    await asyncio.sleep(asleep)
    tell(f"the active router was frozen for {asleep} s; replaced: {_active(home, second)}")
    first.signal(signal.SIGCONT)
    await _work(load)
    await asyncio.to_thread(second.kill)
    await _work(load)
    tell(f"its successor was killed; replaced: {_active(home, first)}")
    return 1


async def _work(load: Load) -> None:
    """Lets the load log some tickets more."""
    enough = len(load.acknowledged) + WORK
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while len(load.acknowledged) < enough:  # noqa: ASYNC110 - counted, not signalled
                await asyncio.sleep(0.05)


def _active(home: Path, router: Product) -> bool:
    holder = Files(home).rows("routing.db", "select holder from leases")[0][0]
    assert router.process is not None
    return bool(holder.split("/")[-2:-1] == [str(router.process.pid)])


def _answers(verdict: Verdict, files: Files) -> None:
    """I8: a turn of a ticket is given to one consultant, by one router."""
    sql = (
        "select ticket, turn, count(*) from decisions where consultant is not null"
        " group by ticket, turn"
    )
    for ticket, turn, count in files.rows("routing.db", sql):
        verdict.check("I8", count == 1, f"{ticket}: turn {turn} was given {count} times")
    tokens = files.rows("routing.db", "select token from leases")[0][0]
    verdict.check("I8", tokens > 0, "nobody ever held the lease")
