"""Letters that were received and not yet settled: kept hidden while they are worked on."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from squad.adapters.engines.sqs.calls import Sqs
from squad.kernel import log
from squad.kernel.ids import uuid7
from squad.ports.clock import Clock
from squad.ports.unit import Unavailable

SHARE = 3  # signs of life in a visibility time: one may fail

_log = log.get("bus")


@dataclass
class _Hold:
    queue: str
    lapses: float  # when others get the letter, unless a sign of life comes before
    until: float  # when the signs of life end


class Held:
    """Which receipts are good, and the heartbeat that keeps their letters hidden.

    A receipt says who was given it, until when, and SQS's own handle. SQS promises nothing about
    an old handle, so a receipt that was used, or whose time is over, is refused here.
    A receiver that asks for more has done with what it had: the heartbeat of that ends, so that
    letters which it could not settle go to others. visibility, hold: seconds.
    """

    def __init__(self, sqs: Sqs, clock: Clock, visibility: int, hold: float) -> None:
        self.visibility = visibility
        self._sqs = sqs
        self._clock = clock
        self._hold = hold
        self._who = uuid7()
        self._held: dict[str, _Hold] = {}
        self._beating: asyncio.Task[None] | None = None

    def took(self, queue: str, handles: Iterable[str]) -> None:
        """This will note what SQS just handed out."""
        now = self._now()
        if len(self._held) > 1000:  # what was dropped without a word
            self._held = {h: hold for h, hold in self._held.items() if hold.lapses > now}
        for handle in handles:
            self._held[handle] = _Hold(queue, now + self.visibility, now + self._hold)
        if self._hold and self._beating is None:
            self._beating = asyncio.create_task(self._beat())

    def leave(self, queue: str) -> None:
        """This will end the heartbeat of what this queue handed out before."""
        for hold in self._held.values():
            if hold.queue == queue:
                hold.until = 0

    def receipt(self, handle: str) -> str:
        """This will write the receipt of a letter that was taken."""
        return f"{self._who}/{self._held[handle].lapses:.3f}/{handle}"

    def spend(self, receipts: Iterable[str]) -> list[str]:
        """This will give the handles of the receipts that are good, once."""
        return [handle for receipt in receipts if (handle := self._spend(receipt))]

    def _spend(self, receipt: str) -> str:
        who, lapses, handle = receipt.split("/", 2)
        if who == self._who:
            hold = self._held.pop(handle, None)
            return handle if hold and hold.lapses > self._now() else ""
        return handle if float(lapses) > self._now() else ""

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.visibility / SHARE)
            queues: dict[str, list[str]] = {}
            now = self._now()
            for handle, hold in list(self._held.items()):
                if hold.lapses <= now:
                    del self._held[handle]
                elif hold.lapses - now < self.visibility * (1 - 0.5 / SHARE) and now < hold.until:
                    queues.setdefault(hold.queue, []).append(handle)
            await asyncio.gather(*(self._extend(q, handles) for q, handles in queues.items()))

    async def _extend(self, queue: str, handles: Sequence[str]) -> None:
        now = self._now()
        try:
            stale = await self._sqs.hide(queue, handles, self.visibility)
        except Unavailable as error:
            _log.warning("bus.heartbeat_failed", queue=queue, reason=str(error))
            return
        for handle in handles:
            if hold := self._held.get(handle):
                hold.lapses = 0 if handle in stale else now + self.visibility

    async def close(self) -> None:
        """This will end the signs of life: what is held goes to others when its time is over."""
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating

    def _now(self) -> float:
        return self._clock.now().timestamp()
