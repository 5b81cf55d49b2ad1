"""Search in many tickets: filling, latency, memory, and how soon a change is found.

Tickets are the short texts of ../shared/data/text (CC0), repeated with variation: about 30 words
each, 100 for each customer. OpenSearch, one node on the same cores, does the same through the
same port; FTS5 answers the same questions, corrections included.

Usage: .venv/bin/python -m bench.search [--tickets 200000] [--seconds 20] [--short] [--json]
"""

import argparse
import asyncio
import csv
import gc
import json
import multiprocessing
import os
import platform
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import zstandard
from deploy.local import opensearch as node
from deploy.local.engine import free_port, stop

from squad.adapters.clock.system import SystemClock
from squad.adapters.engines.spelling import Vocabulary
from squad.adapters.engines.words import words
from squad.adapters.index import opensearch
from squad.adapters.index import tantivy as adapter
from squad.ports.index import Entry, Index, Query

TEXT = Path(__file__).resolve().parents[2] / "shared/data/text/it_tickets_dev.csv.zst"
BATCH = 300  # entries put and flushed at a time
RATE = 300  # tickets/s while it runs sustained, each put three times
QUERIES = 300  # of each kind
SEED = 5
Figures = dict[str, float]


class Tickets:
    """Texts to make tickets of, always the same ones."""

    def __init__(self, count: int) -> None:
        with zstandard.open(TEXT, "rt", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            self.texts = [text for row in rows if len(text := row["text"].split()) > 3]
        self.common = [word for text in self.texts for word in text[:20]]
        self.count = count

    def one(self, number: int, version: int = 1) -> Entry:
        """This will make a ticket, six words of title and up to 30 of body, three replaced."""
        rng = random.Random(number)
        text = self.texts[number % len(self.texts)][:36]
        for _ in range(3):
            text[rng.randrange(len(text))] = rng.choice(self.common)
        reader = (f"org:{number % max(1, self.count // 100)}", "staff")
        tags = {"reader": reader, "status": (("new", "assigned", "closed")[version % 3],)}
        title, body = " ".join(text[:6]), " ".join(text[6:])
        at = 1.7e9 + number
        return Entry(f"t{number}", "ticket", version, title, body, language="en", tags=tags, at=at)

    def questions(self, *, slip: bool) -> Iterator[tuple[str, str]]:
        """This will give texts of two to four words of a ticket, one slipped, and its reader."""
        rng = random.Random(SEED)
        for _ in range(QUERIES):
            number = rng.randrange(self.count)
            ticket = self.one(number)
            held = f"{ticket.title} {ticket.body}".split()
            chosen = rng.sample(held, min(len(held), rng.randint(2, 4)))
            if slip and len(longest := max(chosen, key=len)) > 3:
                at = rng.randrange(len(longest) - 1)
                swapped = longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :]
                chosen[chosen.index(longest)] = swapped
            yield " ".join(chosen), ticket.tags["reader"][0]


