"""Tables of monitoring: what was seen of each subject, and what administrators did."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from squad.contracts.envelope import Envelope
from squad.contracts.operations import Handling
from squad.kernel.ids import is_uuid
from squad.ports.database import Database, Statement
from squad.services.monitoring.model import Act, Fact, Sighting, act

MIGRATIONS = (
    """
create table seen(subject blob not null, at double precision not null, body blob not null);
create index seen_subject on seen(subject);
create index seen_at on seen(at);
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
SLICE = 60.0  # s of what was seen that go in one unit
_AUDIT = ("id", "at", "actor", "action", "target", "reason", "count")
_encode = msgspec.msgpack.Encoder().encode


class Seen:
    """What was seen of one subject since the last commit: events, and handlings by service."""

    __slots__ = ("events", "handlings")

    def __init__(self) -> None:
        self.events: list[Envelope] = []
        self.handlings: list[tuple[str, Handling]] = []


class _Event(msgspec.Struct, array_like=True, frozen=True):
    id: bytes
    type: str
    at: float
    version: int
    cause: bytes
    actor: bytes
    trace: bytes


class _Handled(msgspec.Struct, array_like=True, frozen=True):
    """latency, took: microseconds: small numbers are small in MessagePack, others take 9 bytes."""

    event: bytes
    service: str
    receives: int
    published: float
    latency: int
    took: int
    outcome: str


class _Body(msgspec.Struct, array_like=True, frozen=True):
    events: Sequence[_Event]
    handlings: Sequence[_Handled]


_decode = msgspec.msgpack.Decoder(_Body).decode


def pack(text: str) -> bytes:
    """This will write an id in 16 bytes; what is not a UUID stays text, never 16 bytes long."""
    if is_uuid(text):
        return bytes.fromhex(text.replace("-", ""))
    raw = text.encode()
    return raw if len(raw) != 16 else raw + b"\0"


def unpack(raw: bytes) -> str:
    """This will read an id back."""
    return str(UUID(bytes=raw)) if len(raw) == 16 else raw.removesuffix(b"\0").decode()


def _pack_trace(traceparent: str) -> bytes:
    return bytes.fromhex(traceparent[3:35] + traceparent[36:52] + traceparent[53:55])


def _unpack_trace(raw: bytes) -> str:
    text = raw.hex()
    return f"00-{text[:32]}-{text[32:48]}-{text[48:]}" if text else ""


def keep(seen: Mapping[str, Seen], at: float) -> Iterator[Statement]:
    """This will add what was seen: a row for each subject, however much it is."""
    values: list[Any] = []
    for subject, one in seen.items():
        body = _Body([_event(e) for e in one.events], [_handled(*h) for h in one.handlings])
        values += (pack(subject), at, _encode(body))
    done = 0
    for length in LENGTHS:
        sql = f"insert into seen values {', '.join(['(?, ?, ?)'] * length)}"
        while len(values) - done >= 3 * length:
            yield Statement(sql, tuple(values[done : done + 3 * length]))
            done += 3 * length


def _event(envelope: Envelope) -> _Event:
    return _Event(
        pack(envelope.id),
        envelope.type,
        envelope.time.timestamp(),
        envelope.version,
        pack(envelope.cause),
        pack(envelope.actor),
        _pack_trace(envelope.traceparent),
    )


def _handled(service: str, handling: Handling) -> _Handled:
    return _Handled(
        pack(handling.event),
        service,
        handling.receives,
        handling.published,
        round((handling.handled - handling.published) * 1e6),
        round(handling.took * 1e3),
        handling.outcome,
    )


def intend(id: str, *, at: float, actor: str, action: str, target: str, reason: str) -> Statement:
    """This will note what somebody is about to do."""
    return Statement(
        "insert into audit values (?, ?, ?, ?, ?, ?, null) on conflict do nothing",
        (id, at, actor, action, target, reason),
    )


def finish(id: str, count: int) -> Statement:
    """This will note what came of it."""
    return Statement("update audit set count = ? where id = ?", (count, id), 1)


def forget(before: float) -> Statement:
    """This will remove what was seen before a moment."""
    return Statement("delete from seen where at < ?", (before,))


class Store:
    """Reads of the service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(self, subject: str) -> tuple[list[Fact], list[Sighting]]:
        """This will load what was seen of a subject, doubles left out."""
        rows = await self._database.fetch(
            "select body from seen where subject = ? order by at", (pack(subject),)
        )
        bodies = [_decode(row[0]) for row in rows]
        events = {event.id: event for body in bodies for event in body.events}
        handlings = {
            (one.event, one.service, one.receives): one for body in bodies for one in body.handlings
        }
        return _facts(events.values()), _sightings(handlings.values())

    async def oldest(self) -> float | None:
        """This will tell when the oldest thing was seen; None when there is nothing."""
        rows = await self._database.fetch("select min(at) from seen")
        return None if rows[0][0] is None else float(rows[0][0])

    async def audit(self, *, before: tuple[float, str] | None, limit: int) -> list[Act]:
        """This will list what administrators did, the newest first."""
        where = " where (at, id) < (?, ?)" if before else ""
        rows = await self._database.fetch(
            f"select {', '.join(_AUDIT)} from audit{where} order by at desc, id desc limit ?",
            (*(before or ()), limit),
        )
        return [act(dict(zip(_AUDIT, row, strict=True))) for row in rows]


def _facts(events: Iterable[_Event]) -> list[Fact]:
    return [
        Fact(
            id=unpack(event.id),
            type=event.type,
            at=_time(event.at),
            version=event.version,
            cause=unpack(event.cause),
            actor=unpack(event.actor),
            traceparent=_unpack_trace(event.trace),
        )
        for event in events
    ]


def _sightings(handlings: Iterable[_Handled]) -> list[Sighting]:
    return [
        Sighting(
            event=unpack(one.event),
            service=one.service,
            receives=one.receives,
            published=_time(one.published),
            handled=_time(one.published + one.latency / 1e6),
            took=one.took / 1e3,
            outcome=one.outcome,
        )
        for one in handlings
    ]


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
