"""The bus port on one SQLite file, shared by all nodes of a machine."""

import asyncio
import sqlite3
from collections.abc import Sequence
from itertools import count

from squad.adapters.engines.patterns import wants
from squad.adapters.engines.sqlite import Sqlite, options_of, path_of
from squad.kernel.ids import uuid7
from squad.ports.bus import DeadLetter, Delivery, Depth
from squad.ports.clock import Clock
from squad.ports.unit import Letter

VISIBILITY = 30.0  # s that a letter stays hidden after a receive
POLL = 0.01  # s between looks for letters that another process published
IDLE = 0.05  # s between looks after a second without any

# AUTOINCREMENT: a reused row id would let an old receipt acknowledge a new letter (FAULTS.md).
SCHEMA = """
create table if not exists subscriptions(
    queue text not null, pattern text not null, primary key(queue, pattern)
) without rowid;
create table if not exists letters(
    seq integer primary key autoincrement, queue text not null, id text not null,
    type text not null, subject text not null, body blob not null, published real not null,
    visible real not null, receives integer not null default 0, receipt text not null default ''
);
create index if not exists letters_ready on letters(queue, visible, seq);
create table if not exists dead(
    seq integer primary key autoincrement, queue text not null, id text not null,
    type text not null, subject text not null, body blob not null, reason text not null,
    receives integer not null, buried real not null
);
create table if not exists discarded(
    id text not null, queue text not null, type text not null, reason text not null, at real
);
"""
_DEAD = "select seq, queue, id, type, subject, body, reason, receives, buried from dead"


