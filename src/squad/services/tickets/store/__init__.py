"""Tables of tickets, and the statements that read and write them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from squad.contracts.people import Person
from squad.contracts.tickets import Remark, Ticket
from squad.ports.database import Database, Statement
from squad.services.tickets.model import Attachment, Entry, Extra, Message, TicketView
from squad.services.tickets.model.files import MOST
from squad.services.tickets.store.lists import Lists
from squad.services.tickets.store.migrations import MIGRATIONS
from squad.services.tickets.store.rows import conceal, read, reveal

__all__ = ["MIGRATIONS", "Store"]

_encode = msgspec.json.Encoder().encode
_ticket = msgspec.json.Decoder(Ticket).decode
_person = msgspec.json.Decoder(Person).decode
_COLUMNS = (
    "version, status, priority, assignee, requester, organisation, store, territory,"
    " created_at, updated_at, facts"
)


def view(ticket: Ticket, extra: Extra) -> TicketView:
    """This will put a ticket and its personal parts together."""
    return TicketView(
        **{name: getattr(ticket, name) for name in Ticket.__struct_fields__},
        contact=extra.contact,
        address=extra.address,
    )


def _values(ticket: Ticket) -> tuple[Any, ...]:
    return (
        ticket.version,
        ticket.status,
        ticket.priority,
        ticket.assignee,
        ticket.requester,
        ticket.organisation,
        ticket.store,
        ticket.territory,
        ticket.created_at.timestamp(),
        ticket.updated_at.timestamp(),
        _encode(ticket),
    )


def insert(ticket: Ticket, extra: Extra, now: datetime) -> Statement:
    """This will add a ticket; an id that exists is a Conflict."""
    return Statement(
        f"insert into tickets(id, {_COLUMNS}, extra, touched)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (ticket.id, *_values(ticket), conceal(extra), now.timestamp()),
    )


def update(ticket: Ticket, now: datetime, *, was: int | None = None) -> Statement:
    """This will write the next version; another version stored meanwhile is a Conflict.

    was: the stored version, where several steps are taken at once.
    """
    return Statement(
        f"update tickets set ({_COLUMNS}, touched) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " where id = ? and version = ?",
        (*_values(ticket), now.timestamp(), ticket.id, was or ticket.version - 1),
        1,
    )


def rewrite(id: str, extra: Extra) -> Statement:
    """This will replace a ticket's personal parts."""
    return Statement("update tickets set extra = ? where id = ?", (conceal(extra), id), 1)


def record(
    ticket: Ticket, step: str, actor: str, note: str, cause: str,
    received: datetime | None = None, corrected: int = 0,
) -> Statement:  # fmt: skip
    """This will add the line of history that explains the ticket's version.

    received: when it came, where that was after it happened. corrected: seconds.
    """
    came = received.timestamp() if received else None
    return Statement(
        "insert into history(ticket, version, at, actor, step, status, assignee, note, cause,"
        " received_at, corrected) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (ticket.id, ticket.version, ticket.updated_at.timestamp(), actor, step, ticket.status,
         ticket.assignee, note, cause, came, corrected),
    )  # fmt: skip


def say(ticket: str, message: Message) -> Statement:
    """This will add a message."""
    return Statement(
        "insert into messages values (?, ?, ?, ?, ?, ?)",
        (message.id, ticket, message.at.timestamp(), message.author, message.visibility,
         message.text),
    )  # fmt: skip


def attach(ticket: str, file: Attachment, blob: str) -> tuple[Statement, ...]:
    """This will add the record of a file whose content is in blobs; one too many is a Conflict."""
    guard = "update tickets set version = version where id = ?"  # changes only its count of rows
    return (
        Statement(guard, (ticket,), 1),  # held first: what counts below must begin after that
        Statement(
            f"{guard} and (select count(*) from attachments where ticket = ?) < ?",
            (ticket, ticket, MOST),
            1,
        ),
        Statement(
            "insert into attachments values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (file.id, ticket, file.at.timestamp(), file.author, file.visibility, file.name,
             file.media, file.size, file.sha256, blob),
        ),
    )  # fmt: skip


def know(person: Person) -> Statement:
    """This will keep the newest copy of a person, without the personal fields."""
    bare = msgspec.structs.replace(person, contact=type(person.contact)())
    return Statement(
        "insert into people values (?, ?, ?) on conflict(id) do update"
        " set version = excluded.version, facts = excluded.facts"
        " where people.version < excluded.version",
        (person.id, person.version, _encode(bare)),
    )


def forget(person: str) -> tuple[Statement, ...]:
    """This will remove personal parts from every ticket of a person."""
    return (
        Statement("update tickets set extra = ? where requester = ?", (_encode(Extra()), person)),
        Statement("delete from people where id = ?", (person,)),
    )


