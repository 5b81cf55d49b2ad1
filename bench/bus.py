"""The SNS and SQS bus: the relay beside a bare PublishBatch loop, and tickets routed through it.

.venv/bin/python -m bench.bus [--letters 1000] [--rounds 5] [--rate 10] [--seconds 15] [--fifo]

Starts MiniStack, or takes --endpoint. Rounds alternate, so that a busy machine hits both alike.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from bench._load import open_loop, run
from bench.node import creations, rows, world
from deploy.local import ministack
from deploy.local.engine import free_port, stop

from squad.adapters.bus import sns_sqs
from squad.adapters.clock.system import SystemClock
from squad.adapters.database import sqlite
from squad.adapters.engines.aws import Aws
from squad.adapters.engines.sqs.plan import Setup
from squad.apps import tokens
from squad.apps.drills.product import Product
from squad.apps.provision import consumed
from squad.kernel import settings
from squad.kernel.ids import uuid7
from squad.kernel.outbox import Relay
from squad.ports.unit import Cause, Letter

TYPE = "squad.bench.made.v1"
LANES = 8  # batches in flight, as the bus has
BODY = b'{"specversion":"1.0","data":"' + b"x" * 900 + b'"}'


def letters(count: int) -> list[Letter]:
    """This will write letters as large as an event of a ticket."""
    return [Letter(uuid7(), TYPE, uuid7(), BODY) for _ in range(count)]


async def bare(client: object, arn: str, some: Sequence[Letter], fifo: bool) -> None:
    """This will publish by PublishBatch and nothing else, eight batches in flight."""
    lanes = asyncio.Semaphore(LANES)

    async def batch(part: Sequence[Letter]) -> None:
        entries = []
        for n, one in enumerate(part):
            values = {"type": one.type, "id": one.id, "subject": one.subject}
            entry = {
                "Id": str(n),
                "Message": one.body.decode(),
                "MessageAttributes": {
                    key: {"DataType": "String", "StringValue": value}
                    for key, value in values.items()
                },
            }
            if fifo:
                entry |= {"MessageGroupId": one.subject, "MessageDeduplicationId": one.id}
            entries.append(entry)
        async with lanes:
            await client.publish_batch(  # type: ignore[attr-defined]
                TopicArn=arn, PublishBatchRequestEntries=entries
            )

    await asyncio.gather(*(batch(some[n : n + 10]) for n in range(0, len(some), 10)))


async def relay(bus: sns_sqs.SnsSqsBus, some: Sequence[Letter], folder: str) -> float:
    """This will carry letters from an outbox to the bus by the product's relay: seconds."""
    store = await sqlite.open(f"sqlite:{folder}/{uuid7()}.db", SystemClock())
    await store.commit(Cause(uuid7()), (), some, b"")
    carrier = Relay("bench", store, bus)
    began = time.perf_counter()
    while await carrier.trip():
        pass
    took = time.perf_counter() - began
    await store.close()
    return took


async def bench_publish(arguments: argparse.Namespace, url: str) -> None:
    """This will print both rates and their ratio, medians of the rounds."""
    await sns_sqs.provision(url, {"bench": [TYPE]}, "")
    bus = await sns_sqs.open(url, SystemClock())
    aws = Aws("bus", url)
    setup = await Setup.read(aws)
    limits, rates, cpu = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            some, began, used = letters(arguments.letters), time.perf_counter(), time.process_time()
            await bare(setup.sns, setup.arn, some, setup.names.fifo)
            limits.append(arguments.letters / (time.perf_counter() - began))
            spent, used = time.process_time() - used, time.process_time()
            rates.append(arguments.letters / await relay(bus, letters(arguments.letters), folder))
            cpu.append(spent / (time.process_time() - used))
            await setup.sqs.purge_queue(
                QueueUrl=(await setup.sqs.get_queue_url(QueueName=setup.names.queue("bench")))[
                    "QueueUrl"
                ]
            )
    await bus.close()
    await aws.close()
    ratio = statistics.median(rate / limit for rate, limit in zip(rates, limits, strict=True))
    print(f"{'bare PublishBatch, 8 in flight':<34} {statistics.median(limits):8.0f}/s")
    print(f"{'relay: outbox → bus → marked':<34} {statistics.median(rates):8.0f}/s")
    print(f"{'  ratio to the bare loop':<34} {ratio:8.2f}   (target ≥ 0.7)")
    print(f"{'  processor time, bare / relay':<34} {statistics.median(cpu):8.2f}")


async def bench_story(arguments: argparse.Namespace, url: str) -> None:
    """This will print the time from created to assigned, all letters through this bus."""
    await sns_sqs.provision(url, consumed("bus"), "")
    with tempfile.TemporaryDirectory() as folder:
        environ = {**world(), "SQUAD_DEMO": "300", "SQUAD_BUS": url}
        product = Product(Path(folder), environ=environ)
        product.start()
        bus = await sns_sqs.open(url, SystemClock())
        try:
            token = await tokens.mint(settings.read(product.environ), "customer@demo.example")
            await drained(bus)
            figures = await open_loop(
                product.port, creations(token), rate=arguments.rate, seconds=arguments.seconds
            )
            print(figures.line(f"create at {arguments.rate:.0f}/s"))
            lag = await drained(bus)
            waits = sorted(assigned(product))
            made = len(rows(product, "select 0, 0 from tickets"))
            print(
                f"{'  created → assigned':<34} {len(waits)} of {made} assigned"
                f"  p50 {waits[len(waits) // 2]:.0f} ms  p99 {waits[int(len(waits) * 0.99)]:.0f} ms"
                f"  max {waits[-1]:.0f} ms; queues empty {lag:.1f} s after the last"
            )
        finally:
            await bus.close()
            product.stop()


def assigned(product: Product) -> list[float]:
    """This will read how long each ticket waited for its consultant, milliseconds."""
    query = (
        "select c.at, a.at from history c join history a on a.ticket = c.ticket"
        " and a.step = 'assign' where c.step = 'create'"
    )
    return [1000 * (end - start) for start, end in rows(product, query)]


async def drained(bus: sns_sqs.SnsSqsBus) -> float:
    """This will wait until the queues are empty twice in a row: seconds."""
    began, empty = time.perf_counter(), 0
    while empty < 2:
        depths = await bus.depth()
        busy = sum(d.waiting + d.hidden for d in depths if d.queue not in ("monitoring", "bench"))
        empty = 0 if busy else empty + 1
        await asyncio.sleep(0.25)
    return time.perf_counter() - began


async def bench(arguments: argparse.Namespace, endpoint: str) -> None:
    """This will run both parts."""
    for part in (bench_publish, bench_story):
        prefix = f"b{uuid.uuid4().hex[:8]}"
        await part(
            arguments, f"sns_sqs:?endpoint={endpoint}&prefix={prefix}&fifo={int(arguments.fifo)}"
        )


def main() -> None:
    """This will start an emulator of its own unless one is named, measure, and stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=float, default=10, help="tickets/s")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--fifo", action="store_true")
    parser.add_argument("--endpoint", default="", help="of an emulator that runs")
    arguments = parser.parse_args()
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    if arguments.endpoint:
        run(bench(arguments, arguments.endpoint))
        return
    with tempfile.TemporaryDirectory() as folder:
        engine = ministack.start(Path(folder), free_port())
        try:
            run(bench(arguments, engine.url))
        finally:
            stop(engine.pid)


if __name__ == "__main__":
    main()
