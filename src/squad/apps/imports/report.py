"""What an import did: counted as it runs, shown as text, Markdown or JSON."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from squad.apps.imports.mapping import Fit
from squad.apps.imports.table import Progress, Refused

NAMED = 10  # of their categories that are named for each of ours
LISTED = 1_000  # refused rows that are listed; all are counted


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the tickets in the product.

    statuses: of those that were sent or there. decided, found: of `asked` tickets picked evenly,
    how many have a routing decision (None: they are history) and how many search finds.
    waited: seconds.
    """

    statuses: Mapping[str, int]
    asked: int
    decided: int | None
    found: int
    waited: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """An import, when it ended. seconds: of reading and sending. stopped: why it ended early."""

    file: str
    kind: str
    mode: str
    node: str
    began: datetime
    seconds: float
    read: int
    created: int
    there: int
    unsent: int
    refused: int
    reasons: Mapping[str, int]
    rows: Sequence[Refused]
    categories: Mapping[str, Mapping[str, int]]
    check: Check | None = None
    stopped: str = ""


class Tally:
    """Counts rows as they come and go. ids: of the tickets that are in now, with their words."""

    def __init__(self) -> None:
        self.read = 0
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.rows: list[Refused] = []
        self.categories: dict[str, Counter[str]] = {}
        self.ids: dict[str, str] = {}
        self.began = time.monotonic()
        self.ended = 0.0

    def take(self, row: Fit) -> None:
        """This will count a row that can be sent."""
        self.read += 1
        self.categories.setdefault(row.category, Counter())[row.source or "none"] += 1

    def refuse(self, row: Refused) -> None:
        """This will count a row that was read and refused here."""
        self.read += 1
        self.turn_down(row)

    def turn_down(self, row: Refused) -> None:
        """This will count a row's refusal."""
        self.reasons[row.reason] += 1
        if len(self.rows) < LISTED:
            self.rows.append(row)

    def settle(self, row: Fit, outcome: str) -> None:
        """This will count a row that is in now: "created", or "there" (also from this file)."""
        self.outcomes["there" if row.facts["id"] in self.ids else outcome] += 1
        self.ids[row.facts["id"]] = row.words

    def seconds(self) -> float:
        """This will give how long reading and sending took, or have taken."""
        return (self.ended or time.monotonic()) - self.began

    def report(self, **facts: Any) -> Report:
        """This will sum up."""
        refused = sum(self.reasons.values())
        created, there = self.outcomes["created"], self.outcomes["there"]
        return Report(
            read=self.read,
            created=created,
            there=there,
            unsent=self.read - refused - created - there,
            refused=refused,
            reasons=dict(self.reasons.most_common()),
            rows=tuple(sorted(self.rows, key=lambda row: row.line)),
            categories={ours: dict(c.most_common()) for ours, c in sorted(self.categories.items())},
            **facts,
        )


@contextmanager
def bar(file: Path) -> Iterator[Progress]:
    """This will show on a terminal how much of a file was read; elsewhere nothing."""
    shown = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Bar(*columns, TimeElapsedColumn(), console=shown, disable=not shown.is_terminal) as moving:
        task = moving.add_task(file.name, total=file.stat().st_size)
        yield lambda read: moving.update(task, completed=read)


def text(report: Report) -> str:
    """This will sum up in lines for a terminal."""
    lines = [f"{count:>8,}  {what}" for what, count in _counts(report) if count or what == "read"]
    lines += [f"{count:>8,}    {reason}" for reason, count in report.reasons.items()]
    lines += [
        f"          line {row.line}: {row.reason}{f' ({row.detail})' if row.detail else ''}"
        for row in report.rows[:5]
    ]
    if report.refused > 5:
        lines.append("          … all of them with --report FILE.md")
    lines.append(f"{report.seconds:>8.1f}  seconds{_pace(report)}")
    if report.check is not None:
        lines += [f"{count:>8,}  now {name}" for name, count in report.check.statuses.items()]
        lines.append(f"          {_checked(report.check)}")
    return "\n".join(lines)


def _counts(report: Report) -> list[tuple[str, int]]:
    return [
        ("read", report.read),
        ("created", report.created),
        ("already there", report.there),
        ("fit, not sent" if report.mode == "dry run" else "not sent", report.unsent),
        ("refused", report.refused),
    ]


def _pace(report: Report) -> str:
    sent = report.created + report.there
    return f", {sent / report.seconds:,.0f} tickets/s" if sent and report.seconds else ""


def _checked(check: Check) -> str:
    routed = "" if check.decided is None else f"{check.decided} have a routing decision and "
    return (
        f"of {check.asked} picked evenly {routed}{check.found} are found by search,"
        f" {check.waited:.0f} s after the last was sent"
    )


def markdown(report: Report) -> str:
    """This will write the report as a document."""
    parts = [
        f"# Import of {report.file}",
        f"`squad import {report.kind}` ({report.mode}) into {report.node}, begun"
        f" {report.began:%Y-%m-%d %H:%M:%S} UTC, {report.seconds:.1f} s{_pace(report)}.",
        _grid(("rows", "count"), _counts(report)),
    ]
    if report.stopped:
        parts.append(f"**It stopped early.** {report.stopped}")
    if report.check is not None:
        parts += ["## In the product", _grid(("status", "tickets"), report.check.statuses.items())]
        parts.append(f"Checked: {_checked(report.check)}.")
    if report.refused:
        parts += ["## Refused", _grid(("reason", "rows"), report.reasons.items())]
        refused = [(r.line, r.number, r.reason, r.detail) for r in report.rows]
        parts.append(_grid(("line", "number", "reason", "value"), refused))
    if report.refused > len(report.rows):
        parts.append(f"The first {len(report.rows):,} of {report.refused:,} are listed.")
    rows = [
        (ours, sum(theirs.values()), _most(theirs)) for ours, theirs in report.categories.items()
    ]
    parts += ["## Categories", _grid(("ours", "rows", "theirs (rows)"), rows)]
    return "\n\n".join(parts) + "\n"


def _most(theirs: Mapping[str, int]) -> str:
    named = [f"{name} ({count:,})" for name, count in list(theirs.items())[:NAMED]]
    return ", ".join([*named, f"{len(theirs) - NAMED} more"] if len(theirs) > NAMED else named)


def _grid(header: Sequence[str], rows: Any) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(value: Any) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def json(report: Report) -> str:
    """This will write the report as JSON."""
    return msgspec.json.format(msgspec.json.encode(report)).decode() + "\n"
