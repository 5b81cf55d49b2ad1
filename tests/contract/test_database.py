"""What every database promises (its unit is in test_unit.py)."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tests.engines import Engines
from tests.schemas import schema

from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import postgres, sqlite
from squad.ports.database import Database, Row, Statement
from squad.ports.unit import Cause, Conflict, Letter, Unavailable

Opener = Callable[[], Awaitable[Database]]

SCHEMA = "create table stock(thing text primary key, amount integer not null check(amount >= 0))"
ADD = "insert into stock values (?, ?)"
TAKE = "update stock set amount = amount - ? where thing = ? and amount >= ?"


NOTES = "create table notes(place integer primary key, word text);\n"
TRIGGERS = {
    "sqlite": """
        create trigger twice after insert on notes when new.word = 'one' begin
            insert into notes values (2, 'a;
b');
        end;
    """,
    "postgres": """
        create function twice() returns trigger language plpgsql as $$ begin
            insert into notes values (2, 'a;
b');
            return new;
        end $$;
        create trigger twice after insert on notes
            for each row when (new.word = 'one') execute function twice();
    """,
}
"""What a trigger is called differs; that a step may hold one does not."""


@pytest.fixture(params=["sqlite", "postgres"])
def technology(request: pytest.FixtureRequest) -> str:
    """The adapter under test."""
    return str(request.param)


@pytest.fixture
async def url(technology: str, tmp_path: Path, engines: Engines) -> str:
    """Where the database of this test is."""
    if technology == "postgres":
        return await schema(engines, tmp_path)
    return f"sqlite:{tmp_path}/stock.db"


@pytest.fixture
def opener(technology: str, url: str, clock: Frozen) -> Opener:
    """Opens the same database again and again."""
    return lambda: {"sqlite": sqlite, "postgres": postgres}[technology].open(url, clock)


@pytest.fixture
async def database(opener: Opener) -> AsyncIterator[Database]:
    """A database with one table, `stock`."""
    opened = await opener()
    await opened.migrate([SCHEMA])
    yield opened
    await opened.close()


async def commit(database: Database, cause: str, *writes: Statement) -> None:
    """One unit with a letter, so that what is left of a refused one would show."""
    letter = Letter(f"letter of {cause}", "squad.stock.changed.v1", "stock", b"{}")
    await database.commit(Cause(cause), writes, [letter], b"")


async def stock(database: Database) -> list[tuple[object, ...]]:
    """All rows."""
    return [tuple(row) for row in await database.fetch("select * from stock order by thing")]


async def tables(database: Database) -> list[Row]:
    """What the test's migrations have noted."""
    return await database.fetch("select word from notes order by place")


async def test_runs_each_step_once_and_in_order(opener: Opener) -> None:
    """A step builds on those before it; migrating again, here or after a restart, adds the new."""
    steps = [NOTES, "insert into notes values (1, 'two')", "insert into notes values (2, 3)"]
    database = await opener()

    await database.migrate(steps[:2])
    await database.migrate(steps[:2])
    await database.close()
    database = await opener()
    await database.migrate(steps)

    assert [row[0] for row in await tables(database)] == ["two", "3"]
    await database.close()


async def test_runs_a_step_of_several_statements(opener: Opener, technology: str) -> None:
    """A step is a script: a trigger or a text with semicolons in it is one statement."""
    script = f"{NOTES.strip()} -- kept\n{TRIGGERS[technology]} insert into notes values (1, 'one')"
    database = await opener()

    await database.migrate([script])

    assert [row[0] for row in await tables(database)] == ["one", "a;\nb"]
    await database.close()


async def test_takes_back_a_step_that_fails(opener: Opener) -> None:
    """Of a broken step nothing stays, of those before it everything; mended, it runs."""
    broken = "insert into notes values (1, 'half');\ninsert into nowhere values (1);\n"
    database = await opener()

    with pytest.raises(Exception, match="nowhere"):
        await database.migrate([NOTES, broken])
    left = await tables(database)
    await database.migrate([NOTES, "insert into notes values (1, 'whole')"])

    assert left == []
    assert [row[0] for row in await tables(database)] == ["whole"]
    await database.close()


async def test_migrates_once_when_two_start_together(opener: Opener) -> None:
    """Two nodes that start at the same moment run each step once between them."""
    steps = [NOTES, *[f"insert into notes values ({n}, {n})" for n in range(10)]]
    one, two = await opener(), await opener()

    await asyncio.gather(one.migrate(steps), two.migrate(steps))

    assert [row[0] for row in await tables(two)] == [str(n) for n in range(10)]
    await one.close()
    await two.close()


async def test_sees_what_was_committed(database: Database, opener: Opener) -> None:
    """A fetch sees every unit whose commit has returned: here, elsewhere and after a restart."""
    other = await opener()
    seen = []

    for n in range(20):
        await commit(database, f"cause {n}", Statement(ADD, (f"thing {n}", n)))
        seen.append((len(await stock(database)), len(await stock(other))))

    assert seen == [(n + 1, n + 1) for n in range(20)]
    await other.close()


async def test_gives_back_values_as_they_were(database: Database) -> None:
    """Text, numbers, bytes and null come back the same."""
    await database.migrate([SCHEMA, "create table kept(a text, b integer, c real, d blob, e text)"])
    row = ("déjà\n", 2**62, 0.1, b"\x00\xff", None)

    await commit(database, "1", Statement("insert into kept values (?, ?, ?, ?, ?)", row))

    assert [tuple(found) for found in await database.fetch("select * from kept")] == [row]
    assert len(await database.fetch("select b from kept where a = ?", ("déjà\n",))) == 1


async def test_refuses_a_write_that_meets_other_rows(database: Database) -> None:
    """A guarded write that changes another number of rows is a Conflict; nothing stays."""
    await commit(database, "1", Statement(ADD, ("bolt", 5)))
    more = Statement(ADD, ("nut", 1))

    with pytest.raises(Conflict):
        await commit(database, "2", more, Statement(TAKE, (6, "bolt", 6), rows=1))

    assert await stock(database) == [("bolt", 5)]
    assert await database.done("2") is None
    assert [letter.id for letter in await database.pending(9)] == ["letter of 1"]


async def test_counts_the_rows_of_each_guarded_write(database: Database) -> None:
    """Exactly as many rows as said: more is a Conflict too; without a count any number goes."""
    adds = [Statement(ADD, (thing, 1)) for thing in ("bolt", "nut")]
    await commit(database, "1", *adds)
    clear = "update stock set amount = 0"

    await commit(database, "2", Statement(clear, rows=2), Statement(TAKE, (1, "gone", 1)))
    with pytest.raises(Conflict):
        await commit(database, "3", Statement(clear, rows=1))

    assert await stock(database) == [("bolt", 0), ("nut", 0)]


@pytest.mark.parametrize("row", [("bolt", 1), ("nut", None), ("nut", -1)])
async def test_refuses_a_row_that_breaks_a_constraint(
    database: Database, row: tuple[object, ...]
) -> None:
    """A taken key, a missing value or a failed check is a Conflict; nothing stays."""
    await commit(database, "1", Statement(ADD, ("bolt", 5)))

    with pytest.raises(Conflict):
        await commit(database, "2", Statement(ADD, ("pin", 1)), Statement(ADD, row))

    assert await stock(database) == [("bolt", 5)]
    assert await database.done("2") is None


async def test_lets_one_of_many_win(database: Database, opener: Opener) -> None:
    """Fifty that take the last five, half of them through another instance: five get one each."""
    other = await opener()
    await commit(database, "stock", Statement(ADD, ("bolt", 5)))

    results = await asyncio.gather(
        *(
            commit((database, other)[n % 2], str(n), Statement(TAKE, (1, "bolt", 1), rows=1))
            for n in range(50)
        ),
        return_exceptions=True,
    )

    assert sum(result is None for result in results) == 5
    assert sum(isinstance(result, Conflict) for result in results) == 45
    assert await stock(database) == [("bolt", 0)]
    await other.close()


async def test_takes_a_failing_unit_out_of_its_group(database: Database) -> None:
    """Units that commit together stand or fall each by itself."""
    refused = {n for n in range(300) if n % 7 == 3}

    results = await asyncio.gather(
        *(
            commit(
                database,
                str(n),
                Statement(ADD, (f"thing {n}", n)),
                Statement(TAKE, (1, "gone", 1), rows=1 if n in refused else 0),
            )
            for n in range(300)
        ),
        return_exceptions=True,
    )

    assert {n for n, result in enumerate(results) if result is not None} == refused
    assert {amount for _, amount in await stock(database)} == set(range(300)) - refused
    assert len(await database.pending(999)) == 300 - len(refused)


async def test_tells_a_bug_from_an_outage(database: Database) -> None:
    """Wrong SQL is not Unavailable: trying again would never help."""
    with pytest.raises(Exception, match="nonsense") as read:
        await database.fetch("select nonsense")
    with pytest.raises(Exception, match="nonsense") as written:
        await commit(database, "1", Statement("insert into nonsense values (1)"))

    assert not isinstance(read.value, Unavailable)
    assert not isinstance(written.value, Unavailable | Conflict)
    await commit(database, "1", Statement(ADD, ("bolt", 1)))


async def test_refuses_work_once_closed(opener: Opener) -> None:
    """After close a commit is Unavailable: nothing looks accepted that is not."""
    database = await opener()
    await database.migrate([SCHEMA])
    last = [
        asyncio.ensure_future(commit(database, str(n), Statement(ADD, (str(n), 1))))
        for n in range(50)
    ]
    await asyncio.sleep(0)

    await database.close()

    await asyncio.gather(*last)
    with pytest.raises(Unavailable):
        await commit(database, "late", Statement(ADD, ("late", 1)))
    again = await opener()
    assert len(await stock(again)) == 50
    await again.close()


WRITER = """
import asyncio, sys
from squad.adapters.clock.system import SystemClock
from squad.adapters.database import postgres, sqlite
from squad.ports.database import Statement
from squad.ports.unit import Cause

async def main(url, name):
    technology = postgres if url.startswith("postgres:") else sqlite
    database = await technology.open(url, SystemClock())
    for n in range(100):
        writes = [Statement("update stock set amount = amount + 1 where thing = 'bolt'", (), 1)]
        await database.commit(Cause(f"{name} {n}"), writes, [], b"")
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_takes_writes_of_two_processes(database: Database, url: str) -> None:
    """Two processes and this one write to one database side by side; no write is lost."""
    await commit(database, "stock", Statement(ADD, ("bolt", 0)))
    others = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, url, name)
        for name in ("a", "b")
    ]

    for n in range(100):
        await commit(database, f"here {n}", Statement(TAKE, (-1, "bolt", 0), rows=1))
    codes = [await other.wait() for other in others]

    assert codes == [0, 0]
    assert await stock(database) == [("bolt", 300)]


async def test_orders_text_by_its_bytes(database: Database) -> None:
    """Pages go by ids and words: the order is the same in every database, capitals first."""
    words = ("b", "a", "é", "Z", "a b", "ab", "", "_", "1")
    await commit(database, "1", *[Statement(ADD, (word, 1)) for word in words])

    after = await database.fetch("select thing from stock where thing > ? order by thing", ("Z",))

    assert [thing for thing, _ in await stock(database)] == sorted(words)
    assert [row[0] for row in after] == [word for word in sorted(words) if word > "Z"]


async def test_refuses_a_schema_that_is_newer(database: Database, opener: Opener) -> None:
    """A version that knows fewer steps than were run does not touch what it does not know."""
    await database.migrate([SCHEMA, NOTES])
    other = await opener()

    with pytest.raises(ValueError, match="newer"):
        await other.migrate([SCHEMA])

    await other.close()
