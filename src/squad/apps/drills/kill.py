"""Drill: kill -9 at random moments under load, then count what was lost or doubled."""

import asyncio
import contextlib
import random
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from squad.apps import wiring
from squad.apps.drills import invariants
from squad.apps.drills.load import CREATORS, Load
from squad.apps.drills.product import Product
from squad.kernel import settings

CATCH_UP = 90.0  # s for queues and outboxes to run empty after the last start
STOPS = 5  # tries to stop at a moment when nothing is on its way
RUN = (0.3, 1.6)  # s that a product lives between ready and the next kill

# Every labelled crash point (kernel/crash.py): the process dies exactly there.
POINTS = tuple(
    f"{name}.{moment}"
    for name in ("tickets", "routing")
    for moment in ("before_publish", "published")
) + tuple(
    f"{name}.{moment}"
    for name in ("tickets", "routing", "search", "engagement", "monitoring")
    for moment in ("received", "before_ack")
)


class Report(msgspec.Struct, kw_only=True):
    """What a drill did and found. recoveries: seconds from start to ready, after each kill."""

    name: str
    seed: int
    kills: int
    acknowledged: int
    refused: int
    errors: int
    recoveries: list[float]
    catch_up: float
    checked: dict[str, int]
    broken: dict[str, list[str]]

    @property
    def holds(self) -> bool:
        """Whether every invariant holds and every start was quick enough (I9: < 5 s)."""
        return not self.broken and self.errors == 0 and max(self.recoveries, default=0) < 5

    def text(self) -> str:
        """This will describe the drill for people."""
        slowest = max(self.recoveries, default=0.0)
        mean = sum(self.recoveries) / max(1, len(self.recoveries))
        lines = [
            f"{self.name} seed {self.seed}: {'holds' if self.holds else 'BROKEN'}",
            f"  {self.kills} kills, {self.acknowledged} tickets acknowledged,"
            f" {self.refused} refused, {self.errors} answers with 500",
            f"  ready again after {mean:.2f} s on average, {slowest:.2f} s at most;"
            f" caught up {self.catch_up:.1f} s after the last",
            "  checked " + ", ".join(f"{name} {n}" for name, n in sorted(self.checked.items())),
        ]
        for name, texts in sorted(self.broken.items()):
            lines.append(f"  {name} broken {len(texts)} times: {'; '.join(texts[:3])}")
        return "\n".join(lines)


@asynccontextmanager
async def loaded(product: Product, seed: int, *, creators: int = CREATORS) -> AsyncIterator[Load]:
    """This will run the load against a product for as long as the context lasts."""
    given = settings.read(product.environ)
    async with wiring.opened(given, "identity") as identity:
        load = Load(product.url, identity, seed, creators=creators)
        task = asyncio.create_task(load.run())
        try:
            yield load
        finally:
            load.stop()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def drill(
    home: Path, *, seed: int, kills: int, points: Sequence[str] = (),
    command: Sequence[str] = (), environ: Mapping[str, str] | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Report:  # fmt: skip
    """This will kill the product `kills` times at random moments, or once at each of `points`."""
    shutil.rmtree(home, ignore_errors=True)
    product = Product(home, command=command, environ=environ)
    chance = random.Random(seed)
    await asyncio.to_thread(product.start)
    first = len(product.starts)
    async with loaded(product, seed) as load:
        for number in range(kills):
            await asyncio.sleep(chance.uniform(*RUN))
            await asyncio.to_thread(product.kill)
            await asyncio.to_thread(product.start)
            tell(f"kill {number + 1}/{kills}: ready again in {product.starts[-1]:.2f} s")
        for point in points:
            await _die_at(product, point, tell)
        await asyncio.sleep(1.0)
    caught = await asyncio.to_thread(rest, product)
    verdict = await asyncio.to_thread(invariants.check, home, load.acknowledged, load.refused)
    if caught >= CATCH_UP:
        verdict.check("I5", False, f"not caught up: {invariants.waiting(home)}")
    return Report(
        name="kill", seed=seed, kills=kills + len(points), acknowledged=len(load.acknowledged),
        refused=len(load.refused), errors=load.failures, recoveries=product.starts[first:],
        catch_up=caught, checked=verdict.checked, broken=dict(verdict.broken),
    )  # fmt: skip


async def _die_at(product: Product, point: str, tell: Callable[[str], None]) -> None:
    """Starts the product so that it dies at the point, waits for that, and starts it again."""
    await asyncio.to_thread(product.kill)
    product.spawn(SQUAD_CRASH_AT=point)
    assert product.process is not None
    try:
        await asyncio.to_thread(product.process.wait, 30)
        tell(f"died at {point}")
    except subprocess.TimeoutExpired:
        tell(f"never came to {point}")
        await asyncio.to_thread(product.kill)
    await asyncio.to_thread(product.start)


def rest(*products: Product) -> float:
    """This will stop a product, of one process or more, with nothing on its way any more.

    What time brought meanwhile is let through. Returns the seconds it took to catch up.
    """
    home = products[0].home
    caught = _catch_up(home)
    for _ in range(STOPS):
        for product in products:
            product.stop()
        if not invariants.waiting(home):
            break
        for product in products:
            product.start()
        _catch_up(home)
    return caught


def _catch_up(home: Path) -> float:
    began = time.monotonic()
    quiet = 0
    while time.monotonic() - began < CATCH_UP and quiet < 3:
        quiet = 0 if invariants.waiting(home) else quiet + 1
        time.sleep(0.3)
    return time.monotonic() - began
