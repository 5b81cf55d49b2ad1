"""The table of spans: one narrow row a ticket, written with each line of its history."""

from datetime import datetime
from typing import Any

import msgspec

from squad.contracts.tickets import Ticket
from squad.ports.database import Statement
from squad.services.tickets.model.spans import COUNTS, LAST, MARKS, Span, facts, span, stamp

_NAMES = Span.__struct_fields__
_INSERT = f"insert into spans({', '.join(_NAMES)}) values ({', '.join('?' * len(_NAMES))})"


def begin(ticket: Ticket, logged_by: str) -> Statement:
    """This will add the span of a ticket that was just logged."""
    return add(span(ticket, logged_by))


def add(span: Span) -> Statement:
    """This will add a span as it is; a ticket has one, another is a Conflict."""
    return Statement(_INSERT, msgspec.structs.astuple(span))


def note(ticket: Ticket, step: str, at: datetime) -> Statement:
    """This will follow a step. at: of the event, which may be earlier than that of others.

    A ticket without a span yet changes nothing: `repair` will make it from history.
    """
    sets, given = [], []
    for name, value in facts(ticket).items():
        sets.append(f"{name} = ?")
        given.append(value)
    for text, values in _marks(ticket, step, stamp(at)):
        sets.append(text)
        given.extend(values)
    return Statement(f"update spans set {', '.join(sets)} where ticket = ?", (*given, ticket.id))


def _marks(ticket: Ticket, step: str, at: int) -> list[tuple[str, list[Any]]]:
    """What a step sets beside the facts; as `model.spans.fold` does."""
    found: list[tuple[str, list[Any]]] = []
    for name in MARKS.get(step, ()):
        if name in LAST:
            found.append((f"{name} = ?", [at]))
        else:
            earlier = f"{name} = case when {name} <= ? then {name} else ? end"
            found.append((earlier, [at, at]))
    if step == "resolve":
        found.append(("done_by = ?", [ticket.assignee]))
    if step in COUNTS:
        found.append((f"{COUNTS[step]} = {COUNTS[step]} + 1", []))
    if ticket.assignee is not None:
        found.append(("hands = hands + case when holder <> ? then 1 else 0 end", [ticket.assignee]))
        found.append(("holder = ?", [ticket.assignee]))
    return found


def remake(span: Span) -> tuple[Statement, ...]:
    """This will replace a span by one made from history; a ticket that went on is a Conflict."""
    guard = "update tickets set version = version where id = ? and version = ?"
    return (
        Statement(guard, (span.ticket, span.version), 1),  # holds the ticket until the commit
        Statement("delete from spans where ticket = ?", (span.ticket,)),
        add(span),
    )
