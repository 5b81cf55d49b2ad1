"""What changed since when, for whom, and who lost sight of what."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from squad.contracts.tickets import Ticket
from squad.ports.database import Database, Statement
from squad.services.tickets.model import Attachment, Entry, Message
from squad.services.tickets.model.sight import Sight
from squad.services.tickets.store.rows import read, reveal

DONE = ("resolved", "closed", "cancelled")


class Touched(NamedTuple):
    """A ticket that changed. seen: what `sight` looks at. at: seconds since 1970, our clock."""

    id: str
    version: int
    status: str
    at: float
    seen: dict[str, str | None]


class Departure(NamedTuple):
    """Somebody's sight of a ticket that ended. at: seconds since 1970."""

    ticket: str
    kind: str
    value: str
    at: float


def touch(ticket: str, now: datetime) -> Statement:
    """This will mark a ticket as changed by what is not one of its own columns."""
    return Statement("update tickets set touched = ? where id = ?", (now.timestamp(), ticket))


def depart(ticket: Ticket, kind: str, now: datetime) -> Statement:
    """This will keep whose a ticket was, or where, if that ends. It goes before the update.

    kind: the column, `assignee` or `territory`.
    """
    return Statement(
        "insert into departures(ticket, kind, value, at)"
        f" select id, '{kind}', {kind}, cast(? as double precision) from tickets where id = ?"
        f" and {kind} is not null and {kind} <> ? on conflict(ticket, kind, value)"
        " do update set at = excluded.at",
        (now.timestamp(), ticket.id, getattr(ticket, kind) or ""),
    )


class Changes:
    """Reads for clients that keep copies."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def held(self, ticket: str, who: str) -> bool:
        """This will tell whether a ticket was somebody's before."""
        rows = await self._database.fetch(
            "select 1 from departures where ticket = ? and kind = 'assignee' and value = ?",
            (ticket, who),
        )
        return bool(rows)

    async def wrote(self, message: str, ticket: str, who: str) -> bool:
        """This will tell whether somebody wrote a message with this id on the ticket."""
        rows = await self._database.fetch(
            "select 1 from messages where id = ? and ticket = ? and author = ?",
            (message, ticket, who),
        )
        return bool(rows)

    async def last(self, ticket: str, cause: str) -> tuple[datetime | None, bool]:
        """This will tell when the last step was taken, and whether this cause took one."""
        rows = await self._database.fetch(
            "select max(case when step <> 'change' then at end),"
            " max(case when cause = ? then 1 else 0 end) from history where ticket = ?",
            (cause, ticket),
        )
        at, came = rows[0]
        return (datetime.fromtimestamp(at, UTC) if at is not None else None), bool(came)

    async def since(
        self, sight: Sight, *, after: tuple[float, str], limit: int, fresh: float | None = None
    ) -> list[tuple[Ticket, Any, float]]:
        """This will list what changed after a place, oldest change first: ticket, extra, when.

        fresh: finished tickets only where they changed since then, seconds since 1970.
        """
        where, parameters = _narrow(sight)
        wheres = ["(touched, id) > (?, ?)", *where]
        if fresh is not None:
            wheres.append(f"(status not in ({', '.join('?' * len(DONE))}) or updated_at > ?)")
        rows = await self._database.fetch(
            f"select facts, extra, touched from tickets where {' and '.join(wheres)}"
            " order by touched, id limit ?",
            (*after, *parameters, *((*DONE, fresh) if fresh is not None else ()), limit),
        )
        return [(msgspec.json.decode(row[0], type=Ticket), reveal(row[1]), row[2]) for row in rows]

    async def gone(self, sight: Sight, since: float, limit: int) -> list[str]:
        """This will list tickets that left somebody's sight since then and did not come back."""
        found: list[str] = []
        for kind, values in sight:
            holes = ", ".join("?" * len(values))
            rows = await self._database.fetch(
                "select distinct d.ticket from departures d join tickets t on t.id = d.ticket"
                f" where d.kind = ? and d.value in ({holes}) and d.at > ?"
                f" and (t.{kind} is null or t.{kind} not in ({holes})) limit ?",
                (kind, *values, since, *values, limit),
            )
            found.extend(row[0] for row in rows)
        return found

    async def touched(self, since: float, limit: int) -> list[Touched]:
        """This will list all tickets that changed since then, oldest change first."""
        rows = await self._database.fetch(
            "select id, version, status, touched, assignee, requester, store, territory"
            " from tickets where touched > ? order by touched, id limit ?",
            (since, limit),
        )
        names = ("assignee", "requester", "store", "territory")
        return [
            Touched(row[0], row[1], row[2], row[3], dict(zip(names, row[4:], strict=True)))
            for row in rows
        ]

    async def departed(self, since: float, limit: int) -> list[Departure]:
        """This will list whose sight of what ended since then, oldest first."""
        rows = await self._database.fetch(
            "select ticket, kind, value, at from departures where at > ? order by at limit ?",
            (since, limit),
        )
        return [Departure(*row) for row in rows]

    async def messages(self, tickets: Sequence[str], *, internal: bool) -> dict[str, list[Message]]:
        """This will load what was written on some tickets, oldest first. internal: notes too."""
        rows = await self._many(Message, "messages", tickets, "at, id", internal)
        return _grouped(Message, tickets, rows)

    async def files(self, tickets: Sequence[str], *, internal: bool) -> dict[str, list[Attachment]]:
        """This will load the records of some tickets' files, oldest first. internal: all."""
        rows = await self._many(Attachment, "attachments", tickets, "at, id", internal)
        return _grouped(Attachment, tickets, rows)

    async def history(self, tickets: Sequence[str]) -> dict[str, list[Entry]]:
        """This will load the histories of some tickets, oldest line first."""
        return _grouped(Entry, tickets, await self._many(Entry, "history", tickets, "version"))

    async def _many(
        self, kind: type[msgspec.Struct], table: str, tickets: Sequence[str], order: str,
        internal: bool | None = None,
    ) -> Iterable[Any]:  # fmt: skip
        where = f"ticket in ({', '.join('?' * len(tickets))})"
        if internal is False:
            where += " and visibility = 'public'"
        return await self._database.fetch(
            f"select ticket, {', '.join(kind.__struct_fields__)} from {table}"
            f" where {where} order by ticket, {order}",
            tuple(tickets),
        )


def _narrow(sight: Sight) -> tuple[list[str], list[str]]:
    wheres = [f"{column} in ({', '.join('?' * len(values))})" for column, values in sight]
    return wheres, [value for _, values in sight for value in values]


def _grouped(kind: Any, tickets: Sequence[str], rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {ticket: [] for ticket in tickets}
    for row in rows:
        found[row[0]].append(read(kind, row[1:]))
    return found
