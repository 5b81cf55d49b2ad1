"""Unit: a store with inbox and outbox beside its data: a cause is applied whole and once."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import msgspec

Write = TypeVar("Write", contravariant=True)


class Cause(msgspec.Struct, frozen=True):
    """Why something changes: a client's command or an event.

    id: unique per command (derived from its Idempotency-Key) or the event's id.
    fingerprint: digest of what was asked; the same id with another one is refused.
    actor: the person who asked, by id; "" for the system.
    trace: W3C traceparent, "" without a trace.
    """

    id: str
    fingerprint: bytes = b""
    actor: str = ""
    trace: str = ""


class Done(msgspec.Struct, frozen=True):
    """A cause that was applied before, and the answer it was given."""

    fingerprint: bytes
    answer: bytes


class Letter(msgspec.Struct, frozen=True):
    """An event, sealed for the post.

    id: the event's id; the same event always has the same id.
    type: CloudEvents type, for example `squad.tickets.created.v1`.
    subject: id of the aggregate it speaks of; letters of one subject are handled in turn.
    body: the CloudEvent, UTF-8 JSON.
    """

    id: str
    type: str
    subject: str
    body: bytes


class Duplicate(Exception):
    """The cause was applied before. `done` holds the first answer."""

    def __init__(self, done: Done) -> None:
        super().__init__("applied before")
        self.done = done


class Conflict(Exception):
    """Something a write relied on had changed: load again and decide again."""


class Unavailable(Exception):
    """What is behind the port does not answer now; trying later may help."""


class Ledger(Protocol[Write]):
    """A store whose commit applies a cause at most once, together with its letters.

    Promises: all writes, the inbox row and the outbox rows become durable together or not at
    all; `commit` returns only after that; concurrent units may share one disk flush.
    """

    async def done(self, cause: str) -> Done | None:
        """This will tell whether the cause was applied, and with what answer."""
        ...

    async def commit(
        self, cause: Cause, writes: Sequence[Write], letters: Sequence[Letter], answer: bytes
    ) -> None:
        """This will apply one unit.

        Raises:
            Duplicate: the cause was applied before; nothing was written.
            Conflict: a guarded write met another state; nothing was written.
            Unavailable: the store is down, or its queue is full. A connection that was cut in
                the middle may leave it open whether the unit was applied; the same cause again
                finds out: it is a Duplicate, or applied now.
        """
        ...

    async def pending(self, limit: int) -> list[Letter]:
        """This will list letters not yet marked as sent, oldest first.

        A unit's letters are in its order, and those of units committed one after the other in
        theirs; units committed at the same time have no order among them.
        """
        ...

    async def sent(self, ids: Sequence[str]) -> None:
        """This will mark letters as sent. Unknown or marked ids are ignored."""
        ...

    async def backlog(self) -> int:
        """This will count the letters not yet marked as sent."""
        ...

    async def prune(self, *, inbox: float, outbox: float) -> int:
        """This will forget causes older than `inbox` and sent letters older than `outbox`, seconds.

        A bounded number at a time, oldest first. Returns how many rows went: 0 when none is left.
        """
        ...
