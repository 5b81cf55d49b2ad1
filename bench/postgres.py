"""Creation by HTTP with PostgreSQL on this machine, beside pgbench writing the same rows.

.venv/bin/python -m bench.postgres [--seconds 8] [--clients 16,64] [--services identity,tickets]
"""

import argparse
import os
import re
import subprocess
import tempfile
from pathlib import Path

import asyncpg
from bench._load import closed_loop, open_loop, run
from bench.node import creations, drained, memory, world
from deploy.local import postgres as local
from deploy.local.engine import free_port, stop, unprivileged

from squad.adapters.clock.system import SystemClock
from squad.adapters.database import postgres
from squad.apps import tokens
from squad.apps.drills.product import Product
from squad.apps.wiring import SERVICES
from squad.kernel import settings
from squad.services.tickets.store import MIGRATIONS

# One creation as the adapter writes it: one round trip, prepared, uuid version 7 as ids.
SCRIPT = """\\startpipeline
begin;
insert into inbox values (uuidv7()::text, repeat('x', 36)::bytea, repeat('x', {answer})::bytea, 1);
insert into tickets values (uuidv7()::text, 1, 'new', 3, null, repeat('x', 36), '', '', 'US-NY',
    extract(epoch from clock_timestamp()), 1, repeat('x', {facts})::bytea,
    repeat('x', {extra})::bytea);
insert into history values (uuidv7()::text, 1, 1, repeat('x', 36), 'create', 'new', null, '',
    repeat('x', 36));
insert into outbox(id, type, subject, body, at) values (uuidv7()::text, 'squad.tickets.created.v1',
    repeat('x', 36), repeat('x', {body})::bytea, 1);
commit;
\\endpipeline
"""


def load() -> str:
    """This will give the machine's load average of the last minute."""
    return f"load average {os.getloadavg()[0]:.1f}"


async def sizes(url: str, passfile: Path) -> dict[str, int]:
    """This will measure the bytes of what one creation wrote, by the rows of the run."""
    connection = await asyncpg.connect(url, passfile=str(passfile))
    try:
        row = await connection.fetchrow(
            "select (select avg(length(answer)) from inbox)::int as answer,"
            " (select avg(length(facts)) from tickets)::int as facts,"
            " (select avg(length(extra)) from tickets)::int as extra,"
            " (select avg(length(body)) from outbox)::int as body"
        )
        return dict(row)
    finally:
        await connection.close()


def pgbench(url: str, passfile: Path, script: Path, clients: int, seconds: float) -> float:
    """This will run the script with pgbench: transactions a second."""
    command: list[object] = [
        local.binaries(unprivileged()) / "pgbench", "-n", "-M", "prepared", "-f", script,
        "-c", clients, "-j", "2", "-T", round(seconds), url,
    ]  # fmt: skip
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, "PGPASSFILE": str(passfile)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"tps = ([\d.]+) \(without", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


async def create(product: Product, seconds: float, clients: list[int]) -> dict[int, float]:
    """This will measure creation: closed loops, then an open loop at 70 % of the best."""
    token = await tokens.mint(settings.read(product.environ), "customer@demo.example")
    print(f"ready in {product.starts[-1]:.2f} s; memory {memory(product):.0f} MB; {load()}")
    await drained(product)
    rates = {}
    for count in clients:
        figures = await closed_loop(product.port, creations(token), clients=count, seconds=seconds)
        rates[count] = figures.rate
        print(figures.line(f"create, closed loop, {count}"), load())
        print(f"  queues empty {await drained(product):.1f} s after the last")
    rate = max(rates.values()) * 0.7
    figures = await open_loop(product.port, creations(token), rate=rate, seconds=seconds)
    print(figures.line("create, open loop, 70 %"), load())
    return rates


async def bench(arguments: argparse.Namespace, home: Path, admin: str) -> None:
    """This will measure the node, then pgbench on tables of the same kind."""
    host = admin.partition("@")[2].partition("/")[0]
    passfile = home / "pgpass"
    url = f"postgres://squad_{{service}}@{host}/squad?passfile={passfile}"
    names = dict.fromkeys((*SERVICES, "bench"), ())
    await postgres.provision(url, names, admin)
    services = [name for name in arguments.services.split(",") if name]
    product = Product(
        home / "node",
        services=services,
        environ={**world(), "SQUAD_DEMO": "300", "SQUAD_DATABASE": url},
    )
    try:
        product.start()
        clients = [int(count) for count in arguments.clients.split(",")]
        rates = await create(product, arguments.seconds, clients)
    finally:
        product.stop()
    bare = f"postgres://squad_{{}}@{host}/squad"
    written = await sizes(bare.format("tickets"), passfile)
    print(f"bytes of a creation: {written}")
    store = await postgres.open(url.replace("{service}", "bench"), SystemClock())
    await store.migrate(MIGRATIONS)
    await store.close()
    script = home / "create.sql"
    script.write_text(SCRIPT.format(**written))
    for count, rate in rates.items():
        limit = pgbench(bare.format("bench"), passfile, script, count, arguments.seconds)
        print(f"{f'pgbench, same rows, {count}':<34} {limit:8.0f}/s  {load()}")
        print(f"{'  ratio':<34} {rate / limit:8.2f}   (target ≥ 0.4)")


def main() -> None:
    """This will start a server and a node of its own, measure them, and stop them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--clients", default="16,64")
    parser.add_argument("--services", default="", help="only these, for example identity,tickets")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o711)
        engine = local.start(home / "postgres", free_port())
        try:
            run(bench(arguments, home, engine.url))
        finally:
            stop(engine.pid)


if __name__ == "__main__":
    main()
