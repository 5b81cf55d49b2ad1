"""The rules of an upload in pieces."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from squad.contracts.envelope import Id
from squad.contracts.tickets import Visibility
from squad.kernel.problem import Fault, Impossible, Invalid, Oversize
from squad.services.tickets.model.files import Attachment

CHUNK = 1024 * 1024  # bytes of a piece at most
LEAST = 64 * 1024  # bytes of a piece that is not the last
KEPT = timedelta(days=7)  # that an unfinished upload waits for its next piece


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is coming. size: bytes. sha256: "" where the client does not say."""

    id: Id
    ticket: Id
    at: datetime
    author: str
    visibility: Visibility
    name: str
    size: int
    sha256: str
    held: int = 0


class UploadState(msgspec.Struct, frozen=True, kw_only=True):
    """How far an upload has come. offset: bytes that are here. chunk: bytes of a piece at most.

    attachment: the file's record, once complete. expires_at: an unfinished one goes then.
    """

    id: Id
    ticket: Id
    name: str
    size: int
    offset: int
    complete: bool
    chunk: int = CHUNK
    attachment: Attachment | None = None
    expires_at: datetime | None = None


class Misplaced(Impossible):
    """A piece does not follow what is here. `offset` says where to go on."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"The next byte that is wanted is number {offset}. Go on from there.")
        self.offset = offset

    def body(self) -> Mapping[str, Any]:
        """This will give the problem's members, with the right offset."""
        return {**super().body(), "offset": self.offset}


def begun(intent: Intent) -> UploadState:
    """This will tell how far an unfinished upload has come."""
    return UploadState(
        id=intent.id,
        ticket=intent.ticket,
        name=intent.name,
        size=intent.size,
        offset=intent.held,
        complete=False,
        expires_at=intent.at + KEPT,
    )


def finished(ticket: str, file: Attachment) -> UploadState:
    """This will tell of an upload that is a file of the ticket now."""
    return UploadState(
        id=file.id,
        ticket=ticket,
        name=file.name,
        size=file.size,
        offset=file.size,
        complete=True,
        attachment=file,
    )


def placed(intent: Intent, start: int, size: int) -> bool:
    """This will tell whether a piece is news: False where all of it is here already.

    Raises Misplaced; Invalid: it is too small; Oversize: too large, or beyond the end.
    """
    end = start + size
    if size > CHUNK or end > intent.size:
        raise Oversize(f"A piece has up to {CHUNK} bytes, and the file ends at {intent.size}.")
    if end <= intent.held:
        return False
    if start != intent.held:
        raise Misplaced(intent.held)
    if size < LEAST and end < intent.size:
        reason = f"at least {LEAST} bytes in every piece but the last"
        raise Invalid("The piece is too small.", [Fault("query.offset", reason)])
    return True
