"""One node by HTTP: create, read, list, search, the whole story; beside the bare limit of SQLite.

.venv/bin/python -m bench.node [--seconds 10] [--tickets 200000] [--only create,story]
"""

import argparse
import asyncio
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from bench._load import closed_loop, http, open_loop, run

from squad.adapters.clock.system import SystemClock
from squad.adapters.database import sqlite as database
from squad.apps import tokens
from squad.apps.drills.product import Product
from squad.apps.wiring import SERVICES
from squad.kernel import settings
from squad.kernel.ids import uuid7
from squad.ports.database import Statement
from squad.ports.unit import Cause, Letter

CODES = ("10001", "60601", "94103", "77002", "33101", "90012", "98101", "80202", "30303", "02108")
CATEGORIES = ("hardware", "network", "printer", "software", "access", "email")


def creations(token: str) -> Iterator[bytes]:
    """This will write create requests without end, each for another ticket."""
    chance = random.Random(1)
    while True:
        id = uuid7()
        body = {
            "id": id,
            "title": f"The printer on floor {chance.randint(1, 90)} is jammed",
            "description": "It takes the paper askew and then says that a tray is open. " * 3,
            "category": chance.choice(CATEGORIES),
            "priority": chance.randint(1, 4),
            "location": {"postal_code": chance.choice(CODES)},
        }
        yield http("POST", "/api/tickets", token, json.dumps(body).encode(), id)


async def bare(seconds: float, clients: int) -> float:
    """This will write the same rows by a bare group commit: units a second."""
    with tempfile.TemporaryDirectory() as folder:
        store = await database.open(f"sqlite:{folder}/bare.db", SystemClock())
        await store.migrate(
            ("create table t(id text primary key, v int, facts blob);\n"
             "create table h(id text, v int, note text, primary key(id, v))",)
        )  # fmt: skip
        facts, count, until = b"x" * 900, 0, time.perf_counter() + seconds

        async def client() -> None:
            nonlocal count
            while time.perf_counter() < until:
                id = uuid7()
                writes = (
                    Statement("insert into t values (?, ?, ?)", (id, 1, facts)),
                    Statement("insert into h values (?, ?, ?)", (id, 1, "create")),
                )
                letter = Letter(id, "bench", id, facts + facts)
                await store.commit(Cause(id), writes, [letter], facts)
                count += 1

        await asyncio.gather(*(client() for _ in range(clients)))
        await store.close()
        return count / seconds


