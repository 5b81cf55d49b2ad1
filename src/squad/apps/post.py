"""Dead letters from the command line: straight on the bus, also while the node is down."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from squad.apps import wiring
from squad.kernel.settings import Settings
from squad.ports.bus import Bus, DeadLetter

PAGE = 500


@asynccontextmanager
async def _bus(settings: Settings) -> AsyncIterator[Bus]:
    clock = await wiring.clock(settings)
    bus: Bus = await wiring.adapter("bus", settings.url("bus", ""), clock)
    try:
        yield bus
    finally:
        await bus.close()


async def dead(settings: Settings, queue: str) -> list[DeadLetter]:
    """This will list all dead letters of a queue, or of all."""
    async with _bus(settings) as bus:
        return await _all(bus, queue)


async def _all(bus: Bus, queue: str) -> list[DeadLetter]:
    found: list[DeadLetter] = []
    while page := await bus.dead(queue, after=found[-1].id if found else "", limit=PAGE):
        found.extend(page)
    return found


async def inspect(settings: Settings, id: str) -> DeadLetter | None:
    """This will show one."""
    async with _bus(settings) as bus:
        return await bus.inspect(id)


async def replay(settings: Settings, ids: Sequence[str], queue: str) -> int:
    """This will replay the named ones, or all of a queue when none is named."""
    async with _bus(settings) as bus:
        return await bus.replay(ids or [letter.id for letter in await _all(bus, queue)])


async def discard(settings: Settings, ids: Sequence[str], reason: str) -> int:
    """This will remove the named ones, keeping the reason."""
    async with _bus(settings) as bus:
        return await bus.discard(ids, reason)


def plain(letters: Sequence[DeadLetter]) -> list[dict[str, Any]]:
    """This will turn letters into JSON values; a body that is not JSON stays text."""
    return [
        {
            "id": dead.id,
            "queue": dead.queue,
            "event": dead.letter.id,
            "type": dead.letter.type,
            "subject": dead.letter.subject,
            "reason": dead.reason,
            "receives": dead.receives,
            "buried_at": dead.buried_at,
            "body": _json(dead.letter.body),
        }
        for dead in letters
    ]


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return body.decode("utf-8", "replace")
