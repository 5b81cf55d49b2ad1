"""Writes docs/engines.md: which adapter keeps which promise, as the last run just saw it."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
RUN = ROOT / "var" / "parts.xml"
PORTS = (
    "database", "documents", "unit", "bus", "index", "cache", "blobs", "directory", "notifier",
    "clock", "places",
)  # fmt: skip
ABOUT = {"unit": "The unit of database and documents: a cause is applied whole and once.\n"}
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
Found = dict[str, dict[str, dict[str, str]]]


def promises(port: str) -> dict[str, str]:
    """This will read what each test of a suite promises: the docstring's text."""
    tree = ast.parse((ROOT / f"tests/contract/test_{port}.py").read_text("utf-8"))
    tests = (n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return {t.name: " ".join((ast.get_docstring(t) or t.name).split()) for t in tests}


def outcomes(path: Path) -> tuple[Found, dict[tuple[str, str, str], str]]:
    """This will read a run: outcomes by port, test and adapter; and why something is not kept."""
    found: Found = {}
    reasons: dict[tuple[str, str, str], str] = {}
    for case in ElementTree.parse(path).iter("testcase"):  # noqa: S314 - pytest wrote it
        port = case.attrib["classname"].removeprefix("tests.contract.test_")
        test, _, parameters = case.attrib["name"].partition("[")
        adapter = TECHNOLOGY.search(parameters)
        if port in PORTS and adapter is not None:
            outcome, reason = _outcome(case)
            row = found.setdefault(port, {}).setdefault(test, {})
            row[adapter[0]] = min(outcome, row.get(adapter[0], "passed"), key=ORDER.index)
            if outcome == "xfailed":
                reasons[port, test, adapter[0]] = reason
    return found, reasons


def _outcome(case: ElementTree.Element) -> tuple[str, str]:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed", ""
    skipped = case.find("skipped")
    if skipped is None:
        return "passed", ""
    xfailed = skipped.attrib.get("type") == "pytest.xfail"
    return "xfailed" if xfailed else "skipped", skipped.attrib.get("message", "")


def lines(found: Found, reasons: dict[tuple[str, str, str], str]) -> Iterator[str]:
    """This will write the document."""
    yield HEAD
    for port in (port for port in PORTS if port in found):
        texts, adapters = promises(port), sorted({a for row in found[port].values() for a in row})
        yield f"## {port}\n"
        if port in ABOUT:
            yield ABOUT[port]
        yield f"| promise | {' | '.join(adapters)} |"
        yield f"|---|{'---|' * len(adapters)}"
        for test, row in found[port].items():
            cells = (KINDS[row[name]] if name in row else "" for name in adapters)
            yield f"| {texts.get(test, test).replace('|', '/')} | {' | '.join(cells)} |"
        yield ""
        for (of, test, adapter), reason in reasons.items():
            if of == port:
                yield f"- ✗ `{adapter}`, {test[5:].replace('_', ' ')}: {reason}\n"


def main() -> None:
    """This will write the table of the last run of the contract suites."""
    if not RUN.exists():
        sys.exit("There is no run yet: `make test-parts` first.")
    (ROOT / "docs/engines.md").write_text("\n".join(lines(*outcomes(RUN))).rstrip() + "\n", "utf-8")
    print("docs/engines.md")


if __name__ == "__main__":
    main()
