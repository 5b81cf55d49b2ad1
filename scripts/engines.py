"""Writes docs/engines.md: which adapter keeps which promise, as the contract suites just saw it.

`make engines-table`: runs tests/contract on every engine, so it takes some minutes.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PORTS = (
    "database", "documents", "unit", "bus", "index", "cache", "blobs", "directory", "notifier",
    "clock", "places",
)  # fmt: skip
ABOUT = {
    "unit": "The unit of database and documents: a cause is applied whole and once",
}
KINDS = {"passed": "✓", "xfailed": "✗", "failed": "FAILED", "skipped": "–"}
ORDER = ("failed", "xfailed", "skipped", "passed")  # the worst of a test's cases is told
TECHNOLOGY = re.compile(
    r"\b(chaos|cognito|dynamodb|files|folder|frozen|local|memory|opensearch|postgres|redis|s3|ses"
    r"|smtp|sns_sms|sns_sqs|sqlite|system|table|tantivy|webpush)([ -](?:fifo|ministack|local))?\b"
)
HEAD = """\
# Engines

Every port has one suite of contract tests (`tests/contract/test_<port>.py`), which runs on each of
its adapters. This table is written by `make engines-table` from such a run, never by hand.
✓ kept. ✗ not kept, expected (a strict xfail: the day it is kept, the test fails); its reason is
below. – not applicable, or the engine cannot be had on the machine that wrote this. An empty cell:
the test is about another adapter.
"""


class Table:
    """What each test of a suite found on each adapter."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, dict[str, str]]] = {}
        self.promises: dict[tuple[str, str], str] = {}
        self.reasons: dict[tuple[str, str, str], str] = {}

    def pytest_itemcollected(self, item: Any) -> None:
        """This will remember what a test promises: its docstring's first sentence."""
        text = " ".join((item.function.__doc__ or item.function.__name__).split())
        self.promises[item.path.stem[5:], item.originalname] = text

    def pytest_runtest_logreport(self, report: Any) -> None:
        """This will note what came of a test."""
        decided = report.when == "call" or report.outcome != "passed"
        path, _, name = report.nodeid.partition("::")
        port, (test, _, case) = Path(path).stem[5:], name.partition("[")
        adapter = TECHNOLOGY.search(case)
        if not decided or adapter is None or port not in PORTS:
            return
        xfailed = report.skipped and hasattr(report, "wasxfail")
        self._note(port, test, adapter[0], "xfailed" if xfailed else report.outcome)
        if xfailed:
            self.reasons[port, test, adapter[0]] = report.wasxfail.removeprefix("reason: ")

    def _note(self, port: str, test: str, adapter: str, outcome: str) -> None:
        row = self.found.setdefault(port, {}).setdefault(test, {})
        row[adapter] = min(outcome, row.get(adapter, "passed"), key=ORDER.index)

    def lines(self) -> Iterator[str]:
        """This will write the document."""
        yield HEAD
        for port in PORTS:
            if port in self.found:
                yield from self._port(port)

    def _port(self, port: str) -> Iterator[str]:
        rows = self.found[port]
        adapters = sorted({adapter for row in rows.values() for adapter in row})
        yield f"## {port}\n"
        if port in ABOUT:
            yield f"{ABOUT[port]}.\n"
        yield f"| promise | {' | '.join(adapters)} |"
        yield f"|---|{'---|' * len(adapters)}"
        for test, row in rows.items():
            cells = (KINDS[row[name]] if name in row else "" for name in adapters)
            yield f"| {self.promises[port, test].replace('|', '/')} | {' | '.join(cells)} |"
        yield ""
        for (of, test, adapter), reason in self.reasons.items():
            if of == port:
                yield f"- ✗ `{adapter}`, {test[5:].replace('_', ' ')}: {reason}"
        yield ""


def main() -> int:
    """This will run the suites and write the table; it fails as they do."""
    table = Table()
    suites = [str(ROOT / f"tests/contract/test_{port}.py") for port in PORTS]
    code = pytest.main(["-q", "--tb=short", *suites], plugins=[table])
    (ROOT / "docs/engines.md").write_text("\n".join(table.lines()).rstrip() + "\n", "utf-8")
    print("docs/engines.md")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
