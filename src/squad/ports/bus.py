"""Bus: queues between services. At least once, in no promised order."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from squad.ports.unit import Letter

RECEIVES = 5  # after so many receives a letter is buried (Amazon SQS: maxReceiveCount)


class Delivery(msgspec.Struct, frozen=True):
    """A letter handed out once. Another receive of the same letter is another delivery.

    receipt: names this delivery, never a later one.
    receives: how often the letter was handed out of this queue, this time included.
    published_at: seconds since 1970, UTC.
    """

    letter: Letter
    queue: str
    receipt: str
    receives: int
    published_at: float


class DeadLetter(msgspec.Struct, frozen=True):
    """A letter that could not be processed, and why.

    id: names the dead letter in its queue.
    buried_at: seconds since 1970, UTC.
    """

    id: str
    queue: str
    letter: Letter
    reason: str
    receives: int
    buried_at: float


class Depth(msgspec.Struct, frozen=True):
    """How full a queue is. oldest: age of the oldest waiting letter, seconds, 0 when empty."""

    queue: str
    waiting: int
    hidden: int
    dead: int
    oldest: float


class Bus(Protocol):
    """Publish once, and each subscribed queue gets its own copy.

    Promises: a published letter survives the loss of every process; it is handed out until it
    is acknowledged, buried or discarded; a receipt of an earlier delivery changes nothing.
    """

    async def subscribe(self, queue: str, types: Sequence[str]) -> None:
        """This will make the queue receive letters of these types from now on, and no others.

        types: exact CloudEvents types, or a prefix that ends in `*`. Safe to repeat.
        """
        ...

    async def publish(self, letters: Sequence[Letter]) -> None:
        """This will hand letters to every queue that asked for their type. Durable on return.

        Raises Unavailable: the bus does not answer; publishing again is safe.
        """
        ...

    async def receive(self, queue: str, *, limit: int, wait: float) -> list[Delivery]:
        """This will hand out up to `limit` letters, waiting up to `wait` seconds for the first.

        Each stays hidden from other receivers for the bus's visibility time; a bus may prolong it
        while the receiver lives and has the letter in work.
        """
        ...

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """This will remove letters that were handled. A stale receipt is ignored."""
        ...

    async def retry(self, delivery: Delivery, delay: float) -> None:
        """This will hand the letter out again after `delay` seconds. A stale receipt is ignored.

        A bus may round the delay up to whole seconds.
        """
        ...

    async def bury(self, delivery: Delivery, reason: str) -> None:
        """This will move the letter to the dead letters of its queue, with the reason."""
        ...

    async def depth(self) -> list[Depth]:
        """This will tell how full each queue is, abandoned ones with letters included.

        A bus that many machines share may lag, and may have to guess the age of the oldest.
        """
        ...

    async def dead(self, queue: str = "", *, after: str = "", limit: int = 50) -> list[DeadLetter]:
        """This will list dead letters, oldest first, of one queue or of all ("").

        after: id of the last one seen; what never was an id begins at the start.
        """
        ...

    async def inspect(self, id: str) -> DeadLetter | None:
        """This will show one dead letter."""
        ...

    async def replay(self, ids: Sequence[str]) -> int:
        """This will put dead letters back in the queues they came from. Returns how many."""
        ...

    async def discard(self, ids: Sequence[str], reason: str) -> int:
        """This will remove dead letters for good; the reason is kept. Returns how many."""
        ...

    async def close(self) -> None:
        """This will stop receivers and let go of the files."""
        ...
