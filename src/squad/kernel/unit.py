"""A unit: what one cause changes, all or nothing, events included."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from squad.contracts.envelope import Envelope, Event, pack, seal
from squad.kernel.ids import derive
from squad.ports.clock import Clock
from squad.ports.unit import Cause, Duplicate, Ledger, Letter

Write = TypeVar("Write")
_encode = msgspec.json.encode


def letter_of(
    event: Event, *, id: str, version: int, source: str, time: datetime, cause: Cause
) -> Letter:
    """This will seal an event for the post."""
    subject = event.subject
    envelope = Envelope(
        id=id,
        source=f"/squad/{source}",
        type=event.type,
        subject=subject,
        time=time,
        version=version,
        cause=cause.id,
        actor=cause.actor,
        traceparent=cause.trace,
        data=pack(event),
    )
    return Letter(id, event.type, subject, seal(envelope))


class Unit(Generic[Write]):
    """Open it first, then load, decide by a pure rule, write and emit, and commit once.

    Event ids derive from the cause, so a second run of the same cause makes the same ids.
    """

    def __init__(self, books: "Books[Write]", cause: Cause) -> None:
        self.cause = cause
        self.now = books.clock.now()
        self._books = books
        self._writes: list[Write] = []
        self._letters: list[Letter] = []

    def write(self, *writes: Write) -> None:
        """This will add changes of state."""
        self._writes.extend(writes)

    def emit(self, event: Event, *, version: int) -> str:
        """This will add an event and give its id. version: of the aggregate, after the change."""
        id = derive(self.cause.id, event.type, event.subject, str(len(self._letters)))
        self._letters.append(
            letter_of(
                event,
                id=id,
                version=version,
                source=self._books.name,
                time=self.now,
                cause=self.cause,
            )
        )
        return id

    async def commit(self, answer: Any = None) -> None:
        """This will make it all durable. answer: what the cause is told, now and if it comes again.

        Raises squad.ports.unit.Duplicate, Conflict, Unavailable; then nothing was written.
        """
        body = b"" if answer is None else _encode(answer)
        await self._books.ledger.commit(self.cause, self._writes, self._letters, body)
        if self._letters:
            self._books.wake()


class Books(Generic[Write]):
    """A service's ledger, its name on what it sends, and the relay to wake after a commit."""

    def __init__(self, name: str, ledger: Ledger[Write], clock: Clock) -> None:
        self.name = name
        self.ledger = ledger
        self.clock = clock
        self.wake: Callable[[], None] = _asleep

    def open(self, cause: Cause) -> Unit[Write]:
        """This will open a unit for the cause."""
        return Unit(self, cause)

    async def once(self, unit: Unit[Write]) -> bool:
        """This will commit, and tell False where the cause had been applied before."""
        try:
            await unit.commit()
        except Duplicate:
            return False
        return True


def _asleep() -> None:
    """Before the relay runs there is nobody to wake; it reads the outbox when it starts."""
