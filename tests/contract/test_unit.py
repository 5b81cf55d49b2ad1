"""What every store that keeps units promises: one cause, whole and once, letters included."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.contract import dynamodb
from tests.engines import Engines
from tests.schemas import schema

from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import postgres
from squad.adapters.database import sqlite as database
from squad.adapters.documents import sqlite as documents
from squad.ports.clock import Clock
from squad.ports.database import Database, Statement
from squad.ports.documents import Documents, Put
from squad.ports.unit import Cause, Conflict, Done, Duplicate, Letter, Unavailable

KEEP = "insert into things values (?, ?) on conflict(name) do update set value = excluded.value"


class Shelf(NamedTuple):
    """A ledger, and how to write and read one thing in the store behind it.

    keep: a write that always holds. make: one that holds only where the thing is not there yet.
    """

    ledger: Any
    keep: Callable[[str, str], Any]
    make: Callable[[str, str], Any]
    read: Callable[[str], Awaitable[str | None]]


async def _sqlite(path: Path, clock: Clock, engines: Engines) -> Shelf:
    return await _tables(await database.open(f"sqlite:{path}/store.db", clock))


async def _postgres(path: Path, clock: Clock, engines: Engines) -> Shelf:
    return await _tables(await postgres.open(await schema(engines, path), clock))


async def _tables(store: Database) -> Shelf:
    await store.migrate(["create table things(name text primary key, value text not null)"])

    async def read(name: str) -> str | None:
        rows = await store.fetch("select value from things where name = ?", (name,))
        return rows[0][0] if rows else None

    return Shelf(
        store,
        lambda name, value: Statement(KEEP, (name, value)),
        lambda name, value: Statement("insert into things values (?, ?)", (name, value), 1),
        read,
    )


async def _documents(path: Path, clock: Clock, engines: Engines) -> Shelf:
    return _shelf(await documents.open(f"sqlite:{path}/store.db", clock))


async def _dynamodb(engine: str, path: Path, clock: Clock, engines: Engines) -> Shelf:
    return _shelf(await dynamodb.store(engine, path, clock, engines))


def _shelf(store: Documents) -> Shelf:
    async def read(name: str) -> str | None:
        found = await store.get("things", name, "")
        return found.body.decode() if found else None

    return Shelf(
        store,
        lambda name, value: Put("things", name, "", value.encode()),
        lambda name, value: Put("things", name, "", value.encode(), version=0),
        read,
    )


OPENERS: dict[str, Callable[[Path, Clock, Engines], Awaitable[Shelf]]] = {
    "database-sqlite": _sqlite,
    "database-postgres": _postgres,
    "documents-sqlite": _documents,
    **{f"documents-{name}": partial(_dynamodb, of) for name, of in dynamodb.ENGINES.items()},
}


@pytest.fixture
def clock() -> Frozen:
    """A clock that stands still."""
    return Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))


@pytest.fixture(params=OPENERS)
def reopen(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Frozen, engines: Engines
) -> Callable[[], Awaitable[Shelf]]:
    """Opens the store of this test, however often; `tmp_path` is its name in a shared engine."""
    return lambda: OPENERS[request.param](tmp_path, clock, engines)


@pytest.fixture
async def shelf(reopen: Callable[[], Awaitable[Shelf]]) -> AsyncIterator[Shelf]:
    """Each store, empty."""
    opened = await reopen()
    yield opened
    await opened.ledger.close()


def letter(id: str) -> Letter:
    """A letter about nothing."""
    return Letter(id, "squad.test.done.v1", "subject", b'{"n": 1}')


async def pending(shelf: Shelf, limit: int = 1000) -> list[str]:
    """The ids of unsent letters."""
    return [letter.id for letter in await shelf.ledger.pending(limit)]


async def test_applies_a_unit_whole(shelf: Shelf) -> None:
    """Writes, inbox row and letters are all there when commit returns."""
    cause = Cause("c1", b"print")

    await shelf.ledger.commit(
        cause, [shelf.keep("a", "1"), shelf.make("b", "2")], [letter("l1"), letter("l2")], b"answer"
    )

    assert (await shelf.read("a"), await shelf.read("b")) == ("1", "2")
    assert await shelf.ledger.done("c1") == Done(b"print", b"answer")
    assert await shelf.ledger.pending(10) == [letter("l1"), letter("l2")]


async def test_applies_a_cause_once(shelf: Shelf) -> None:
    """The same cause again is a Duplicate with the first answer, and writes nothing."""
    await shelf.ledger.commit(Cause("c1", b"p"), [shelf.keep("a", "1")], [letter("l1")], b"first")

    with pytest.raises(Duplicate) as caught:
        await shelf.ledger.commit(
            Cause("c1", b"q"), [shelf.keep("a", "2"), shelf.keep("b", "2")], [letter("l2")], b"two"
        )

    assert caught.value.done == Done(b"p", b"first")
    assert (await shelf.read("a"), await shelf.read("b")) == ("1", None)
    assert await pending(shelf) == ["l1"]
    assert await shelf.ledger.done("c1") == Done(b"p", b"first")


async def test_knows_no_cause_that_did_not_come(shelf: Shelf) -> None:
    """An unknown cause is not done."""
    assert await shelf.ledger.done("c1") is None
    assert await shelf.ledger.done("") is None


async def test_repeats_what_has_no_cause(shelf: Shelf) -> None:
    """A cause without an id is not remembered: for work that is safe to repeat."""
    for value in ("1", "2"):
        await shelf.ledger.commit(Cause(""), [shelf.keep("a", value)], [], b"")

    assert await shelf.read("a") == "2"
    assert await shelf.ledger.done("") is None


async def test_writes_nothing_of_a_conflict(shelf: Shelf) -> None:
    """A guard that does not hold takes back the whole unit, and the cause may come again."""
    await shelf.ledger.commit(Cause("c1"), [shelf.make("a", "1")], [], b"")

    with pytest.raises(Conflict):
        await shelf.ledger.commit(
            Cause("c2"), [shelf.keep("b", "2"), shelf.make("a", "2")], [letter("l")], b"x"
        )
    refused = (await shelf.read("b"), await pending(shelf), await shelf.ledger.done("c2"))
    await shelf.ledger.commit(Cause("c2"), [shelf.keep("b", "3")], [letter("l")], b"y")

    assert refused == (None, [], None)
    assert (await shelf.read("a"), await shelf.read("b")) == ("1", "3")
    assert await shelf.ledger.done("c2") == Done(b"", b"y")


async def test_lets_one_failing_unit_spoil_no_other(shelf: Shelf) -> None:
    """Among 200 units at once those with a broken guard or a known cause fail, and only those."""
    await shelf.ledger.commit(Cause("old"), [shelf.make("taken", "1")], [], b"first")
    bad = {
        20: (Cause("c20"), [shelf.keep("x20", ""), shelf.make("taken", "2")]),
        70: (Cause("old"), [shelf.keep("x70", "")]),
        71: (Cause("c71"), [shelf.make("taken", "2")]),
    }
    good = {n: (Cause(f"c{n}"), [shelf.make(f"x{n}", "")]) for n in range(200) if n not in bad}
    units = {**good, **bad}

    results = await asyncio.gather(
        *(shelf.ledger.commit(*units[n], [letter(f"l{n}")], b"") for n in range(200)),
        return_exceptions=True,
    )

    failed = {n: type(result) for n, result in enumerate(results) if result is not None}
    assert failed == {20: Conflict, 70: Duplicate, 71: Conflict}
    assert all([await shelf.read(f"x{n}") is not None for n in good])
    assert not any([await shelf.read(f"x{n}") for n in bad])
    assert set(await pending(shelf)) == {f"l{n}" for n in good}


async def test_lets_one_of_two_win(shelf: Shelf) -> None:
    """The same cause a hundred times at once is applied once; one maker of a thing wins."""
    same = await asyncio.gather(
        *(shelf.ledger.commit(Cause("c"), [shelf.keep("a", str(n))], [], b"") for n in range(100)),
        return_exceptions=True,
    )
    rivals = await asyncio.gather(
        *(shelf.ledger.commit(Cause(f"r{n}"), [shelf.make("b", "")], [], b"") for n in range(100)),
        return_exceptions=True,
    )

    assert (same.count(None), sum(isinstance(r, Duplicate) for r in same)) == (1, 99)
    assert (rivals.count(None), sum(isinstance(r, Conflict) for r in rivals)) == (1, 99)


async def test_keeps_letters_until_marked(shelf: Shelf) -> None:
    """Unsent letters are listed oldest first, up to the limit; marking again does no harm."""
    for unit in range(3):
        letters = [letter(f"{unit}.{n}") for n in range(3)]
        await shelf.ledger.commit(Cause(f"c{unit}"), [], letters, b"")

    first = await pending(shelf, 4)
    await shelf.ledger.sent([*first, "unknown"])
    await shelf.ledger.sent(first[:2])
    await shelf.ledger.sent([])

    assert first == ["0.0", "0.1", "0.2", "1.0"]
    assert await pending(shelf) == ["1.1", "1.2", "2.0", "2.1", "2.2"]


async def test_forgets_only_what_is_old_and_sent(shelf: Shelf, clock: Frozen) -> None:
    """Old causes and letters sent long ago go; an unsent letter stays, however old."""
    await shelf.ledger.commit(Cause("old"), [], [letter("old"), letter("unsent")], b"")
    await shelf.ledger.sent(["old"])
    clock.advance(60)
    await shelf.ledger.commit(Cause("new"), [shelf.keep("a", "1")], [letter("new")], b"")
    await shelf.ledger.sent(["new"])
    clock.advance(30)

    gone = await shelf.ledger.prune(inbox=60, outbox=60)
    again = await shelf.ledger.prune(inbox=60, outbox=60)
    nothing = await shelf.ledger.prune(inbox=1e9, outbox=1e9)

    assert (gone, again, nothing) == (2, 0, 0)
    assert await shelf.ledger.done("old") is None
    assert await shelf.ledger.done("new") is not None
    assert await shelf.read("a") == "1"
    assert await pending(shelf) == ["unsent"]


async def test_finishes_what_it_accepted_when_closed(
    reopen: Callable[[], Awaitable[Shelf]],
) -> None:
    """Units accepted before close are answered and durable; later ones are refused."""
    shelf = await reopen()
    units = [
        asyncio.ensure_future(
            shelf.ledger.commit(Cause(f"c{n}"), [shelf.make(f"x{n}", "")], [letter(f"l{n}")], b"")
        )
        for n in range(300)
    ]
    await asyncio.sleep(0)

    await shelf.ledger.close()
    with pytest.raises(Unavailable):
        await shelf.ledger.commit(Cause("late"), [shelf.make("late", "")], [], b"")
    await shelf.ledger.close()
    await asyncio.gather(*units)

    again = await reopen()
    assert all([await again.read(f"x{n}") is not None for n in range(300)])
    assert sorted(await pending(again)) == sorted(f"l{n}" for n in range(300))
    assert await again.read("late") is None
    await again.ledger.close()


async def test_shows_everything_after_a_reopen(reopen: Callable[[], Awaitable[Shelf]]) -> None:
    """Things, causes and unsent letters survive; a cause is still known, and once."""
    shelf = await reopen()
    await shelf.ledger.commit(Cause("c1", b"p"), [shelf.make("a", "1")], [letter("l1")], b"one")
    await shelf.ledger.commit(Cause("c2"), [], [letter("l2")], b"")
    await shelf.ledger.sent(["l1"])
    await shelf.ledger.close()

    again = await reopen()

    with pytest.raises(Duplicate):
        await again.ledger.commit(Cause("c1", b"p"), [again.keep("a", "2")], [], b"")
    assert await again.read("a") == "1"
    assert await again.ledger.done("c1") == Done(b"p", b"one")
    assert await pending(again) == ["l2"]
    await again.ledger.close()


async def test_shares_a_file_with_a_second_opener(reopen: Callable[[], Awaitable[Shelf]]) -> None:
    """Two nodes on one store see each other's units, and a cause counts for both."""
    one, two = await reopen(), await reopen()

    await one.ledger.commit(Cause("c1"), [one.make("a", "1")], [letter("l1")], b"")
    with pytest.raises(Duplicate):
        await two.ledger.commit(Cause("c1"), [two.keep("a", "2")], [], b"")
    with pytest.raises(Conflict):
        await two.ledger.commit(Cause("c2"), [two.make("a", "2")], [], b"")
    await two.ledger.sent(["l1"])

    assert await two.read("a") == "1"
    assert await pending(one) == []
    await one.ledger.close()
    await two.ledger.close()


async def test_counts_the_letters_that_wait(shelf: Shelf) -> None:
    """The backlog is what pending would list without a limit: sent letters are not in it."""
    await shelf.ledger.commit(Cause("c1"), [], [letter(f"l{n}") for n in range(5)], b"")
    await shelf.ledger.sent(["l0", "l3"])

    assert await shelf.ledger.backlog() == 3
    assert len(await pending(shelf, 2)) == 2
