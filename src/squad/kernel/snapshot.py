"""Sending everything again: page by page, each page one unit that asks for the next."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypeVar

from squad.contracts.envelope import Event
from squad.contracts.operations import SnapshotEnded, SnapshotRequested
from squad.kernel.unit import Books
from squad.ports.unit import Cause

Write = TypeVar("Write")
PAGE = 500  # aggregates a unit


async def send_page(
    books: Books[Write],
    request: SnapshotRequested,
    cause: Cause,
    *,
    source: Literal["tickets", "identity"],
    load: Callable[[str, int], Awaitable[Sequence[tuple[str, Sequence[tuple[Event, int]]]]]],
) -> None:
    """This will send one page, and ask itself for the next or say that all is sent.

    load: (after, limit) → aggregates beyond a key, in order: key, and its events with versions.
    Requests to another source are ignored. A crash anywhere goes on where the last unit ended.
    """
    if request.source != source:
        return
    unit = books.open(cause)
    page = await load(request.cursor, PAGE)
    for _, events in page:
        for event, version in events:
            unit.emit(event, version=version)
    sent = request.sent + len(page)
    common = {"id": request.id, "service": request.service, "source": source, "sent": sent}
    if len(page) < PAGE:
        unit.emit(SnapshotEnded(**common), version=1)  # type: ignore[arg-type]
    else:
        unit.emit(SnapshotRequested(**common, cursor=page[-1][0]), version=1)  # type: ignore[arg-type]
    await unit.commit()
