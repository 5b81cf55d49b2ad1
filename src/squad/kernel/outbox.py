"""The relay: what a unit left in the outbox goes to the bus, oldest first, at least once."""

import asyncio
from typing import Any

from squad.kernel import crash, log
from squad.ports.bus import Bus
from squad.ports.unit import Ledger, Unavailable

LIMIT = 500  # letters a trip
LOOK = 2.0  # s between looks when nobody wakes it: for what another process left behind

_log = log.get("outbox")


class Relay:
    """Carries letters from one service's outbox to the bus. Two relays at once do no harm.

    waits: why nothing goes out now, or "".
    """

    def __init__(self, name: str, ledger: Ledger[Any], bus: Bus) -> None:
        self._name = name
        self._ledger = ledger
        self._bus = bus
        self.waits = ""
        self._bell = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """This will make the relay look now: a unit with letters was committed."""
        self._bell.set()

    def stop(self) -> None:
        """This will end `run` after the trip at hand."""
        self._stopping = True
        self._bell.set()

    async def run(self) -> None:
        """This will carry letters until stopped. A bus that is down is waited for."""
        while not self._stopping:
            self._bell.clear()
            try:
                while await self.trip():
                    pass
                self.waits = ""
            except Unavailable as error:
                self.waits = str(error)
                _log.warning("outbox.waits", service=self._name, reason=self.waits)
                await asyncio.sleep(1.0)
            await self._sleep()

    async def trip(self) -> int:
        """This will carry one load. Returns how many letters. Raises Unavailable."""
        letters = await self._ledger.pending(LIMIT)
        if not letters:
            return 0
        crash.point(f"{self._name}.before_publish")
        await self._bus.publish(letters)
        crash.point(f"{self._name}.published")
        await self._ledger.sent([letter.id for letter in letters])
        return len(letters)

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(LOOK):
                await self._bell.wait()
        except TimeoutError:
            return
