"""Relevance: hit@10 of SQLite FTS5 and of tantivy on real queries, clean and with one slip.

2,560 help pages in each of three languages and 9,994 index terms that their authors wrote for
them (LibreOffice, MPL-2.0; read from ../shared/data/text). Each contestant runs in a process of
its own. Pages come with their language; queries are answered among the pages of theirs.

Usage: .venv/bin/python -m bench.relevance [--sample N] [--short] [--only NAME] [--json]
"""

import argparse
import asyncio
import atexit
import io
import json
import multiprocessing
import platform
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import msgspec
import tantivy
import zstandard
from deploy.local import opensearch as node
from deploy.local.engine import free_port, stop

from squad.adapters.clock.system import SystemClock
from squad.adapters.engines.spelling import Vocabulary
from squad.adapters.engines.words import fold, words
from squad.adapters.index import opensearch
from squad.adapters.index import tantivy as adapter
from squad.ports.index import Entry, Index, Query

TEXT = Path(__file__).resolve().parents[2] / "shared/data/text"
LANGUAGES = ("en", "fr", "es")
STEMMERS = {"en": "english", "fr": "french", "es": "spanish"}
SEED = 7
_WORD = re.compile(r"\w+")


class Page(msgspec.Struct):
    """A help page."""

    id: str
    lang: str
    title: str
    body: str


class Question(msgspec.Struct):
    """An index term and the pages it stands for."""

    lang: str
    query: str
    relevant: list[str]


class Contestant(Protocol):
    """An engine: filled once, asked often. Gives ids of pages, ten at most."""

    def fill(self, pages: list[Page]) -> None: ...
    def ask(self, language: str, text: str) -> list[str]: ...


class Fts5:
    """FTS5 with its Porter stemmer and bm25, any of the words, a table per language."""

    def __init__(self, folder: str, title: float = 1.0, *, guess: bool = False) -> None:
        self._db = sqlite3.connect(f"{folder}/fts5.db")
        self._db.execute("pragma journal_mode = wal")
        self._title = title
        self._guess = guess
        self._known = {language: Vocabulary() for language in LANGUAGES}
        for language in LANGUAGES:
            self._db.execute(
                f"create virtual table {language} using fts5(id unindexed, title, body,"
                " tokenize='porter unicode61 remove_diacritics 2')"
            )

    def fill(self, pages: list[Page]) -> None:
        for page in pages:
            row = (page.id, page.title, page.body)
            self._db.execute(f"insert into {page.lang[:2]} values (?, ?, ?)", row)
            if self._guess:
                seen = {*words(page.title), *words(page.body)}
                self._known[page.lang[:2]].learn((word, 1) for word in seen)
        self._db.commit()

    def ask(self, language: str, text: str) -> list[str]:
        sought = _WORD.findall(text)
        if self._guess:
            found = (self._known[language].alike(fold(word.lower()))[1][:5] for word in sought)
            sought += [word for near in found for word in near]
        if not sought:
            return []
        match = " OR ".join(f'"{word}"' for word in dict.fromkeys(sought))
        rows = self._db.execute(
            f"select id from {language} where {language} match ?"
            f" order by bm25({language}, 0.0, {self._title}, 1.0) limit 10",
            (match,),
        )
        return [row[0] for row in rows]


class Fuzzy:
    """tantivy as it comes: a stemming analyzer and a fuzzy term query for each word."""

    def __init__(self, folder: str) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        for language in LANGUAGES:
            builder.add_text_field(language, tokenizer_name=language)
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, folder)
        self._cut = {}
        for language in LANGUAGES:
            analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            for each in (
                tantivy.Filter.lowercase(),
                tantivy.Filter.stemmer(STEMMERS[language]),
                tantivy.Filter.ascii_fold(),
            ):
                analyzer = analyzer.filter(each)
            self._cut[language] = analyzer.build()
            self._index.register_tokenizer(language, self._cut[language])

    def fill(self, pages: list[Page]) -> None:
        writer = self._index.writer(15_000_000, 1)
        for page in pages:
            text = f"{page.title}\n{page.body}"
            writer.add_document(
                tantivy.Document.from_dict({"id": page.id, page.lang[:2]: text}, self._schema)
            )
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def ask(self, language: str, text: str) -> list[str]:
        either = []
        for term in self._cut[language].analyze(text):
            either.append(tantivy.Query.term_query(self._schema, language, term, "freq"))
            if len(term) > 3:
                either.append(tantivy.Query.fuzzy_term_query(self._schema, language, term, 1))
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in either])
        hits = self._searcher.search(query, 10, count=False).hits
        return [str(self._searcher.doc(at).get_first("id")) for _, at in hits]


class Ours:
    """The index port, through its front door: all languages in one index, threads,
    entries read and highlights made included."""

    def __init__(self, folder: str) -> None:
        self._run = asyncio.Runner().run
        self._index = self._run(self._open(folder))

    async def _open(self, folder: str) -> Index:
        return await adapter.open(f"tantivy:{folder}/index", SystemClock())

    def fill(self, pages: list[Page]) -> None:
        for start in range(0, len(pages), 300):
            self._run(self._index.put([self._entry(page) for page in pages[start : start + 300]]))
        self._run(self._index.flush())

    def ask(self, language: str, text: str) -> list[str]:
        query = Query(text, all={"language": (language,)}, limit=10)
        return [hit.payload.decode() for hit in self._run(self._index.search(query)).hits]

    def _entry(self, page: Page) -> Entry:
        language = page.lang[:2]
        id, tags, payload = f"{language}/{page.id}", {"language": (language,)}, page.id.encode()
        return Entry(
            id, "page", 1, page.title, page.body, language=language, tags=tags, payload=payload
        )


