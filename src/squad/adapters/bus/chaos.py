"""Any bus with the faults a real one has: twice, late, out of order, acks lost.

For journeys and drills: `chaos:` before another bus's URL, with the faults among its options:
`chaos:sqlite:PATH?visibility=1&twice=0.5&late=0.2&lost=0.1&seed=1`.
"""

import importlib
import random
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from squad.ports.bus import Bus, DeadLetter, Delivery, Depth
from squad.ports.clock import Clock
from squad.ports.unit import Letter

DELAY = 0.7  # s that a late letter stays away


class ChaosBus:
    """Publishes a share of the letters twice and in any order, delays some, loses some acks.

    twice, late, lost: probabilities. Letters are never lost: that is the promise under test.
    """

    def __init__(self, bus: Bus, *, twice: float, late: float, lost: float, seed: int) -> None:
        self._bus = bus
        self._twice = twice
        self._late = late
        self._lost = lost
        self._random = random.Random(seed)
        self.subscribe = bus.subscribe
        self.bury = bus.bury
        self.retry = bus.retry
        self.close = bus.close

    async def publish(self, letters: Sequence[Letter]) -> None:
        """This will publish everything, some of it twice, shuffled."""
        shuffled = [*letters, *(one for one in letters if self._happens(self._twice))]
        self._random.shuffle(shuffled)
        await self._bus.publish(shuffled)

    async def receive(self, queue: str, *, limit: int, wait: float) -> list[Delivery]:
        """This will hand out letters in any order, and put some off."""
        found = await self._bus.receive(queue, limit=limit, wait=wait)
        self._random.shuffle(found)
        kept = []
        for delivery in found:
            if delivery.receives == 1 and self._happens(self._late):
                await self._bus.retry(delivery, DELAY)
            else:
                kept.append(delivery)
        return kept

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """This will lose some acknowledgements of a first delivery: those letters come again."""
        kept = [d for d in deliveries if d.receives > 2 or not self._happens(self._lost)]
        await self._bus.ack(kept)

    async def depth(self) -> list[Depth]:
        """This will tell how full the queues are."""
        return await self._bus.depth()

    async def dead(self, queue: str = "", *, after: str = "", limit: int = 50) -> list[DeadLetter]:
        """This will list dead letters."""
        return await self._bus.dead(queue, after=after, limit=limit)

    async def inspect(self, id: str) -> DeadLetter | None:
        """This will show a dead letter."""
        return await self._bus.inspect(id)

    async def replay(self, ids: Sequence[str]) -> int:
        """This will put dead letters back."""
        return await self._bus.replay(ids)

    async def discard(self, ids: Sequence[str], reason: str) -> int:
        """This will remove dead letters."""
        return await self._bus.discard(ids, reason)

    def _happens(self, share: float) -> bool:
        return self._random.random() < share


def _inner(url: str) -> tuple[Any, str]:
    """The adapter behind, found by name: nothing here depends on which it is."""
    inner = url.partition(":")[2]
    return importlib.import_module(f"squad.adapters.bus.{inner.partition(':')[0]}"), inner


async def open(url: str, clock: Clock) -> ChaosBus:
    """This will open the bus behind, with the faults before it."""
    module, inner = _inner(url)
    options = {key: values[-1] for key, values in parse_qs(inner.partition("?")[2]).items()}
    return ChaosBus(
        await module.open(inner, clock),
        twice=float(options.get("twice", 0.5)),
        late=float(options.get("late", 0.2)),
        lost=float(options.get("lost", 0.1)),
        seed=int(options.get("seed", 1)),
    )


async def provision(url: str, services: Mapping[str, Sequence[str]], admin: str) -> list[str]:
    """This will have the bus behind make what it needs."""
    module, inner = _inner(url)
    make = getattr(module, "provision", None)
    return [] if make is None else list(await make(inner, services, admin))
