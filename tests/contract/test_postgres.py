"""What PostgreSQL alone can do to us: roles, cut wires, stopped servers, fail-over, time-outs."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from deploy.local.engine import alive, free_port, stop
from deploy.local.postgres import start
from tests.contract.proxy import wire
from tests.engines import Engines
from tests.schemas import execute, schema

from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import postgres
from squad.adapters.database.postgres import PostgresDatabase
from squad.adapters.engines.postgres import server as servers
from squad.ports.database import Statement
from squad.ports.unit import Cause, Conflict, Duplicate, Letter, Unavailable
from squad.services.tickets import store as tickets
from squad.services.tickets.model.files import MOST, Attachment

SCHEMA = "create table stock(thing text primary key, amount integer not null check(amount >= 0))"
ADD = "insert into stock values (?, ?)"
MORE = "update stock set amount = amount + 1 where thing = ?"
SHORT = "&timeout=1"


@pytest.fixture
async def url(engines: Engines, tmp_path: Path) -> str:
    """A schema of this test's own, with short time-outs."""
    return await schema(engines, tmp_path, SHORT)


@pytest.fixture
async def database(url: str, clock: Frozen) -> AsyncIterator[PostgresDatabase]:
    """A database with one table, `stock`."""
    opened = await postgres.open(url, clock)
    await opened.migrate([SCHEMA])
    yield opened
    await opened.close()


async def add(database: PostgresDatabase, thing: str, amount: int = 1) -> None:
    """A unit that adds a thing, with a letter and an answer of its own."""
    letter = Letter(f"letter of {thing}", "squad.stock.changed.v1", thing, b"{}")
    writes = [Statement(ADD, (thing, amount), 1)]
    await database.commit(Cause(thing, b"print"), writes, [letter], thing.encode())


async def more(database: PostgresDatabase, cause: str, thing: str) -> None:
    """A unit that waits for the thing's row."""
    await database.commit(Cause(cause), [Statement(MORE, (thing,), 1)], [], b"")


async def things(database: PostgresDatabase) -> list[str]:
    """What there is."""
    return [row[0] for row in await database.fetch("select thing from stock order by thing")]


async def holder(url: str, name: str, thing: str) -> Any:
    """Another session that holds the row of a thing."""
    connection = await asyncpg.connect(url.partition("?")[0])
    await connection.execute(f"set search_path = {name}; begin")
    await connection.execute("update stock set amount = amount where thing = $1", thing)
    return connection


def name_of(url: str) -> str:
    """The schema of a URL."""
    return url.partition("schema=")[2].partition("&")[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("postgres:", "postgres:wrong"), "wrong password"),
        (("postgres://postgres:", "postgres://nobody:"), "wrong password"),
        (("/postgres?", "/elsewhere?"), "no such database"),
        (("schema=test", "schema=nowhere"), "no schema nowhere"),
        (("timeout=1", "timeout=soon"), "are numbers"),
        (("timeout=1", "pool=1"), "3 at least"),
        (("timeout=1", "passfile=/nowhere/pgpass"), "no password file"),
        (("timeout=1", "sslmode=perhaps"), "sslmode"),
        (("/postgres?", "?"), "needs postgres://"),
    ],
)
async def test_says_what_is_wrong_with_the_setting(
    url: str, clock: Frozen, change: tuple[str, str], says: str
) -> None:
    """Each wrong part of the URL is named, with the setting, and no password is told."""
    before, _, after = url.rpartition("postgres:") if change[0] == "postgres:" else ("", "", "")
    wrong = f"{before}{change[1]}{after}" if before else url.replace(*change, 1)
    secret = url.partition("postgres:")[2].partition("@")[0].rpartition(":")[2]

    with pytest.raises(ValueError, match="SQUAD_DATABASE") as refused:
        await postgres.open(wrong, clock)

    assert says in str(refused.value)
    assert secret not in str(refused.value)


async def test_says_that_nobody_answers(url: str, clock: Frozen) -> None:
    """No server at the port, and no such host: Unavailable, soon."""
    here = url.partition("@")[2].partition("/")[0]
    for elsewhere in ("127.0.0.1:1", "nowhere.invalid:5432"):
        with pytest.raises(Unavailable, match="SQUAD_DATABASE"):
            await postgres.open(url.replace(here, elsewhere), clock)


