"""Tables of monitoring: events, their handlings, and what administrators did."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from squad.kernel.ids import is_uuid
from squad.ports.database import Database, Statement
from squad.services.monitoring.model import Act, Fact, Sighting, act

MIGRATIONS = (
    """
create table events(
    subject blob not null, id blob not null, type text not null, at double precision not null,
    version integer not null, cause blob not null, actor blob not null, trace blob not null,
    primary key(subject, id)
);
create index events_at on events(at);
create table handlings(
    subject blob not null, event blob not null, service text not null, receives integer not null,
    published double precision not null, handled double precision not null,
    took double precision not null, outcome text not null,
    primary key(subject, event, service, receives)
);
create index handlings_handled on handlings(handled);
create table audit(
    id text primary key, at double precision not null, actor text not null, action text not null,
    target text not null, reason text not null, count integer
);
create index audit_at on audit(at, id);
""",
)

# A statement of many rows costs a third of as many statements; few lengths, so that the
# database knows each of them already.
LENGTHS = (64, 8, 1)
SLICE = 5_000  # rows that go in one unit
_AUDIT = ("id", "at", "actor", "action", "target", "reason", "count")


def pack(text: str) -> bytes:
    """This will write an id in 16 bytes; what is not a UUID stays text, never 16 bytes long."""
    if is_uuid(text):
        return UUID(text).bytes
    raw = b"~" + text.encode()
    return raw if len(raw) != 16 else b"~" + raw


def unpack(raw: bytes) -> str:
    """This will read an id back."""
    return str(UUID(bytes=bytes(raw))) if len(raw) == 16 else bytes(raw).decode().lstrip("~")


def _pack_trace(traceparent: str) -> bytes:
    return bytes.fromhex(traceparent[3:35] + traceparent[36:52] + traceparent[53:55])


def _unpack_trace(raw: bytes) -> str:
    text = bytes(raw).hex()
    return f"00-{text[:32]}-{text[32:48]}-{text[48:]}" if text else ""


def keep(facts: Sequence[Fact], sightings: Sequence[Sighting]) -> Iterator[Statement]:
    """This will add what was seen; what came before changes nothing."""
    yield from _many("events", [_event(fact) for fact in facts])
    yield from _many("handlings", [_handling(one) for one in sightings])


def _event(fact: Fact) -> tuple[Any, ...]:
    return (
        pack(fact.subject),
        pack(fact.id),
        fact.type,
        fact.at,
        fact.version,
        pack(fact.cause),
        pack(fact.actor),
        _pack_trace(fact.traceparent),
    )


def _handling(seen: Sighting) -> tuple[Any, ...]:
    return (
        pack(seen.subject),
        pack(seen.event),
        seen.service,
        seen.receives,
        seen.published,
        seen.handled,
        seen.took,
        seen.outcome,
    )


def _many(table: str, rows: Sequence[tuple[Any, ...]]) -> Iterator[Statement]:
    done = 0
    for length in LENGTHS:
        values = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * length)
        sql = f"insert into {table} values {values} on conflict do nothing"
        while len(rows) - done >= length:
            part = rows[done : done + length]
            yield Statement(sql, tuple(value for row in part for value in row))
            done += length


def intend(id: str, *, at: float, actor: str, action: str, target: str, reason: str) -> Statement:
    """This will note what somebody is about to do."""
    return Statement(
        "insert into audit values (?, ?, ?, ?, ?, ?, null) on conflict do nothing",
        (id, at, actor, action, target, reason),
    )


def finish(id: str, count: int) -> Statement:
    """This will note what came of it."""
    return Statement("update audit set count = ? where id = ?", (count, id), 1)


def forget(before: float) -> tuple[Statement, Statement]:
    """This will remove a slice of what is older than a moment."""
    return (
        Statement(
            "delete from events where (subject, id) in"
            " (select subject, id from events where at < ? limit ?)",
            (before, SLICE),
        ),
        Statement(
            "delete from handlings where (subject, event, service, receives) in"
            " (select subject, event, service, receives from handlings where handled < ? limit ?)",
            (before, SLICE),
        ),
    )


class Store:
    """Reads of the service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def facts(self, subject: str) -> list[Fact]:
        """This will load what happened to one thing."""
        rows = await self._database.fetch(
            "select id, type, at, version, cause, actor, trace from events where subject = ?",
            (pack(subject),),
        )
        return [
            Fact(
                subject,
                unpack(row[0]),
                row[1],
                row[2],
                row[3],
                unpack(row[4]),
                unpack(row[5]),
                _unpack_trace(row[6]),
            )
            for row in rows
        ]

    async def sightings(self, subject: str) -> list[Sighting]:
        """This will load how events of one thing were handled."""
        rows = await self._database.fetch(
            "select event, service, receives, published, handled, took, outcome from handlings"
            " where subject = ?",
            (pack(subject),),
        )
        return [Sighting(subject, unpack(row[0]), *row[1:]) for row in rows]

    async def old(self, before: float) -> bool:
        """This will tell whether there is anything older than a moment."""
        rows = await self._database.fetch(
            "select exists (select 1 from events where at < ?)"
            " or exists (select 1 from handlings where handled < ?)",
            (before, before),
        )
        return bool(rows[0][0])

    async def audit(self, *, before: tuple[float, str] | None, limit: int) -> list[Act]:
        """This will list what administrators did, the newest first."""
        where = " where (at, id) < (?, ?)" if before else ""
        rows = await self._database.fetch(
            f"select {', '.join(_AUDIT)} from audit{where} order by at desc, id desc limit ?",
            (*(before or ()), limit),
        )
        return [act(dict(zip(_AUDIT, row, strict=True))) for row in rows]
