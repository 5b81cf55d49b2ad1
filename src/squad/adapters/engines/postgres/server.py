"""A PostgreSQL server: what its URL says, connections with time-outs, and what its errors mean."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import asyncpg

from squad.adapters.engines.postgres.dialect import numbered, quoted
from squad.adapters.engines.postgres.pool import Pool
from squad.ports.unit import Unavailable

SETTING = "SQUAD_DATABASE"
OLDEST = 15  # the oldest version that is tested
GRACE = 1.0  # s that a client waits longer than the server's own time-outs
PROVISION = "Run `squad provision`."
# Class 08: connection, 53: resources, 57: shutdown, cancel, time-out, 58: disk; and one by one:
# read only after a fail-over, serialisation, deadlock, lock time-out.
READONLY = "25006"
_PASSING = ("08", "53", "57", "58", READONLY, "40001", "40P01", "55P03")
LOST = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Options(NamedTuple):
    """What the URL says. pool: connections at most. timeout: s a statement may take.

    dsn: what asyncpg is given, several hosts included. schema: where the service's tables are.
    """

    dsn: str
    user: str
    schema: str
    pool: int
    timeout: float
    passfile: str | None


def read(url: str) -> Options:
    """This will read `postgres://ROLE[:PASSWORD]@HOST:PORT[,HOST:PORT]/DATABASE?…`.

    Options: passfile, schema (the role's name where it is missing), pool (8), timeout (5 s);
    others, for example sslmode, go to asyncpg. Raises ValueError.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    user = unquote(parts.netloc.rpartition("@")[0].partition(":")[0])
    if not user or not parts.path.strip("/"):
        raise ValueError(f"{SETTING}: needs postgres://ROLE@HOST:PORT/DATABASE")
    try:
        pool, timeout = int(options.pop("pool", "8")), float(options.pop("timeout", "5"))
    except ValueError as error:
        raise ValueError(f"{SETTING}: pool and timeout are numbers: {error}") from error
    if pool < 3 or timeout <= 0:
        raise ValueError(f"{SETTING}: pool is 3 at least, and timeout above 0")
    schema, passfile = options.pop("schema", user), options.pop("passfile", None)
    if passfile is not None and not Path(passfile).is_file():
        raise ValueError(f"{SETTING}: there is no password file {passfile}. {PROVISION}")
    dsn = parts._replace(query=urlencode(options)).geturl()
    return Options(dsn, user, schema, pool, timeout, passfile)


class Server:
    """Connections to one schema of one database. Every error of it leaves as what it means."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._pool = Pool(self.connect, options.pool - 2, options.timeout)  # two are the writers'
        self._opened = False
        self._closed = False

    async def open(self) -> None:
        """This will connect and check what is there. Raises Unavailable, ValueError."""
        connection = await self.connect()
        try:
            await self._check(connection)
        finally:
            await self.leave(connection)
        self._opened = True

    async def connect(self, timeout: float | None = None) -> Any:
        """This will open a connection of its own. timeout: s a statement may take; None: usual.

        Raises Unavailable: nobody answers; ValueError: what the URL says is wrong.
        """
        with self.translated():
            return await asyncpg.connect(**self._given(timeout or self.options.timeout))

    def _given(self, timeout: float) -> dict[str, Any]:
        milliseconds = str(round(timeout * 1000))
        locks = str(round(timeout * 500))  # shorter: a row that is held is not a slow statement
        return {
            "dsn": self.options.dsn,
            "passfile": self.options.passfile,
            "timeout": self.options.timeout,
            "command_timeout": timeout + GRACE,
            "target_session_attrs": "read-write",  # after a fail-over: the new primary
            "server_settings": {
                "application_name": "squad",
                "search_path": quoted(self.options.schema),
                "statement_timeout": milliseconds,
                "lock_timeout": locks,
                "idle_in_transaction_session_timeout": milliseconds,
                "timezone": "UTC",
            },
        }

    async def _check(self, connection: Any) -> None:
        version = connection.get_server_version()
        if version.major < OLDEST:
            raise ValueError(
                f"{SETTING}: the server is PostgreSQL {version.major}; it must be {OLDEST} or newer"
            )
        query = (
            "select current_setting('fsync') = 'on'"
            " and current_setting('synchronous_commit') <> 'off',"
            " to_regnamespace($1) is not null and has_schema_privilege($1, 'usage')"
        )
        try:
            safe, there = await connection.fetchrow(query, self.options.schema)
        except asyncpg.InvalidSchemaNameError:
            safe, there = True, False
        if not there:
            raise ValueError(
                f"{SETTING}: there is no schema {self.options.schema} for the role"
                f" {self.options.user}. {PROVISION}"
            )
        if not safe:
            raise ValueError(
                f"{SETTING}: the server may lose what it acknowledged;"
                " set fsync = on and synchronous_commit = on"
            )

    async def fetch(self, sql: str, *parameters: Any) -> list[Any]:
        """This will run one statement, `?` for each parameter, and give its rows.

        Raises Unavailable: also when all connections are busy for too long.
        """
        if self._closed:
            raise Unavailable(f"{SETTING}: closed")
        try:
            return await self._pool.fetch(numbered(sql), parameters)
        except (asyncpg.PostgresError, *LOST) as error:
            meant = self.meaning(error)
            if meant is error:
                raise
            raise meant from error

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """This will raise what the port knows for what asyncpg raises; a bug stays what it is."""
        try:
            yield
        except (asyncpg.PostgresError, *LOST) as error:
            meant = self.meaning(error)
            if meant is error:
                raise
            raise meant from error

    def meaning(self, error: Exception) -> Exception:
        """This will tell what an error means to the caller: Unavailable, ValueError, or a bug.

        What is wrong with the setting is a ValueError at open; later it is somebody's change on
        the server, for example of a password: work waits until it is put right.
        """
        state = getattr(error, "sqlstate", None) or ""
        if wrong := self._wrong(state, error):
            return (Unavailable if self._opened else ValueError)(f"{SETTING}: {wrong}")
        if state.startswith(_PASSING):
            return Unavailable(f"{SETTING}: {error}")
        if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
            return Unavailable(f"{SETTING}: no server there takes writes: {error}")
        if isinstance(error, TimeoutError):
            return Unavailable(f"{SETTING}: no answer within {self.options.timeout:g} s")
        if isinstance(error, OSError) or lost(error):
            return Unavailable(f"{SETTING}: cannot reach the server: {error}")
        return error

    def _wrong(self, state: str, error: Exception) -> str:
        if state in ("28P01", "28000"):
            return (
                f"the server refuses the role {self.options.user}: wrong password, or no"
                f" permission. {PROVISION}"
            )
        if state == "3D000":
            return f"there is no such database. {PROVISION}"
        if state == "42501":
            return f"{self.options.user} lacks a permission: {error}"
        return str(error) if isinstance(error, asyncpg.ClientConfigurationError) else ""

    async def leave(self, connection: Any) -> None:
        """This will close a connection of its own, without waiting for a server that is gone."""
        try:
            await connection.close(timeout=GRACE)
        except (asyncpg.PostgresError, *LOST):
            connection.terminate()

    async def close(self) -> None:
        """This will close every connection; queries that run have a moment to end."""
        self._closed = True
        await self._pool.close(self.options.timeout)


def lost(error: BaseException) -> bool:
    """This will tell an error that leaves it open whether the server did what it was asked."""
    if isinstance(error, OSError | TimeoutError):
        return True
    state = getattr(error, "sqlstate", None) or ""
    if state.startswith(("08", "57P")):
        return True
    return isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)