class Cluster(Ours):
    """The index port on OpenSearch: one node on this machine, whose memory and CPU are its own."""

    async def _open(self, folder: str) -> Index:
        engine = node.start(Path(folder), free_port())
        atexit.register(stop, engine.pid)
        index = await opensearch.open(f"opensearch:{engine.url}", SystemClock())
        atexit.register(lambda: self._run(index.close()))  # before the engine is stopped
        return index


CONTESTANTS: dict[str, Callable[[str], Contestant]] = {
    "FTS5, porter (baseline)": Fts5,
    "FTS5, titles ×5": lambda folder: Fts5(folder, 5.0),
    "FTS5, titles ×5, our vocabulary": lambda folder: Fts5(folder, 5.0, guess=True),
    "tantivy, its own fuzzy terms": Fuzzy,
    "index port on tantivy (ours)": Ours,
    "index port on OpenSearch": Cluster,
}


def read(name: str) -> Iterator[bytes]:
    """This will give the lines of a corpus."""
    with zstandard.open(TEXT / name, "rb") as file:
        yield from io.BufferedReader(file)


def slip(text: str, rng: random.Random) -> str:
    """This will swap two neighboring letters that differ, if there are such."""
    places = [
        i
        for i, (one, two) in enumerate(pairwise(text))
        if one.isalpha() and two.isalpha() and one.lower() != two.lower()
    ]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def memory() -> float:
    """This will give what the process has of its own and of mapped files, MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def compete(name: str, sample: int, out: Any) -> None:
    """This will fill and ask one contestant, and send its figures."""
    pages = [msgspec.json.decode(line, type=Page) for line in read("kb_libreoffice_help.jsonl.zst")]
    with tempfile.TemporaryDirectory() as folder:
        before = memory()
        contestant = CONTESTANTS[name](folder)
        start = time.perf_counter()
        contestant.fill(pages)
        rate = len(pages) / (time.perf_counter() - start)
        figures, took = examine(contestant, sample)
        files = (path for path in Path(folder).rglob("*") if path.is_file())
        figures |= {
            "MB on disk": sum(path.stat().st_size for path in files) / 1e6,
            "pages/s": rate,
            "p50 ms": took[len(took) // 2],
            "p99 ms": took[int(len(took) * 0.99)],
            "MB of memory": memory() - before,
        }
        out.put(figures)


def examine(contestant: Contestant, sample: int) -> tuple[dict[str, float], list[float]]:
    """This will ask questions, clean and slipped: hit@10 for each language, and times in ms."""
    lines = read("kb_libreoffice_queries.jsonl.zst")
    questions = [msgspec.json.decode(line, type=Question) for line in lines]
    rng = random.Random(SEED)
    slipped = [slip(each.query, rng) for each in questions]
    took: list[float] = []
    hits: dict[str, list[bool]] = {
        f"{row} {language}": [] for row in ("clean", "slip") for language in LANGUAGES
    }
    for i in sorted(rng.sample(range(len(questions)), min(sample, len(questions)))):
        language = questions[i].lang[:2]
        for row, text in (("clean", questions[i].query), ("slip", slipped[i])):
            start = time.perf_counter()
            found = contestant.ask(language, text)
            took.append((time.perf_counter() - start) * 1e3)
            hits[f"{row} {language}"].append(not set(questions[i].relevant).isdisjoint(found))
    return {row: sum(each) / len(each) for row, each in hits.items()}, sorted(took)


def table(results: dict[str, dict[str, float]]) -> Iterator[str]:
    """This will give the lines of a Markdown table, each figure with its ratio to the first."""
    rows = list(next(iter(results.values())))
    yield "| | " + " | ".join(results) + " |"
    yield "| --- |" + " --- |" * len(results)
    base = next(iter(results.values()))
    for row in rows:
        cells = []
        for figures in results.values():
            digits = 3 if row.startswith(("clean", "slip")) else 1
            cells.append(f"{figures[row]:,.{digits}f} ({figures[row] / base[row]:.2f}×)")
        yield f"| {row} | " + " | ".join(cells) + " |"


def main() -> None:
    """This will run every contestant and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=100_000, help="queries asked (all)")
    parser.add_argument("--short", action="store_true", help="the same as --sample 600")
    parser.add_argument("--only", default="", help="contestants whose name has this in it")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sample = 600 if options.short else options.sample
    spawn = multiprocessing.get_context("spawn")
    results: dict[str, dict[str, float]] = {}
    for name in (name for name in CONTESTANTS if options.only in name):
        out = spawn.SimpleQueue()
        process = spawn.Process(target=compete, args=(name, sample, out))
        process.start()
        results[name] = out.get()
        process.join()
        print(name, "done", file=sys.stderr)
    if options.json:
        print(json.dumps(results))
        return
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    print("\n".join(table(results)))


if __name__ == "__main__":
    main()