def spread(name: str, took: list[float]) -> Figures:
    """This will sum up times: seconds in, milliseconds out."""
    took = sorted(took)
    points = {"p50": took[len(took) // 2], "p99": took[int(len(took) * 0.99)], "max": took[-1]}
    return {f"{name}, {point} ms": value * 1e3 for point, value in points.items()}


def memory(pid: int | str = "self") -> float:
    """This will give a process's resident memory, mapped files included, MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def size(folder: str) -> float:
    """This will give the bytes of all files below a folder, MB."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6


async def fill(index: Index, tickets: Tickets) -> Figures:
    """This will put and flush everything in batches."""
    took = []
    for start in range(0, tickets.count, BATCH):
        numbers = range(start, min(start + BATCH, tickets.count))
        entries = [tickets.one(number) for number in numbers]
        began = time.perf_counter()
        await index.put(entries)
        await index.flush()
        took.append(time.perf_counter() - began)
    return {"filled, entries/s": tickets.count / sum(took), **spread("put + flush of 300", took)}


async def ask(index: Index, tickets: Tickets) -> Figures:
    """This will measure searches one by one: staff see all tickets, a customer 100."""
    figures: Figures = {}
    for slip in (False, True):
        for who in ("staff", "customer"):
            took = []
            for text, org in tickets.questions(slip=slip):
                readers = ("staff",) if who == "staff" else (org,)
                query = Query(text, kinds=("ticket",), all={"reader": readers})
                began = time.perf_counter()
                await index.search(query)
                took.append(time.perf_counter() - began)
            figures |= spread(f"search, {who}, {'slip' if slip else 'clean'}", took)
    return figures


async def sustain(index: Index, tickets: Tickets, seconds: float) -> Figures:
    """This will put new tickets three times each at the full rate, and search meanwhile."""
    numbers = range(tickets.count, tickets.count + int(seconds * RATE) + RATE)
    entries = [[tickets.one(number, version) for number in numbers] for version in (1, 2, 3)]
    questions = list(tickets.questions(slip=True))
    gc.freeze()  # what the benchmark made beforehand is not the index's to look through
    end = time.perf_counter() + seconds
    put: list[float] = []
    found: list[float] = []
    took: list[float] = []
    lag: list[float] = []

    async def putting() -> None:
        done, began = 0, time.perf_counter()
        while (now := time.perf_counter()) < end:
            due = int((now - began) * RATE)
            for version in entries:
                await index.put(version[done:due])
            put.extend([now] * (due - done))
            done = due
            await asyncio.sleep(0.01)

    async def flushing() -> None:
        while time.perf_counter() < end:
            waiting = len(put)
            await index.flush()
            found.extend(time.perf_counter() - moment for moment in put[:waiting])
            del put[:waiting]
            await asyncio.sleep(0.2)

    async def searching() -> None:
        while time.perf_counter() < end:
            text, _ = questions[len(took) % len(questions)]
            began = time.perf_counter()
            await index.search(Query(text, all={"reader": ("staff",)}))
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)

    async def waking() -> None:
        while (began := time.perf_counter()) < end:
            await asyncio.sleep(0.001)
            lag.append(time.perf_counter() - began - 0.001)

    await asyncio.gather(putting(), flushing(), searching(), waking())
    figures = {"sustained: tickets/s": len(found) / seconds}
    figures |= spread("sustained: findable after", found)
    return figures | spread("sustained: search", took) | spread("sustained: loop wakes late", lag)


async def measured(index: Index, folder: str, tickets: Tickets, seconds: float) -> Figures:
    """This will fill, ask and sustain an index."""
    figures = await fill(index, tickets) | {"on disk, MB": size(folder)}
    figures |= await ask(index, tickets)
    figures |= await sustain(index, tickets, seconds)
    return figures


def ours(folder: str, tickets: Tickets, seconds: float, out: Any) -> None:
    """This will measure the index port on tantivy."""

    async def run() -> Figures:
        index = await adapter.open(f"tantivy:{folder}/index", SystemClock())
        figures = await measured(index, folder, tickets, seconds)
        await index.close()
        return figures

    out.put(asyncio.run(run()))


def cluster(folder: str, tickets: Tickets, seconds: float, out: Any) -> None:
    """This will measure the index port on OpenSearch: one node, on the same cores."""
    engine = node.start(Path(folder), free_port())

    async def run() -> Figures:
        index = await opensearch.open(f"opensearch:{engine.url}", SystemClock())
        figures = await measured(index, f"{folder}/data", tickets, seconds)
        figures["memory after searches, MB"] = memory(engine.pid)
        began = time.perf_counter()
        await index.compact()
        figures["compacted in, s"] = time.perf_counter() - began
        figures["on disk after compacting, MB"] = size(f"{folder}/data")
        await index.close()
        return figures

    try:
        out.put(asyncio.run(run()))
    finally:
        stop(engine.pid)


def again(folder: str, tickets: Tickets, seconds: float, out: Any) -> None:
    """This will open the filled index in a new process, and measure what that takes."""

    async def run() -> Figures:
        before = memory()
        began = time.perf_counter()
        index = await adapter.open(f"tantivy:{folder}/index", SystemClock())
        took = time.perf_counter() - began
        opened = memory() - before
        await ask(index, tickets)
        asked = memory() - before
        began = time.perf_counter()
        await index.compact()
        compacted = time.perf_counter() - began
        await index.close()
        return {
            "reopened after, ms": took * 1e3,
            "memory after opening, MB": opened,
            "memory after searches, MB": asked,
            "compacted in, s": compacted,
            "memory after compacting, MB": memory() - before,
        }

    out.put(asyncio.run(run()))


def fts5(folder: str, tickets: Tickets, seconds: float, out: Any) -> None:
    """This will do the same with FTS5: tags in a column of their own, weight 0."""
    before = memory()
    db = sqlite3.connect(f"{folder}/fts5.db")
    db.executescript("pragma journal_mode = wal; pragma synchronous = full")
    db.execute(
        "create virtual table t using fts5(tags, title, body, tokenize = 'porter unicode61')"
    )
    known = Vocabulary()
    took = []
    for start in range(0, tickets.count, BATCH):
        numbers = range(start, min(start + BATCH, tickets.count))
        entries = [tickets.one(number) for number in numbers]
        began = time.perf_counter()
        for e in entries:
            org = f"{e.tags['reader'][0].replace(':', '')} staff"
            db.execute("insert into t values (?, ?, ?)", (org, e.title, e.body))
            known.learn((word, 1) for word in {*words(e.title), *words(e.body)})
        db.commit()
        took.append(time.perf_counter() - began)
    figures = {"filled, entries/s": tickets.count / sum(took), "on disk, MB": size(folder)}
    figures |= spread("put + flush of 300", took)
    for slip in (False, True):
        for who in ("staff", "customer"):
            took = [
                _fts5_search(db, known, text, "staff" if who == "staff" else org.replace(":", ""))
                for text, org in tickets.questions(slip=slip)
            ]
            figures |= spread(f"search, {who}, {'slip' if slip else 'clean'}", took)
    out.put(figures | {"memory after searches, MB": memory() - before})


def _fts5_search(db: sqlite3.Connection, known: Vocabulary, text: str, tag: str) -> float:
    began = time.perf_counter()
    sought = {form for word in words(text) for form in (word, *known.alike(word)[1][:5])}
    match = "tags:" + tag + " AND {title body}:(" + " OR ".join(f'"{w}"' for w in sought) + ")"
    query = "select rowid, title, body from t where t match ? order by bm25(t, 0, 1, 1) limit 20"
    db.execute(query, (match,)).fetchall()
    db.execute("select count(*) from t where t match ?", (match,)).fetchall()
    return time.perf_counter() - began


def apart(work: Callable[..., None], *args: Any) -> Figures:
    """This will run one part in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    out = spawn.SimpleQueue()
    process = spawn.Process(target=work, args=(*args, out))
    process.start()
    figures: Figures = out.get()
    process.join()
    return figures


def main() -> None:
    """This will run all parts and print the figures, with ratios to tantivy's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=20.0, help="of sustained load")
    parser.add_argument("--short", action="store_true", help="20,000 tickets, 5 s")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    count, seconds = (20_000, 5.0) if options.short else (options.tickets, options.seconds)
    tickets = Tickets(count)
    with tempfile.TemporaryDirectory() as folder:
        figures = apart(ours, folder, tickets, seconds) | apart(again, folder, tickets, seconds)
    with tempfile.TemporaryDirectory() as folder:
        there = apart(cluster, folder, tickets, seconds)
    with tempfile.TemporaryDirectory() as folder:
        base = apart(fts5, folder, tickets, seconds)
    if options.json:
        print(json.dumps({"tantivy": figures, "opensearch": there, "fts5": base}))
        return
    print(f"{count:,} tickets; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    print(f"load average over 15 minutes: {os.getloadavg()[2]:.1f}")
    print("| | tantivy | OpenSearch | FTS5 |\n| --- | --- | --- | --- |")
    for name, value in (there | figures).items():
        cells = f"{value:,.1f}" if name in figures else ""
        for others in (there, base):
            other = others.get(name)
            ratio = f" ({other / value:.2f}×)" if name in figures and other else ""
            cells += f" | {other:,.1f}{ratio}" if other is not None else " |"
        print(f"| {name} | {cells} |")


if __name__ == "__main__":
    main()
