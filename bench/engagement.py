"""Engagement under load: letters handled into inbox and post, and mails sent into the folder.

`--short` runs a tenth of it. Prints figures per second of wall time and of CPU time.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvloop

from squad.adapters.clock import system
from squad.adapters.documents import sqlite
from squad.adapters.notifier import folder
from squad.contracts.people import Contact, Person, UserCreated
from squad.contracts.routing import TicketAssigned
from squad.kernel.dispatch import BATCH, dispatch
from squad.kernel.ids import uuid7
from squad.kernel.post import SHARDS
from squad.kernel.service import Kit, Running
from squad.kernel.unit import letter_of
from squad.ports.bus import Delivery
from squad.ports.clock import Clock
from squad.ports.unit import Cause
from squad.services.engagement import SERVICE

TICKETS = 20_000
PEOPLE = 2_000
RATE = 300  # tickets/s that the product must sustain: two mails each


async def main(tickets: int) -> None:
    """This will measure in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as home:
        clock = await system.open("system:")
        documents = await sqlite.open(f"sqlite:{home}/engagement.db", clock)
        notifier = await folder.open(f"folder:{home}/sent", clock)
        running = await SERVICE.start(
            Kit("engagement", clock=clock, documents=documents, notifier=notifier,
                origin="http://127.0.0.1:8000", secret=b"s" * 64)
        )  # fmt: skip
        people = [uuid7() for _ in range(PEOPLE)]
        known = [UserCreated(person=_person(id, n)) for n, id in enumerate(people)]
        told = [_assigned(people, n, clock) for n in range(tickets)]
        await _timed("people learned", PEOPLE, lambda: _handle(known, running, clock))
        await _timed("assignments handled", tickets, lambda: _handle(told, running, clock))
        loop: Any = running.tasks[-1]
        await _timed("mails sent in a burst", 2 * tickets, lambda: _drain(loop.func.__self__))
        await _paced(running, people, clock, Path(home) / "sent", tickets // RATE // 2)
        await documents.close()


async def _handle(events: Sequence[Any], running: Running, clock: Clock) -> None:
    """As the consumer does: a batch of letters side by side."""
    now = clock.now()
    for start in range(0, len(events), BATCH):
        deliveries = [
            Delivery(
                letter_of(e, id=uuid7(), version=1, source="b", time=now, cause=Cause(uuid7())),
                "engagement", "1", 1, now.timestamp(),
            )
            for e in events[start : start + BATCH]
        ]  # fmt: skip
        outcomes = await asyncio.gather(*(dispatch(d, running.handlers) for d in deliveries))
        assert all(outcome.verdict == "ack" for outcome in outcomes)


async def _drain(post: Any) -> None:
    async def empty(shard: str) -> None:
        while await post.deliver(shard):
            pass

    await asyncio.gather(*(empty(shard) for shard in SHARDS))


async def _paced(
    running: Running, people: Sequence[str], clock: Clock, sent: Path, seconds: int
) -> None:
    """The loops as they run in a node, while assignments arrive at the rate."""
    before = sum(1 for _ in sent.rglob("ids/*/*.eml"))
    loops = [asyncio.ensure_future(_loop(task)) for task in running.tasks]
    cpu, began = time.process_time(), time.perf_counter()
    for tick in range(seconds * 10):
        events = [_assigned(people, tick * 1000 + n, clock) for n in range(RATE // 10)]
        await _handle(events, running, clock)
        await asyncio.sleep(max(0.0, began + (tick + 1) / 10 - time.perf_counter()))
    spent, took = time.process_time() - cpu, time.perf_counter() - began
    await asyncio.sleep(1.0)
    mails = sum(1 for _ in sent.rglob("ids/*/*.eml")) - before
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    print(
        f"{RATE} assignments/s for {took:.1f} s: {mails} of {2 * RATE * seconds} mails sent 1 s"
        f" after the end, {spent / took:.0%} of one core for handling and sending"
    )


async def _loop(task: Callable[[], Awaitable[None]]) -> None:
    await task()


async def _timed(what: str, count: int, work: Callable[[], Awaitable[None]]) -> None:
    cpu, began = time.process_time(), time.perf_counter()
    await work()
    spent, took = time.process_time() - cpu, time.perf_counter() - began
    print(f"{what}: {count / took:,.0f}/s, {spent / count * 1e6:.0f} µs CPU each")


def _person(id: str, number: int) -> Person:
    contact = Contact(name=f"Person {number}", mail=f"person{number}@example.com")
    return Person(id=id, version=1, roles=("customer",), contact=contact, zone="America/Chicago")


def _assigned(people: Sequence[str], number: int, clock: Clock) -> TicketAssigned:
    now = clock.now()
    return TicketAssigned(
        ticket=uuid7(),
        turn=1,
        consultant=people[number % 300],
        requester=people[300 + number % (PEOPLE - 300)],
        reference="7K2M-9QXD",
        title="The cash register does not start",
        priority=2,
        arrival=now + timedelta(hours=1),
        answer_by=now + timedelta(minutes=30),
        decision=uuid7(),
    )


if __name__ == "__main__":
    uvloop.run(main(TICKETS // 10 if "--short" in sys.argv else TICKETS))
