"""The bus port in memory: for one process that may forget (tests, simulations)."""

import asyncio
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from squad.adapters.engines.patterns import wants
from squad.ports.bus import DeadLetter, Delivery, Depth
from squad.ports.clock import Clock
from squad.ports.unit import Letter, Unavailable

VISIBILITY = 30.0  # s that a letter stays hidden after a receive


@dataclass(order=True)
class _Slot:
    visible: float
    seq: int
    letter: Letter = field(compare=False)
    published: float = field(compare=False)
    receives: int = field(default=0, compare=False)
    receipt: str = field(default="", compare=False)


class MemoryBus:
    """Queues as heaps by the moment a letter becomes visible."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._patterns: dict[str, tuple[str, ...]] = {}
        self._heaps: dict[str, list[_Slot]] = {}
        self._out: dict[str, _Slot] = {}
        self._dead: dict[str, DeadLetter] = {}
        self._numbers = count(1)
        self._bell = asyncio.Event()
        self._closed = False

    async def subscribe(self, queue: str, types: Sequence[str]) -> None:
        """This will replace what the queue asks for."""
        self._patterns[queue] = tuple(types)
        self._heaps.setdefault(queue, [])

    async def publish(self, letters: Sequence[Letter]) -> None:
        """This will push a slot per letter and queue."""
        if self._closed:
            raise Unavailable("the bus is closed")
        for letter in letters:
            for queue, patterns in self._patterns.items():
                if wants(patterns, letter.type):
                    self._push(queue, letter)

    def _push(self, queue: str, letter: Letter) -> None:
        now = self._now()
        heapq.heappush(self._heaps[queue], _Slot(now, next(self._numbers), letter, now))
        self._bell.set()

    async def receive(self, queue: str, *, limit: int, wait: float) -> list[Delivery]:
        """This will pop what is visible and push it back, hidden."""
        deadline = self._clock.monotonic() + wait
        while not self._closed:
            self._bell.clear()
            if found := self._take(queue, limit):
                return found
            left = deadline - self._clock.monotonic()
            if left <= 0:
                break
            try:
                async with asyncio.timeout(min(left, 0.05)):
                    await self._bell.wait()
            except TimeoutError:
                continue
        return []

    def _take(self, queue: str, limit: int) -> list[Delivery]:
        heap, now = self._heaps.setdefault(queue, []), self._now()
        taken: list[_Slot] = []
        while heap and heap[0].visible <= now and len(taken) < limit:
            taken.append(heapq.heappop(heap))
        for slot in taken:
            self._out.pop(slot.receipt, None)
            slot.receives += 1
            slot.receipt = f"{queue}/{next(self._numbers)}"
            slot.visible = now + VISIBILITY
            self._out[slot.receipt] = slot
            heapq.heappush(heap, slot)
        return [Delivery(s.letter, queue, s.receipt, s.receives, s.published) for s in taken]

    def _pull(self, delivery: Delivery) -> _Slot | None:
        slot = self._out.pop(delivery.receipt, None)
        if slot is not None:
            self._heaps[delivery.queue].remove(slot)
            heapq.heapify(self._heaps[delivery.queue])
        return slot

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """This will drop the slots."""
        for delivery in deliveries:
            self._pull(delivery)

    async def retry(self, delivery: Delivery, delay: float) -> None:
        """This will push the slot back, visible later."""
        if slot := self._pull(delivery):
            slot.visible, slot.receipt = self._now() + delay, ""
            heapq.heappush(self._heaps[delivery.queue], slot)
            self._bell.set()

    async def bury(self, delivery: Delivery, reason: str) -> None:
        """This will keep the letter apart, with the reason."""
        if slot := self._pull(delivery):
            id = str(next(self._numbers))
            self._dead[id] = DeadLetter(
                id, delivery.queue, slot.letter, reason, slot.receives, self._now()
            )

    async def depth(self) -> list[Depth]:
        """This will count slots."""
        return [self._depth(queue) for queue in self._heaps]

    def _depth(self, queue: str) -> Depth:
        now = self._now()
        ready = [slot for slot in self._heaps[queue] if slot.visible <= now]
        hidden = len(self._heaps[queue]) - len(ready)
        dead = sum(letter.queue == queue for letter in self._dead.values())
        oldest = max((now - slot.published for slot in ready), default=0.0)
        return Depth(queue, len(ready), hidden, dead, oldest)

    async def dead(self, queue: str = "", *, after: str = "", limit: int = 50) -> list[DeadLetter]:
        """This will list dead letters in the order of their burial."""
        found = [d for d in self._dead.values() if not queue or d.queue == queue]
        seen = int(after) if after.isdecimal() else 0
        return [d for d in found if int(d.id) > seen][:limit]

    async def inspect(self, id: str) -> DeadLetter | None:
        """This will find one dead letter."""
        return self._dead.get(id)

    async def replay(self, ids: Sequence[str]) -> int:
        """This will push dead letters back, as if never received."""
        found = [self._dead.pop(id) for id in dict.fromkeys(ids) if id in self._dead]
        for dead in found:
            self._push(dead.queue, dead.letter)
        return len(found)

    async def discard(self, ids: Sequence[str], reason: str) -> int:
        """This will forget dead letters."""
        return len([self._dead.pop(id) for id in dict.fromkeys(ids) if id in self._dead])

    async def close(self) -> None:
        """This will let receivers go."""
        self._closed = True
        self._bell.set()

    def _now(self) -> float:
        return self._clock.now().timestamp()


async def open(url: str, clock: Clock) -> MemoryBus:
    """This will open `memory:`."""
    return MemoryBus(clock)