def memory(product: Product) -> float:
    """This will give the resident memory of the node, MB."""
    assert product.process is not None
    status = Path(f"/proc/{product.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def bench_create(product: Product, token: str, seconds: float) -> None:
    """This will measure creation: closed loop, then open loop at 70 % of the maximum."""
    limit = await bare(seconds / 2, 64)
    print(f"{'bare group commit, same rows':<34} {limit:8.0f}/s")
    best = 0.0
    for clients in (16, 64):
        figures = await closed_loop(
            product.port, creations(token), clients=clients, seconds=seconds
        )
        print(figures.line(f"create, closed loop, {clients}"))
        best = max(best, figures.rate)
        await drained(product)
    print(f"{'  ratio to the bare limit':<34} {best / limit:8.2f}   (target ≥ 0.4)")
    figures = await open_loop(product.port, creations(token), rate=best * 0.7, seconds=seconds)
    print(figures.line("create, open loop, 70 %"))
    print(f"  queues empty {await drained(product):.1f} s after the last")


async def bench_read(product: Product, token: str, seconds: float) -> None:
    """This will measure reading one and lists of 50."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=product.url, headers=headers, trust_env=False) as client:
        page = await client.get("/api/tickets?limit=200")
    ids = [ticket["id"] for ticket in page.json()["items"]]

    def one() -> Iterator[bytes]:
        while True:
            for id in ids:
                yield http("GET", f"/api/tickets/{id}", token)

    def many() -> Iterator[bytes]:
        while True:
            yield http("GET", "/api/tickets?limit=50", token)

    print((await closed_loop(product.port, one(), clients=16, seconds=seconds)).line("read one"))
    print((await closed_loop(product.port, many(), clients=16, seconds=seconds)).line("list of 50"))


async def bench_search(product: Product, token: str, seconds: float) -> None:
    """This will measure search over HTTP, misspelled words too."""
    words = (
        "printer jammed",
        "prinetr floor",
        "paper askew",
        "tray opne",
        "network",
        "jamed floor 7",
    )

    def queries() -> Iterator[bytes]:
        while True:
            for word in words:
                yield http("GET", f"/api/search?q={word.replace(' ', '+')}", token)

    print((await closed_loop(product.port, queries(), clients=4, seconds=seconds)).line("search"))


async def bench_story(product: Product, token: str, seconds: float, rate: float) -> None:
    """This will measure created → assigned → told → searchable at a steady rate."""
    before = count(product, "select count(*) from history")
    began = time.time() + float(product.environ["SQUAD_CLOCK"].split("=")[1])
    figures = await open_loop(product.port, creations(token), rate=rate, seconds=seconds)
    print(figures.line(f"story at {rate:.0f}/s: create"))
    lag = await drained(product)
    waits = sorted(
        1000 * (row[1] - row[0])
        for row in rows(
            product,
            "select c.at, a.at from history c join history a on a.ticket = c.ticket"
            " and a.step = 'assign' where c.step = 'create' and c.at > ?",
            (began,),
        )
    )
    made = count(product, f"select count(*) from tickets where created_at > {began}")
    print(
        f"{'  created → assigned':<34} {len(waits)} of {made} assigned"
        f"  p50 {waits[len(waits) // 2]:.1f} ms  p99 {waits[int(len(waits) * 0.99)]:.1f} ms"
        f"  max {waits[-1]:.0f} ms; queues empty {lag:.1f} s after the last"
    )
    print(f"  history rows before {before}")


async def drained(product: Product) -> float:
    """This will wait until queues are empty: seconds."""
    began = time.perf_counter()
    queues = ", ".join(f"'{name}'" for name in product.services or SERVICES)
    left = f"select count(*) from letters where queue in ({queues})"
    while count(product, left, "bus.db"):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return time.perf_counter() - began


def rows(
    product: Product, sql: str, parameters: tuple[object, ...] = ()
) -> list[tuple[float, float]]:
    """This will read rows of the node's ticket tables."""
    db = sqlite3.connect(product.home / "tickets.db", timeout=10)
    try:
        return db.execute(sql, parameters).fetchall()
    finally:
        db.close()


def count(product: Product, sql: str, file: str = "tickets.db") -> int:
    """This will count rows of one of the node's files."""
    db = sqlite3.connect(product.home / file, timeout=10)
    try:
        return int(db.execute(sql).fetchone()[0])
    finally:
        db.close()


async def bench(arguments: argparse.Namespace, product: Product) -> None:
    """This will run the chosen parts."""
    given = settings.read(product.environ)
    customer = await tokens.mint(given, "customer@demo.example")
    admin = await tokens.mint(given, "admin@demo.example")
    print(f"memory when ready {memory(product):.0f} MB; ready in {product.starts[-1]:.2f} s")
    print(f"world of 3,000 consultants taken in {await drained(product):.1f} s later")
    only = arguments.only.split(",")
    if "story" in only:
        await bench_story(product, customer, arguments.seconds * 2, arguments.rate)
        print(f"memory {memory(product):.0f} MB")
    if "create" in only:
        await bench_create(product, customer, arguments.seconds)
        print(f"memory {memory(product):.0f} MB")
    if "read" in only:
        await bench_read(product, admin, arguments.seconds / 2)
    if "search" in only:
        await bench_search(product, admin, arguments.seconds / 2)


def ahead() -> float:
    """This will give the seconds to the next Tuesday, 17:00 UTC: coast to coast is at work."""
    now = datetime.now(UTC)
    tuesday = now + timedelta(days=(1 - now.weekday()) % 7 or 7)
    return (tuesday.replace(hour=17, minute=0, second=0) - now).total_seconds()


def world() -> dict[str, str]:
    """This will describe a world that can hold the tickets: 3,000 consultants on a working day."""
    return {
        "SQUAD_DEMO": "3000",
        "SQUAD_BUS": "sqlite:{home}/bus.db",
        "SQUAD_CLOCK": f"system:?ahead={ahead()}",
    }


def main() -> None:
    """This will start a node of its own, measure it, and stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rate", type=float, default=300, help="tickets/s of the story")
    parser.add_argument("--only", default="story,create,read,search")
    parser.add_argument("--home", default="")
    parser.add_argument("--services", default="", help="only these, for example identity,tickets")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(arguments.home or folder)
        services = [name for name in arguments.services.split(",") if name]
        product = Product(home, services=services, environ=world())
        product.start()
        try:
            run(bench(arguments, product))
        finally:
            product.stop()


if __name__ == "__main__":
    main()
