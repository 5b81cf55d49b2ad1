"""The table of tickets that figures are recounted from: CSV (RFC 4180), UTC, no personal data."""

import csv
from collections.abc import Iterable
from datetime import datetime

from squad.services.tickets.model.facts import reference
from squad.services.tickets.model.figures import said
from squad.services.tickets.model.spans import Span, moment, stamp

COLUMNS = (
    "id", "reference", "status", "priority", "category", "mode", "territory", "organisation",
    "store", "requester", "assignee", "holder", "done_by", "logged_by", "created_at", "due_at",
    "accepted_at", "onsite_at", "begun_at", "resolved_at", "closed_at", "hands", "declines",
    "reopens", "response_s", "onsite_s", "resolution_s", "sla",
)  # fmt: skip
_TIMES = ("created", "due", "accepted", "onsite", "begun", "resolved", "closed")
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def head() -> bytes:
    """This will give the first line."""
    return _lines([COLUMNS])


def rows(spans: Iterable[Span], now: datetime) -> bytes:
    """This will give a line a ticket."""
    return _lines(_row(span, stamp(now)) for span in spans)


def _row(span: Span, now: int) -> tuple[str, ...]:
    facts = (
        span.ticket, reference(span.ticket), span.status, span.priority, span.category, span.mode,
        span.territory, span.organisation, span.store, span.requester, span.assignee, span.holder,
        span.done_by, span.logged_by,
    )  # fmt: skip
    times = (getattr(span, name) for name in _TIMES)
    waits = (_seconds(span, end) for end in (span.accepted, span.onsite, span.resolved))
    return (
        *(_safe(fact) for fact in facts),
        *("" if time is None else said(moment(time)) for time in times),
        *(str(count) for count in (span.hands, span.declines, span.reopens)),
        *waits,
        sla(span, now),
    )


def sla(span: Span, now: int) -> str:
    """This will tell whether work began when promised: met, missed, or "": not due, or no more."""
    if span.begun is not None:
        return "met" if span.begun <= span.due else "missed"
    return "missed" if span.status != "cancelled" and span.due < now else ""


def _seconds(span: Span, end: int | None) -> str:
    return "" if end is None else str(max(end - span.created, 0) // 1000)


def _safe(fact: str | int | None) -> str:
    """A spreadsheet takes a cell that begins like a formula for one; a quote before it stops it."""
    text = "" if fact is None else str(fact)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Lines(list[str]):
    """What csv writes to: lines in memory."""

    write = list.append


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    lines = _Lines()
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return "".join(lines).encode()
