"""What services tell about their own running: handled letters, and requests to send all again."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import msgspec

from squad.contracts.envelope import Event, Id


class SnapshotRequested(Event, frozen=True, kw_only=True):
    """A service lost or doubts its copy and asks the sources for everything.

    cursor: where the source goes on; each page ends by asking for the next.
    """

    type: ClassVar[str] = "squad.operations.snapshot_requested.v1"
    about: ClassVar[str] = "id"
    id: Id
    service: str
    source: Literal["tickets", "identity"]
    cursor: str = ""
    sent: int = 0


class SnapshotEnded(Event, frozen=True, kw_only=True):
    """A source has sent everything it has. sent: how many snapshots."""

    type: ClassVar[str] = "squad.operations.snapshot_ended.v1"
    about: ClassVar[str] = "id"
    id: Id
    service: str
    source: Literal["tickets", "identity"]
    sent: int


class Handling(msgspec.Struct, frozen=True):
    """How one service handled one letter.

    published, handled: seconds since 1970. took: milliseconds.
    outcome: "ack", "retry" or "bury".
    """

    event: str
    type: str
    subject: str
    receives: int
    published: float
    handled: float
    took: float
    outcome: str


class LettersHandled(Event, frozen=True, kw_only=True):
    """A batch of handlings, for monitoring. Losing one loses no work, only a view of it."""

    type: ClassVar[str] = "squad.operations.letters_handled.v1"
    about: ClassVar[str] = "service"
    service: str
    handled: Sequence[Handling]