async def test_refuses_a_server_that_is_too_old(
    url: str, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old server is refused at open, with its version."""
    monkeypatch.setattr(servers, "OLDEST", 99)

    with pytest.raises(ValueError, match="it must be 99 or newer"):
        await postgres.open(url, clock)


async def test_refuses_a_server_that_may_forget(url: str, clock: Frozen) -> None:
    """Who acknowledges before the disk has it would lose what we acknowledge."""
    role = f"lazy_{name_of(url)}"
    await execute(url, f"create role {role} login superuser password 'lazy'")
    await execute(url, f"alter role {role} set synchronous_commit = off")
    host = url.partition("@")[2]

    with pytest.raises(ValueError, match="may lose what it acknowledged"):
        await postgres.open(f"postgres://{role}:lazy@{host}", clock)


async def test_finds_the_server_that_takes_writes(url: str, clock: Frozen) -> None:
    """Of several hosts one that is down is passed over."""
    here = url.partition("@")[2].partition("/")[0]

    opened = await postgres.open(url.replace(here, f"127.0.0.1:1,{here}"), clock)

    assert await opened.backlog() == 0
    await opened.close()


async def test_refuses_another_service_in_its_schema(database: PostgresDatabase, url: str) -> None:
    """Two services in one schema would take each other's causes for their own."""
    with pytest.raises(ValueError, match="each service needs one of its own"):
        await database.migrate(["create table other(id text primary key)"])


async def test_keeps_two_who_migrate_from_running_a_step_twice(url: str, clock: Frozen) -> None:
    """A slow step of data runs once: who comes second waits for it, and goes on after it."""
    steps = [
        SCHEMA,
        "insert into stock select 'thing ' || n, n from generate_series(1, 1000) n;\n"
        "select pg_sleep(1.5);\n",
        "update stock set amount = amount + 1",
    ]
    nodes = [await postgres.open(url, clock) for _ in range(3)]

    await asyncio.gather(*(node.migrate(steps) for node in nodes))

    [(count, total)] = await nodes[0].fetch("select count(*), sum(amount)::bigint from stock")
    assert (count, total) == (1000, 500_500 + 1000)
    for node in nodes:
        await node.close()


async def test_applies_a_cause_once_for_two_nodes(
    database: PostgresDatabase, url: str, clock: Frozen
) -> None:
    """The same hundred causes at once on two nodes: each is applied once, the other is told."""
    other = await postgres.open(url, clock)

    results = await asyncio.gather(
        *(add(node, f"{n:03}") for n in range(100) for node in (database, other)),
        return_exceptions=True,
    )

    duplicates = [result for result in results if isinstance(result, Duplicate)]
    assert [result for result in results if result not in (None, *duplicates)] == []
    assert (results.count(None), len(duplicates)) == (100, 100)
    assert {found.done.answer.decode() for found in duplicates} == {f"{n:03}" for n in range(100)}
    assert len(await things(database)) == 100
    assert await database.backlog() == 100
    await other.close()


async def test_gives_each_unit_of_a_group_its_own_error(database: PostgresDatabase) -> None:
    """A value that does not fit, wrong SQL, a broken guard: neighbours do not notice."""
    odd: dict[int, Any] = {5: ("five", "many"), 9: ("nine", 2**70), 11: ("ele\0ven", 1)}

    async def one(n: int) -> None:
        writes = [Statement(ADD, odd.get(n, (f"{n:03}", n)), 1)]
        await database.commit(Cause(str(n)), writes, [], b"")

    results = await asyncio.gather(*(one(n) for n in range(40)), return_exceptions=True)

    failed = {n for n, result in enumerate(results) if result is not None}
    assert failed == {5, 9, 11}
    assert not any(isinstance(results[n], Unavailable | Conflict) for n in failed)
    assert len(await things(database)) == 37


async def test_finishes_a_unit_whose_session_was_ended(
    database: PostgresDatabase, url: str
) -> None:
    """An administrator ends the session in mid-commit: the unit goes again, and lands once."""
    await add(database, "bolt", 0)
    held = await holder(url, name_of(url), "bolt")
    waiting = asyncio.ensure_future(more(database, "cause", "bolt"))
    ended = (
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where wait_event_type = 'Lock' and query like '%pg_temp.unit%'"
    )
    while not await held.fetch(ended):  # noqa: ASYNC110
        await asyncio.sleep(0.01)

    await held.execute("commit")
    await waiting

    assert [row[0] for row in await database.fetch("select amount from stock")] == [1]
    await held.close()


async def test_knows_its_own_unit_when_the_answer_was_lost(url: str, clock: Frozen) -> None:
    """The server commits, the wire is cut before its answer: applied once, and not an error."""
    async with wire(url) as laid:
        database = await postgres.open(laid.url, clock)
        await database.migrate([SCHEMA])
        await add(database, "warm")

        laid.deafen()
        await add(database, "bolt")
        laid.deafen()
        with pytest.raises(Duplicate) as refused:
            await database.commit(Cause("warm"), [Statement(ADD, ("x", 1), 1)], [], b"other")

        assert refused.value.done.answer == b"warm"
        assert await things(database) == ["bolt", "warm"]
        assert await database.backlog() == 2
        await database.close()


async def test_leaves_open_what_it_cannot_know(url: str, clock: Frozen) -> None:
    """Cut, and nobody answers any more: Unavailable; the same cause again tells."""
    async with wire(url) as laid:
        database = await postgres.open(laid.url, clock)
        await database.migrate([SCHEMA])
        await add(database, "warm")
        laid.deafen()
        real, database._server.connect = database._server.connect, _refuse  # type: ignore[method-assign]

        with pytest.raises(Unavailable, match="SQUAD_DATABASE"):
            await add(database, "bolt")
        database._server.connect = real  # type: ignore[method-assign]
        with pytest.raises(Duplicate):
            await add(database, "bolt")

        assert await things(database) == ["bolt", "warm"]
        await database.close()


async def _refuse(timeout: float | None = None) -> Any:
    raise Unavailable("SQUAD_DATABASE: cannot reach the server")


async def test_reads_again_after_a_cut(url: str, clock: Frozen) -> None:
    """A read on a connection that was cut is Unavailable once; the next has a new one."""
    async with wire(url) as laid:
        database = await postgres.open(laid.url, clock)
        assert await database.backlog() == 0

        laid.deafen()
        with pytest.raises(Unavailable, match="SQUAD_DATABASE"):
            await database.backlog()

        assert await database.backlog() == 0
        await database.close()


async def test_bounds_a_slow_statement(database: PostgresDatabase) -> None:
    """A statement that takes longer than `timeout` is Unavailable, and the next one works."""
    began = time.monotonic()

    with pytest.raises(Unavailable, match="statement timeout"):
        await database.fetch("select pg_sleep(30)")

    assert time.monotonic() - began < 3
    assert await database.backlog() == 0


async def test_bounds_the_wait_for_a_row(database: PostgresDatabase, url: str) -> None:
    """A row that somebody holds: who needs it is Unavailable, its neighbours are not."""
    for thing in ("bolt", "nut", "pin"):
        await add(database, thing)
    held = await holder(url, name_of(url), "nut")

    results = await asyncio.gather(
        *(more(database, f"more {thing}", thing) for thing in ("bolt", "nut", "pin")),
        return_exceptions=True,
    )

    await held.execute("rollback")
    await more(database, "more nut", "nut")
    assert [type(result) for result in results] == [type(None), Unavailable, type(None)]
    assert [row[0] for row in await database.fetch("select amount from stock")] == [2, 2, 2]
    await held.close()


async def test_bounds_the_wait_for_a_connection(url: str, clock: Frozen) -> None:
    """With all connections busy a read is Unavailable after `timeout`, not later."""
    database = await postgres.open(url.replace(SHORT, "&timeout=1&pool=3"), clock)
    busy = asyncio.ensure_future(database.fetch("select pg_sleep(0.95)"))
    later = [asyncio.ensure_future(database.fetch("select pg_sleep(0.5)")) for _ in range(4)]

    results = await asyncio.gather(busy, *later, return_exceptions=True)

    assert any(isinstance(result, Unavailable) for result in results)
    assert not any(isinstance(result, BaseException) for result in results[:1])
    assert await database.backlog() == 0
    await database.close()


async def test_counts_files_one_unit_at_a_time(url: str, clock: Frozen) -> None:
    """Two nodes attach at once to a ticket that has room for three: three are attached."""
    nodes = [await postgres.open(url, clock) for _ in range(2)]
    await asyncio.gather(*(node.migrate(tickets.MIGRATIONS) for node in nodes))
    columns = "id, version, status, priority, requester, organisation, store, territory"
    ticket = Statement(
        f"insert into tickets({columns}, created_at, updated_at, facts, extra)"
        " values ('t', 1, 'new', 1, '', '', '', '', 0, 0, ?, ?)",
        (b"", b""),
    )
    await nodes[0].commit(Cause("ticket"), [ticket], [], b"")

    async def attach(n: int) -> None:
        file = Attachment(
            id=f"{n:03}", name="a", media="image/png", size=1, sha256="", author="",
            visibility="public", at=clock.now(),
        )  # fmt: skip
        await nodes[n % 2].commit(Cause(f"c{n}"), tickets.attach("t", file, "key"), [], b"")

    for n in range(MOST - 3):
        await attach(n)
    results = await asyncio.gather(*(attach(100 + n) for n in range(40)), return_exceptions=True)

    assert (results.count(None), sum(isinstance(r, Conflict) for r in results)) == (3, 37)
    for node in nodes:
        await node.close()


# A server of its own for what would disturb the other tests.


class Own:
    """A server that a test stops, kills and starts again, at one address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.engine = start(folder, self._port)

    def children(self) -> list[int]:
        """This will list the server's processes, the first one first."""
        listed = Path(f"/proc/{self.engine.pid}/task/{self.engine.pid}/children").read_text()
        return [self.engine.pid, *(int(pid) for pid in listed.split())]

    def signal(self, number: int) -> None:
        """This will send a signal to all of them."""
        for pid in self.children():
            os.kill(pid, number)

    def end(self) -> None:
        """This will end all of them at once, as a power cut does."""
        pids = self.children()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(alive(pid) for pid in pids):
            time.sleep(0.02)

    def again(self) -> None:
        """This will start it again."""
        self.engine = start(self._folder, self._port)

    async def set(self, name: str, value: str) -> None:
        """This will change a setting of the running server."""
        connection = await asyncpg.connect(
            self.engine.url, server_settings={"default_transaction_read_only": "off"}
        )
        await connection.execute(f"alter system set {name} = {value}")
        await connection.execute("select pg_reload_conf()")
        await connection.close()


@pytest.fixture(scope="module")
def own(engines: Engines) -> Iterator[Own]:
    """A second server."""
    engines("postgres")  # skips, or fails, where there is none
    folder = Path(tempfile.mkdtemp(prefix="squad-own-"))
    folder.chmod(0o711)
    server = Own(folder / "postgres")
    yield server
    server.signal(signal.SIGCONT)
    stop(server.engine.pid)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def lone(own: Own, tmp_path: Path, clock: Frozen) -> AsyncIterator[PostgresDatabase]:
    """A database on the second server."""
    name = f"test_{tmp_path.name}".lower()
    await execute(own.engine.url, f"create schema {name}")
    opened = await postgres.open(f"{own.engine.url}?schema={name}{SHORT}", clock)
    await opened.migrate([SCHEMA])
    yield opened
    await opened.close()


async def until_it_works(database: PostgresDatabase, thing: str) -> None:
    """Repeats one unit, as a client does, until it is known to be applied."""
    for _ in range(100):
        try:
            await add(database, thing)
        except Unavailable:
            await asyncio.sleep(0.1)
        except Duplicate:
            return
        else:
            return
    raise AssertionError("still unavailable after 10 s")


async def test_does_not_wait_for_a_server_that_stands_still(
    own: Own, lone: PostgresDatabase
) -> None:
    """Stopped, it answers nothing: each call is Unavailable in time; let go, it all works."""
    await add(lone, "bolt")
    own.signal(signal.SIGSTOP)
    began = time.monotonic()
    try:
        results = await asyncio.gather(
            add(lone, "nut"), lone.backlog(), lone.done("bolt"), lone.sent(["x"]),
            return_exceptions=True,
        )  # fmt: skip
        with pytest.raises(Unavailable):
            await lone.backlog()
        took = time.monotonic() - began
    finally:
        own.signal(signal.SIGCONT)

    await until_it_works(lone, "nut")

    assert [type(result) for result in results] == [Unavailable] * 4
    assert took < 8
    assert await things(lone) == ["bolt", "nut"]


async def test_comes_back_with_a_server_that_was_restarted(
    own: Own, lone: PostgresDatabase
) -> None:
    """Down: Unavailable at once, with the setting's name. Up again: it goes on by itself."""
    await add(lone, "bolt")
    stop(own.engine.pid, signal.SIGINT)

    with pytest.raises(Unavailable, match="SQUAD_DATABASE"):
        await add(lone, "nut")
    with pytest.raises(Unavailable, match="SQUAD_DATABASE"):
        await lone.backlog()
    own.again()

    await until_it_works(lone, "nut")
    assert await lone.backlog() == 2


async def test_loses_nothing_when_the_server_is_killed(own: Own, lone: PostgresDatabase) -> None:
    """Units from 20 clients; the server is killed among them: what was acknowledged is there."""
    done: list[str] = []

    async def client(name: int) -> None:
        for n in range(40):
            try:
                await add(lone, f"{name:02} {n:02}")
                done.append(f"{name:02} {n:02}")
            except Unavailable:
                return

    clients = [asyncio.ensure_future(client(name)) for name in range(20)]
    while len(done) < 200:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    own.end()
    await asyncio.gather(*clients)
    own.again()
    await until_it_works(lone, "after")

    kept = await things(lone)
    letters = await lone.pending(1000)
    assert len(done) < 800
    assert set(done) <= set(kept)
    assert sorted(letter.subject for letter in letters) == kept
    assert all([await lone.done(thing) is not None for thing in kept])


async def test_leaves_a_server_that_became_read_only(own: Own, lone: PostgresDatabase) -> None:
    """After a fail-over the old primary is a replica: Unavailable, and its connections go."""
    await add(lone, "bolt")
    await own.set("default_transaction_read_only", "on")
    try:
        for _ in range(2):
            with pytest.raises(Unavailable, match="SQUAD_DATABASE"):
                await add(lone, "nut")
        with pytest.raises(Unavailable, match="SQUAD_DATABASE"):
            await lone.sent(["letter of bolt"])
    finally:
        await own.set("default_transaction_read_only", "off")

    await until_it_works(lone, "nut")
    await lone.sent(["letter of bolt"])

    assert [letter.id for letter in await lone.pending(9)] == ["letter of nut"]


# Roles.

SERVICES = {"tickets": (), "routing": ()}


@pytest.fixture
async def setting(engines: Engines, tmp_path: Path) -> str:
    """SQUAD_DATABASE as it is written, with a database and roles of this test's own."""
    host = engines("postgres").partition("@")[2].partition("/")[0]
    name = f"d{abs(hash(str(tmp_path))) % 10**9}"
    return f"postgres://{name}_{{service}}@{host}/{name}?passfile={tmp_path}/pgpass&timeout=2"


async def test_keeps_services_out_of_each_others_tables(
    engines: Engines, setting: str, clock: Frozen
) -> None:
    """A role reads and writes its own schema; not another's, and makes nothing elsewhere."""
    await postgres.provision(setting, SERVICES, engines("postgres"))
    tickets, routing = [
        await postgres.open(setting.replace("{service}", name), clock) for name in SERVICES
    ]
    await tickets.migrate([SCHEMA])
    await add(tickets, "bolt")
    theirs = setting.partition("//")[2].partition("@")[0].replace("{service}", "tickets")

    for wrong in (
        f"select * from {theirs}.stock",
        f"select * from {theirs}.outbox",
        f"insert into {theirs}.stock values ('nut', 1)",
        f"create table {theirs}.more(id text)",
        f"drop table {theirs}.stock",
        f"set role {theirs}",
        "create table public.more(id text)",
        "create schema more",
        "create role more",
        "create database more",
        "select rolpassword from pg_authid",
        "copy (select 1) to program 'true'",
    ):
        with pytest.raises(Unavailable, match=r"SQUAD_DATABASE: .* lacks a permission"):
            await routing.fetch(wrong)

    assert await things(tickets) == ["bolt"]
    for opened in (tickets, routing):
        await opened.close()


async def test_waits_while_its_password_is_wrong(
    engines: Engines, setting: str, clock: Frozen
) -> None:
    """A password changed under a running node is an outage, not a bug of every letter."""
    await postgres.provision(setting, SERVICES, engines("postgres"))
    database = await postgres.open(setting.replace("{service}", "tickets"), clock)
    role = setting.partition("//")[2].partition("@")[0].replace("{service}", "tickets")

    await execute(engines("postgres"), f"alter role {role} password 'another'")
    with pytest.raises(Unavailable, match="wrong password"):
        await database.backlog()
    with pytest.raises(Unavailable, match="wrong password"):
        await add(database, "bolt")

    await database.close()


async def test_provisions_once(engines: Engines, setting: str, tmp_path: Path) -> None:
    """Again, all is kept; passwords are random, for their owner only, and other lines stay."""
    passfile = tmp_path / "pgpass"
    passfile.write_text("other:*:*:other:theirs\n")

    first = await postgres.provision(setting, SERVICES, engines("postgres"))
    kept = passfile.read_text()
    again = await postgres.provision(setting, SERVICES, engines("postgres"))
    more = await postgres.provision(setting, {"search": ()}, engines("postgres"))

    assert all(line.startswith("made ") for line in first)
    assert again == [line.replace("made ", "kept ") for line in first]
    assert [line.split()[:2] for line in more] == [
        ["kept", "database"], ["made", "role"], ["made", "schema"],
    ]  # fmt: skip
    assert passfile.read_text().startswith(kept)
    assert kept.startswith("other:*:*:other:theirs\n")
    assert passfile.stat().st_mode & 0o777 == 0o600
    assert len({line.rpartition(":")[2] for line in kept.splitlines()}) == 3


async def test_makes_a_new_password_for_one_that_was_lost(
    engines: Engines, setting: str, tmp_path: Path, clock: Frozen
) -> None:
    """Without the file nobody knows the passwords: `provision` makes new ones."""
    await postgres.provision(setting, SERVICES, engines("postgres"))
    (tmp_path / "pgpass").unlink()
    with pytest.raises(ValueError, match="Run `squad provision`"):
        await postgres.open(setting.replace("{service}", "tickets"), clock)

    lines = await postgres.provision(setting, SERVICES, engines("postgres"))

    assert [line.split()[1] for line in lines if line.startswith("made")] == ["password"] * 2
    opened = await postgres.open(setting.replace("{service}", "tickets"), clock)
    await opened.close()


async def test_needs_no_superuser(engines: Engines, setting: str, clock: Frozen) -> None:
    """A managed server's administrator may create roles and databases, no more."""
    host = setting.partition("@")[2].partition("/")[0]
    admin = f"admin_{host.partition(':')[2]}"
    await execute(
        engines("postgres"), f"create role {admin} login createdb createrole password 'admin'"
    )

    lines = await postgres.provision(setting, SERVICES, f"postgres://{admin}:admin@{host}/postgres")

    opened = await postgres.open(setting.replace("{service}", "routing"), clock)
    await opened.migrate([SCHEMA])
    await opened.close()
    assert all(line.startswith("made ") for line in lines)


@pytest.mark.parametrize(
    ("url", "admin", "says"),
    [
        ("postgres://squad@h/squad?passfile=x", "postgres://a:b@h/postgres", "{service}"),
        ("postgres://squad_{service}@h/squad?passfile=x", "", "SQUAD_ADMIN_DATABASE"),
        ("postgres://squad_{service}@h/squad?passfile=x", "postgres://a:b@127.0.0.1:1/p", "ADMIN"),
    ],
)
async def test_says_what_provisioning_needs(url: str, admin: str, says: str) -> None:
    """A wrong or missing setting is named."""
    with pytest.raises(ValueError, match="SQUAD_") as refused:
        await postgres.provision(url, SERVICES, admin)

    assert says in str(refused.value)
