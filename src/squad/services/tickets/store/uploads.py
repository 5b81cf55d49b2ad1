"""Uploads that are under way, and the pieces that are here."""

from datetime import datetime
from typing import NamedTuple

from squad.ports.database import Database, Statement
from squad.services.tickets.model.uploads import Intent
from squad.services.tickets.store.rows import read


class Piece(NamedTuple):
    """A piece of an upload. start, size: bytes. blob: where it is kept."""

    start: int
    size: int
    sha256: str
    blob: str


def begin(intent: Intent) -> Statement:
    """This will add an upload; an id that exists is a Conflict."""
    return Statement(
        "insert into uploads(id, ticket, at, author, visibility, name, size, sha256, held)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (intent.id, intent.ticket, intent.at.timestamp(), intent.author, intent.visibility,
         intent.name, intent.size, intent.sha256, intent.held),
    )  # fmt: skip


def append(intent: Intent, piece: Piece, now: datetime) -> tuple[Statement, ...]:
    """This will add a piece that follows what is here; another one meanwhile is a Conflict."""
    return (
        Statement(
            "update uploads set held = held + ?, at = ? where id = ? and held = ?",
            (piece.size, now.timestamp(), intent.id, piece.start),
            1,
        ),
        Statement(
            "insert into chunks(upload, start, size, sha256, blob) values (?, ?, ?, ?, ?)",
            (intent.id, *piece),
        ),
    )


def drop(id: str) -> tuple[Statement, ...]:
    """This will forget an upload and its pieces."""
    return (
        Statement("delete from chunks where upload = ?", (id,)),
        Statement("delete from uploads where id = ?", (id,)),
    )


class Uploads:
    """Reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, id: str) -> Intent | None:
        """This will load an upload that is under way."""
        rows = await self._database.fetch(
            f"select {', '.join(Intent.__struct_fields__)} from uploads where id = ?", (id,)
        )
        return read(Intent, rows[0]) if rows else None

    async def pieces(self, id: str) -> list[Piece]:
        """This will list the pieces of an upload, in order."""
        rows = await self._database.fetch(
            "select start, size, sha256, blob from chunks where upload = ? order by start", (id,)
        )
        return [Piece(*row) for row in rows]

    async def under_way(self, author: str) -> int:
        """This will count somebody's unfinished uploads."""
        sql = "select count(*) from uploads where author = ?"
        return int((await self._database.fetch(sql, (author,)))[0][0])

    async def abandoned(self, before: datetime, limit: int) -> list[str]:
        """This will list uploads whose last piece came before a moment."""
        rows = await self._database.fetch(
            "select id from uploads where at < ? order by at limit ?", (before.timestamp(), limit)
        )
        return [row[0] for row in rows]
