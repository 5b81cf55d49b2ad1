"""Import: rows of another system's file become tickets, each once, however often it is run."""

import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import httpx
import msgspec

from squad.apps import tokens, wiring
from squad.apps.imports import mapping
from squad.apps.imports.check import check, requesters
from squad.apps.imports.mapping import Atlas, Fit
from squad.apps.imports.report import Check, Report, Tally
from squad.apps.imports.sender import FLIGHTS, Client, Failed, Sender
from squad.apps.imports.table import Progress, Refused, Unreadable, read
from squad.kernel.settings import Settings

COLUMNS = {"incidents": mapping.INCIDENTS, "tickets": mapping.TEXTS}
TIMEOUT = 60.0  # s for an answer; the node gives up after 30


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to import, as whom. past: finished there, so finished here. dry: send nothing.

    user: a person's id or mail, or `token`. checked: look at what became of it at the end.
    """

    file: Path
    kind: str
    past: bool = False
    dry: bool = False
    checked: bool = True
    limit: int | None = None
    user: str = ""
    token: str = ""


async def load(settings: Settings, plan: Plan, progress: Progress) -> Report:
    """This will import a file. `stopped` in the report says why it ended early, if it did.

    Raises KeyError: there is no such user.
    """
    clock = await wiring.clock(settings)
    atlas = Atlas(await wiring.adapter("places", settings.url("places", ""), clock))
    tally, began = Tally(), datetime.now(UTC)
    rows = fits(plan, atlas, tally, progress)
    checked, stopped = None, ""
    try:
        if plan.dry:
            deque(rows, maxlen=0)
        else:
            checked = await _send(settings, plan, rows, tally)
    except (Unreadable, Failed) as failure:
        stopped = str(failure)
    mode = "dry run" if plan.dry else "history" if plan.past else "open"
    return tally.report(
        file=plan.file.name, kind=plan.kind, mode=mode, node=settings.origin, began=began,
        seconds=tally.seconds(), check=checked, stopped=stopped,
    )  # fmt: skip


async def _send(settings: Settings, plan: Plan, rows: Iterator[Fit], tally: Tally) -> Check | None:
    async with _client(settings, plan) as client:
        sender = Sender(client, tally, await requesters(client))
        tally.began = time.monotonic()
        await sender.send(rows)
        tally.ended = time.monotonic()
        if plan.checked and tally.ids:
            return await check(client, tally.ids, routed=not plan.past)
    return None


@asynccontextmanager
async def _client(settings: Settings, plan: Plan) -> AsyncIterator[Client]:
    async def token() -> str:
        return plan.token or await tokens.mint(settings, plan.user)

    limits = httpx.Limits(max_connections=FLIGHTS)
    async with httpx.AsyncClient(base_url=settings.origin, timeout=TIMEOUT, limits=limits) as http:
        yield Client(http, token)


def fits(plan: Plan, atlas: Atlas, tally: Tally, progress: Progress) -> Iterator[Fit]:
    """This will read and map rows one by one, counting them, and give those that can be sent."""
    records = read(plan.file, COLUMNS[plan.kind], progress)
    for record in islice(records, plan.limit):
        row = (
            record
            if isinstance(record, Refused)
            else mapping.fit(record, plan.kind, atlas, past=plan.past)
        )
        if isinstance(row, Refused):
            tally.refuse(row)
        else:
            tally.take(row)
            yield row