class SqliteBus:
    """Queues in one file. Publishing copies a letter to each queue that asked for its type."""

    def __init__(self, sqlite: Sqlite, clock: Clock, visibility: float = VISIBILITY) -> None:
        self._sqlite = sqlite
        self._clock = clock
        self._visibility = visibility
        self._news: dict[str, asyncio.Event] = {}
        self._receipts = (f"{uuid7()}.{n}" for n in count())
        self._closed = False

    async def subscribe(self, queue: str, types: Sequence[str]) -> None:
        """This will replace what the queue asks for."""
        rows = [(queue, pattern) for pattern in types]

        def job(db: sqlite3.Connection) -> None:
            db.execute("delete from subscriptions where queue = ?", (queue,))
            db.executemany("insert or ignore into subscriptions values (?, ?)", rows)

        await self._sqlite.write(job)

    async def publish(self, letters: Sequence[Letter]) -> None:
        """This will insert a row per letter and queue."""
        now = self._now()

        def job(db: sqlite3.Connection) -> set[str]:
            asked: dict[str, list[str]] = {}
            for queue, pattern in db.execute("select queue, pattern from subscriptions"):
                asked.setdefault(queue, []).append(pattern)
            types = {letter.type for letter in letters}
            queues = {t: [q for q, patterns in asked.items() if wants(patterns, t)] for t in types}
            rows = [
                (queue, letter.id, letter.type, letter.subject, letter.body, now, now)
                for letter in letters
                for queue in queues[letter.type]
            ]
            db.executemany(
                "insert into letters(queue, id, type, subject, body, published, visible)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            return {row[0] for row in rows}

        for queue in await self._sqlite.write(job):
            self._bell(queue).set()

    async def receive(self, queue: str, *, limit: int, wait: float) -> list[Delivery]:
        """This will hide and hand out the letters that became visible first."""
        deadline = self._clock.monotonic() + wait
        bell = self._bell(queue)
        pause = POLL
        while not self._closed:
            bell.clear()
            if self._ready(queue) and (found := await self._take(queue, limit)):
                return found
            left = deadline - self._clock.monotonic()
            if left <= 0:
                break
            try:
                async with asyncio.timeout(min(pause, left)):
                    await bell.wait()
            except TimeoutError:
                pause = min(pause * 1.1, IDLE)
        return []

    def _ready(self, queue: str) -> bool:
        query = "select 1 from letters where queue = ? and visible <= ? limit 1"
        return bool(self._sqlite.read(query, (queue, self._now())))

    async def _take(self, queue: str, limit: int) -> list[Delivery]:
        now = self._now()
        receipt = next(self._receipts)

        def job(db: sqlite3.Connection) -> list[tuple[int, str, str, str, bytes, float, int]]:
            return db.execute(
                "update letters set visible = ?, receives = receives + 1, receipt = ?"
                " where seq in (select seq from letters where queue = ? and visible <= ?"
                " order by visible, seq limit ?)"
                " returning seq, id, type, subject, body, published, receives",
                (now + self._visibility, receipt, queue, now, limit),
            ).fetchall()

        rows = sorted(await self._sqlite.write(job))
        return [
            Delivery(Letter(*row[1:5]), queue, f"{row[0]}/{receipt}", row[6], row[5])
            for row in rows
        ]

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """This will delete rows by their receipts."""
        keys = [_key(delivery) for delivery in deliveries]
        await self._sqlite.write(
            lambda db: db.executemany("delete from letters where seq = ? and receipt = ?", keys)
        )

    async def retry(self, delivery: Delivery, delay: float) -> None:
        """This will make the row visible again later."""
        row = (self._now() + delay, *_key(delivery))
        await self._sqlite.write(
            lambda db: db.execute(
                "update letters set visible = ?, receipt = '' where seq = ? and receipt = ?", row
            )
        )

    async def bury(self, delivery: Delivery, reason: str) -> None:
        """This will move the row to the dead letters."""
        row = (reason, self._now(), *_key(delivery))

        def job(db: sqlite3.Connection) -> None:
            db.execute(
                "insert into dead(queue, id, type, subject, body, receives, reason, buried)"
                " select queue, id, type, subject, body, receives, ?, ?"
                " from letters where seq = ? and receipt = ?",
                row,
            )
            db.execute("delete from letters where seq = ? and receipt = ?", row[2:])

        await self._sqlite.write(job)

    async def depth(self) -> list[Depth]:
        """This will count rows by queue."""
        now = self._now()
        queues = self._sqlite.read(
            "select queue from subscriptions union select queue from letters"
            " union select queue from dead"
        )
        return [self._depth(queue, now) for (queue,) in queues]

    def _depth(self, queue: str, now: float) -> Depth:
        ready, oldest = self._sqlite.read(
            "select count(*), min(published) from letters where queue = ? and visible <= ?",
            (queue, now),
        )[0]
        hidden = self._sqlite.read(
            "select count(*) from letters where queue = ? and visible > ?", (queue, now)
        )[0][0]
        dead = self._sqlite.read("select count(*) from dead where queue = ?", (queue,))[0][0]
        return Depth(queue, ready, hidden, dead, max(0.0, now - oldest) if oldest else 0.0)

    async def dead(self, queue: str = "", *, after: str = "", limit: int = 50) -> list[DeadLetter]:
        """This will list dead letters in the order of their burial."""
        rows = self._sqlite.read(
            f"{_DEAD} where seq > ? and (? = '' or queue = ?) order by seq limit ?",
            (_number(after), queue, queue, limit),
        )
        return [_dead(row) for row in rows]

    async def inspect(self, id: str) -> DeadLetter | None:
        """This will find one dead letter."""
        rows = self._sqlite.read(f"{_DEAD} where seq = ?", (_number(id),))
        return _dead(rows[0]) if rows else None

    async def replay(self, ids: Sequence[str]) -> int:
        """This will move dead letters back, as if never received."""
        now = self._now()

        def job(db: sqlite3.Connection) -> set[tuple[int, str]]:
            queues: set[tuple[int, str]] = set()
            for seq in map(_number, ids):
                moved = db.execute(
                    "insert into letters(queue, id, type, subject, body, published, visible)"
                    " select queue, id, type, subject, body, ?, ? from dead where seq = ?"
                    " returning queue",
                    (now, now, seq),
                ).fetchall()
                queues.update((seq, row[0]) for row in moved)
                db.execute("delete from dead where seq = ?", (seq,))
            return queues

        moved = await self._sqlite.write(job)
        for _, queue in moved:
            self._bell(queue).set()
        return len(moved)

    async def discard(self, ids: Sequence[str], reason: str) -> int:
        """This will delete dead letters and note why."""
        now = self._now()

        def job(db: sqlite3.Connection) -> int:
            gone = 0
            for seq in map(_number, ids):
                db.execute(
                    "insert into discarded select id, queue, type, ?, ? from dead where seq = ?",
                    (reason, now, seq),
                )
                gone += db.execute("delete from dead where seq = ?", (seq,)).rowcount
            return gone

        return await self._sqlite.write(job)

    async def close(self) -> None:
        """This will wake receivers and close the file."""
        self._closed = True
        for bell in self._news.values():
            bell.set()
        await self._sqlite.close()

    def _bell(self, queue: str) -> asyncio.Event:
        return self._news.setdefault(queue, asyncio.Event())

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _key(delivery: Delivery) -> tuple[int, str]:
    seq, receipt = delivery.receipt.split("/", 1)
    return int(seq), receipt


def _number(id: str) -> int:
    return int(id) if id.isdecimal() and len(id) < 19 else -1


def _dead(row: Sequence[object]) -> DeadLetter:
    seq, queue, id, type, subject, body, reason, receives, buried = row
    letter = Letter(str(id), str(type), str(subject), bytes(body))  # type: ignore[call-overload]
    return DeadLetter(str(seq), str(queue), letter, str(reason), int(receives), float(buried))  # type: ignore[call-overload,arg-type]


async def open(url: str, clock: Clock) -> SqliteBus:
    """This will open `sqlite:PATH?visibility=SECONDS`."""
    visibility = float(options_of(url).get("visibility", VISIBILITY))
    return SqliteBus(Sqlite(path_of(url), SCHEMA), clock, visibility)
