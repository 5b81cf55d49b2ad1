"""Lists of tickets by any filter, and the figures' counts: the same conditions for both."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from squad.contracts.tickets import Ticket
from squad.ports.database import Database, Row
from squad.services.tickets.model.lists import NOW, TOTAL, Asked, FigureName, Sort
from squad.services.tickets.model.spans import Span

Where = tuple[str, list[Any]]
WIDE = 60 * 86_400_000  # ms: of a year's tickets, a sixth
# Before any time. A column in `coalesce` has no index: reading the table in order is four times
# as fast as by an index where the span is wide.
NEVER = -9_007_199_254_740_991

_ticket = msgspec.json.Decoder(Ticket).decode


class Rule(NamedTuple):
    """What a figure counts. when: the time that lies in the span. whose: the consultant's column.

    where: what else must hold.
    """

    when: str = ""
    where: str = ""
    whose: str = "holder"


RULES: dict[FigureName | Literal[""], Rule] = {
    "": Rule(),
    "backlog": Rule(where="open = 1", whose="assignee"),
    "created": Rule("created"),
    "resolved": Rule("resolved", whose="done_by"),
    "closed": Rule("closed"),
    "response": Rule("accepted"),
    "onsite": Rule("onsite"),
    "resolution": Rule("resolved", whose="done_by"),
    "sla_met": Rule("due", "begun <= due"),
    "sla_missed": Rule("due", "(begun > due or (begun is null and status <> 'cancelled'))"),
    "reassigned": Rule("created", "hands > 0"),
    "declined": Rule("created", "declines > 0"),
    "reopened": Rule("resolved", "reopens > 0", "done_by"),
    "load_open": Rule(where="open = 1 and assignee is not null", whose="assignee"),
    "load_done": Rule("resolved", "done_by is not null", "done_by"),
}
_ORDER: dict[Sort, tuple[tuple[str, ...], str]] = {
    "newest": (("created", "ticket"), "desc"),
    "due": (("due", "ticket"), "asc"),
    "priority": (("priority", "due", "ticket"), "asc"),
}


def where(asked: Asked) -> Where:
    """This will give the condition of a list on spans, and its parameters."""
    rule = RULES[asked.figure]
    wheres = [rule.where] if rule.where else []
    given: list[Any] = []
    for column, values in asked.among:
        wheres.append(f"{column} in ({', '.join('?' * len(values))})")
        wheres += [f"{column} <> ''"] if column == "organisation" else []  # its index is partial
        given.extend(values)
    bounds: list[tuple[str, str, Any]] = list(asked.bounds)
    if rule.when and asked.figure not in NOW:
        wide = asked.until - asked.since > WIDE  # then no index shall lead: see NEVER
        when = f"coalesce({rule.when}, {NEVER:d})" if wide else rule.when
        bounds += [(when, ">=", asked.since), (when, "<", asked.until)]
    if asked.consultant:
        bounds.append((rule.whose, "=", asked.consultant))
    for column, operator, value in bounds:
        wheres.append(f"{column} {operator} ?")
        given.append(value)
    if asked.unfinished:
        wheres.append("open = 1")  # a literal: the partial index asks for it
    if asked.open is False:
        wheres.append("open = 0")
    if asked.risk:
        wheres.append("begun is null")
    return " and ".join(wheres) or "1 = 1", given


class Lists:
    """Reads of many tickets at once."""

    def __init__(self, database: Database) -> None:
        self._fetch = database.fetch

    async def page(
        self, asked: Asked, *, sort: Sort, after: Sequence[Any], limit: int
    ) -> list[tuple[bytes, tuple[Any, ...]]]:
        """This will list tickets: facts as stored, and the sort key where the next page begins."""
        keys, way = _ORDER[sort]
        condition, given = where(asked)
        if after:
            sign = "<" if way == "desc" else ">"
            condition += f" and ({', '.join(keys)}) {sign} ({', '.join('?' * len(keys))})"
        order = ", ".join(f"{key} {way}" for key in keys)
        rows = await self._fetch(
            f"select t.facts, {', '.join(f's.{key}' for key in keys)} from"
            f" (select {', '.join(keys)} from spans where {condition} order by {order} limit ?) s"
            f" join tickets t on t.id = s.ticket order by {_aliased(keys, way)}",
            (*given, *after, limit),
        )
        return [(bytes(row[0]), tuple(row)[1:]) for row in rows]

    async def count(self, asked: Asked) -> int:
        """This will count the tickets of a list, up to TOTAL."""
        condition, given = where(asked)
        [(count,)] = await self._fetch(
            f"select count(*) from (select 1 from spans where {condition} limit {TOTAL}) s", given
        )
        return int(count)

    async def sums(self, asked: Asked, column: str) -> tuple[int, int]:
        """This will count all tickets of a list, and add up a column."""
        condition, given = where(asked)
        [(count, total)] = await self._fetch(
            f"select count(*), sum({column}) from spans where {condition}", given
        )
        return int(count), int(total or 0)

    async def groups(self, asked: Asked, columns: Sequence[str]) -> list[Row]:
        """This will count a list's tickets by some columns: their values, then how many."""
        condition, given = where(asked)
        names = ", ".join(columns)
        return await self._fetch(
            f"select {names}, count(*) from spans where {condition} group by {names}", given
        )

    async def slots(self, asked: Asked, width: int) -> list[Row]:
        """This will count a figure's tickets by slots of time: number of the slot, how many.

        width: of a slot, milliseconds.
        """
        condition, given = where(asked)
        return await self._fetch(
            f"select {RULES[asked.figure].when} / {int(width)} as slot, count(*) from spans"
            f" where {condition} group by 1",
            given,
        )

    async def waits(self, asked: Asked) -> list[int]:
        """This will give how long each ticket of a figure took since it was logged, ms."""
        condition, given = where(asked)
        rows = await self._fetch(
            f"select {RULES[asked.figure].when} - created from spans where {condition}", given
        )
        return [max(row[0], 0) for row in rows]

    async def spans(self, asked: Asked, *, after: str, limit: int) -> list[Span]:
        """This will page through the spans of a list, in the order of their tickets' ids."""
        condition, given = where(asked)
        rows = await self._fetch(
            f"select {', '.join(Span.__struct_fields__)} from spans"
            f" where {condition} and ticket > ? order by ticket limit ?",
            (*given, after, limit),
        )
        return [Span(**dict(zip(Span.__struct_fields__, row, strict=True))) for row in rows]

    async def alike(
        self, column: Literal["requester", "store"], value: str, since: float, limit: int
    ) -> list[Ticket]:
        """This will load the newest tickets of a requester or a store that are open."""
        rows = await self._fetch(
            f"select facts from tickets where {column} = ? and created_at >= ?"
            " and status not in ('resolved', 'closed', 'cancelled')"
            " order by created_at desc, id desc limit ?",
            (value, since, limit),
        )
        return [_ticket(row[0]) for row in rows]

    async def stale(self, after: str, limit: int) -> tuple[list[str], str]:
        """This will look through some tickets, in the order of ids, for spans to make again.

        Returns those whose span is missing or of another version, and the last id looked at: ""
        at the end.
        """
        rows = await self._fetch(
            "select t.id, case when s.version = t.version then 1 else 0 end from"
            " (select id, version from tickets where id > ? order by id limit ?) t"
            " left join spans s on s.ticket = t.id order by t.id",
            (after, limit),
        )
        last = rows[-1][0] if len(rows) == limit else ""
        return [row[0] for row in rows if not row[1]], last


def _aliased(keys: Sequence[str], way: str) -> str:
    return ", ".join(f"s.{key} {way}" for key in keys)
