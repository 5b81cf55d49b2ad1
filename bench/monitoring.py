"""Monitoring under load: what looking on costs a ticket, journeys read back, unsampled traces.

`--short` runs a tenth of it. CPU seconds of the process, so that a busy machine blurs them less.
"""

import asyncio
import sys
import tempfile
import time
import timeit
from collections.abc import Sequence
from pathlib import Path

import uvloop

from squad.adapters.bus import sqlite as bus_sqlite
from squad.adapters.clock import system
from squad.adapters.database import sqlite
from squad.contracts.envelope import Event
from squad.contracts.operations import Handling, LettersHandled
from squad.contracts.routing import RoutingStalled
from squad.kernel import trace
from squad.kernel.dispatch import BATCH, Consumer, observe
from squad.kernel.ids import uuid7
from squad.kernel.service import Kit, Running
from squad.kernel.unit import letter_of
from squad.kernel.vitals import Vitals
from squad.ports.bus import Delivery
from squad.ports.clock import Clock
from squad.ports.unit import Cause, Letter
from squad.services.monitoring import SERVICE
from squad.services.monitoring.service import Monitoring

TICKETS = 40_000
RATE = 300  # tickets/s that the product must sustain
EVENTS = 5  # of a ticket
SERVICES = ("routing", "search", "engagement")  # each handles each event
GROUP = 75  # tickets whose handlings come in one report: 250 ms at that rate


async def main(tickets: int) -> None:
    """This will measure in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as home:
        clock = await system.open("system:")
        database = await sqlite.open(f"sqlite:{home}/monitoring.db", clock)
        bus = await bus_sqlite.open(f"sqlite:{home}/bus.db", clock)
        await bus.subscribe("monitoring", ["*"])
        kit = Kit("monitoring", database=database, bus=bus, clock=clock, vitals=Vitals(clock))
        running = await SERVICE.start(kit)
        ids = [uuid7() for _ in range(tickets)]
        groups = [ids[n : n + GROUP] for n in range(0, tickets, GROUP)]
        half = len(groups) // 2
        await _direct(groups[:half], running, clock)
        await _posted(groups[half:], running, bus, clock)
        await database.close()
        size = sum(file.stat().st_size for file in Path(home).glob("monitoring.db*"))
        print(f"{'on disk':<34} {size / tickets:10.0f} bytes a ticket of {EVENTS} events")
        database = await sqlite.open(f"sqlite:{home}/monitoring.db", clock)
        kit = Kit("monitoring", database=database, bus=bus, clock=clock, vitals=Vitals(clock))
        await _journeys(ids, (await SERVICE.start(kit)).service)
        await database.close()
        await bus.close()
    _traces()


async def _direct(groups: Sequence[Sequence[str]], running: Running, clock: Clock) -> None:
    """The service alone: batches as the consumer has them, settled before the acks."""
    assert running.observer is not None
    assert running.settle is not None
    spent = 0.0
    for group in groups:
        letters = _letters(group, clock)
        deliveries = [Delivery(letter, "monitoring", "1", 1, 0.0) for letter in letters]
        began = time.process_time()
        for start in range(0, len(deliveries), BATCH):
            for delivery in deliveries[start : start + BATCH]:
                assert observe(delivery, running.observer).verdict == "ack"
            await running.settle()
        spent += time.process_time() - began
    _tell("seen and settled", spent, sum(map(len, groups)))


async def _posted(
    groups: Sequence[Sequence[str]], running: Running, bus: bus_sqlite.SqliteBus, clock: Clock
) -> None:
    """The same out of the SQLite bus: received and acknowledged too."""
    consumer = Consumer(
        "monitoring", bus, {}, clock, settle=running.settle, observer=running.observer
    )
    spent = 0.0
    for group in groups:
        await bus.publish(_letters(group, clock))
        began = time.process_time()
        while await consumer.step(0):
            pass
        spent += time.process_time() - began
    _tell("received, settled, acknowledged", spent, sum(map(len, groups)))


async def _journeys(ids: Sequence[str], monitoring: Monitoring) -> None:
    took = []
    for id in ids[:: max(1, len(ids) // 2000)]:
        began = time.perf_counter()
        journey = await monitoring.journey(ticket=id)
        took.append(time.perf_counter() - began)
        assert sum(len(step.handled) for step in journey.events) == EVENTS * len(SERVICES)
    took.sort()
    p50, p99 = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
    print(f"{'journey read':<34} p50 {p50:6.2f} ms  p99 {p99:6.2f} ms")


def _traces() -> None:
    """What every letter and request pays for being traceable."""
    trace.setup(lambda _: None, 0.0)
    traceparent = trace.start()
    for name, work in (
        ("trace: is it wanted (unsampled)", lambda: trace.wanted(traceparent)),
        ("trace: one step below", lambda: trace.child(traceparent)),
        ("trace: begin one", trace.start),
    ):
        times = timeit.repeat(work, timer=time.process_time, number=20_000, repeat=9)
        best = min(times) / 20_000
        print(f"{name:<34} {best * 1e9:10.0f} ns")
    trace.setup(None)


def _letters(group: Sequence[str], clock: Clock) -> list[Letter]:
    """What comes while a group of tickets is logged and routed: events, then reports."""
    letters: list[Letter] = []
    for id in group:
        for turn in range(EVENTS):
            event = RoutingStalled(
                ticket=id, turn=turn, priority=1, excluded={"skill": 200}, decision=id
            )
            letters.append(_sealed(event, turn, clock))
    now = clock.now().timestamp()
    for service in SERVICES:
        handled = [Handling(i.id, i.type, i.subject, 1, now, now, 1.2, "ack") for i in letters]
        report = LettersHandled(service=service, handled=handled[: len(group) * EVENTS])
        letters.append(_sealed(report, 1, clock))
    return letters


def _sealed(event: Event, version: int, clock: Clock) -> Letter:
    cause = Cause(uuid7(), actor=uuid7(), trace=trace.start())
    return letter_of(
        event, id=uuid7(), version=version, source="bench", time=clock.now(), cause=cause
    )


def _tell(name: str, seconds: float, tickets: int) -> None:
    cost = seconds / tickets
    print(
        f"{name:<34} {cost * 1e6:10.0f} µs CPU a ticket = {cost * RATE * 100:4.1f} % of a core"
        f" at {RATE}/s"
    )


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(main(TICKETS // 10 if "--short" in sys.argv else TICKETS))