class Store:
    """Reads of the service."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.lists = Lists(database)

    async def ticket(self, id: str) -> tuple[Ticket, Extra] | None:
        """This will load one ticket."""
        rows = await self.database.fetch("select facts, extra from tickets where id = ?", (id,))
        return (_ticket(rows[0][0]), reveal(rows[0][1])) if rows else None

    async def tickets(
        self,
        filters: Sequence[tuple[str, Sequence[str]]],
        *,
        before: tuple[float, str] | None,
        limit: int,
    ) -> list[tuple[bytes, float, str]]:
        """This will list tickets, newest first: facts as stored, created_at, id.

        filters: column and its allowed values. before: where the previous page ended.
        """
        wheres: list[str] = []
        parameters: list[str | float] = []
        for column, values in filters:
            wheres.append(f"{column} in ({', '.join('?' * len(values))})")
            wheres += ["store <> ''"] if column == "store" else []  # its index is partial
            parameters.extend(values)
        if before is not None:
            wheres.append("(created_at, id) < (?, ?)")
            parameters.extend(before)
        where = f" where {' and '.join(wheres)}" if wheres else ""
        rows = await self.database.fetch(
            f"select facts, created_at, id from tickets{where}"
            " order by created_at desc, id desc limit ?",
            (*parameters, limit),
        )
        return [(bytes(row[0]), row[1], row[2]) for row in rows]

    async def page(self, after: str, limit: int) -> list[Ticket]:
        """This will page through all tickets by id, for snapshots."""
        rows = await self.database.fetch(
            "select facts from tickets where id > ? order by id limit ?", (after, limit)
        )
        return [_ticket(row[0]) for row in rows]

    async def resolved(self, before: datetime, limit: int) -> list[str]:
        """This will list tickets resolved before a moment, by our clock, and not closed."""
        rows = await self.database.fetch(
            "select id from tickets where status = 'resolved' and touched < ? limit ?",
            (before.timestamp(), limit),
        )
        return [row[0] for row in rows]

    async def history(self, id: str) -> list[Entry]:
        """This will load a ticket's history, oldest first."""
        rows = await self.database.fetch(
            f"select {_names(Entry)} from history where ticket = ? order by version", (id,)
        )
        return [read(Entry, row) for row in rows]

    async def messages(self, id: str, *, internal: bool) -> list[Message]:
        """This will load a ticket's messages, oldest first. internal: notes too."""
        rows = await self.database.fetch(
            f"select {_names(Message)} from messages where ticket = ?"
            " and (visibility = 'public' or ?) order by at, id",
            (id, internal),
        )
        return [read(Message, row) for row in rows]

    async def said(self, id: str) -> bool:
        """This will tell whether there is a message with this id."""
        return bool(await self.database.fetch("select 1 from messages where id = ?", (id,)))

    async def remarks(self, tickets: Sequence[str]) -> dict[str, list[Remark]]:
        """This will load what was written on some tickets, oldest first, for snapshots."""
        if not tickets:
            return {}
        rows = await self.database.fetch(
            "select ticket, id, visibility, text from messages"
            f" where ticket in ({', '.join('?' * len(tickets))}) order by at, id",
            tuple(tickets),
        )
        found: dict[str, list[Remark]] = {}
        for ticket, id, visibility, text in rows:
            found.setdefault(ticket, []).append(Remark(id=id, visibility=visibility, text=text))
        return found

    async def attachments(self, id: str, *, internal: bool) -> list[Attachment]:
        """This will load the records of a ticket's files, oldest first. internal: those too."""
        rows = await self.database.fetch(
            f"select {_names(Attachment)} from attachments where ticket = ?"
            " and (visibility = 'public' or ?) order by at, id",
            (id, internal),
        )
        return [read(Attachment, row) for row in rows]

    async def attachment(self, ticket: str, id: str) -> tuple[Attachment, str] | None:
        """This will load the record of a file, with the key of its content."""
        rows = await self.database.fetch(
            f"select {_names(Attachment)}, blob from attachments where ticket = ? and id = ?",
            (ticket, id),
        )
        return (read(Attachment, rows[0][:-1]), rows[0][-1]) if rows else None

    async def files(self, ticket: str) -> int:
        """This will count a ticket's files."""
        sql = "select count(*) from attachments where ticket = ?"
        rows = await self.database.fetch(sql, (ticket,))
        return int(rows[0][0])

    async def person(self, id: str) -> Person | None:
        """This will load the copy of a person."""
        rows = await self.database.fetch("select facts from people where id = ?", (id,))
        return _person(rows[0][0]) if rows else None


def _names(kind: type[msgspec.Struct]) -> str:
    return ", ".join(kind.__struct_fields__)
