"""What an administrator does once: a database, and for each service a role and a schema."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg

from squad.adapters.engines.postgres.dialect import quoted
from squad.adapters.engines.postgres.server import LOST, SETTING

ADMIN = "SQUAD_ADMIN_DATABASE"
ROUNDS = 4096  # PostgreSQL's own scram_iterations
_LIMITS = "login nosuperuser nocreatedb nocreaterole noreplication"


async def provision(url: str, services: Mapping[str, Sequence[str]], admin: str) -> list[str]:
    """This will make the database, and a role and a schema of its own for each service.

    A role's random password goes to the URL's `passfile`, unless the URL has one. What is there
    is kept. Raises ValueError: the setting that is wrong or missing; OSError: the password file.
    """
    if "{service}" not in url:
        raise ValueError(f"{SETTING}: put {{service}} into the role: a service, a role, a schema")
    if not admin:
        raise ValueError(f"{ADMIN}: needs postgres://ADMIN:PASSWORD@HOST:PORT/postgres")
    database = unquote(urlsplit(url).path.strip("/"))
    try:
        done = [await _database(admin, database)]
        connection = await asyncpg.connect(admin, database=database, timeout=10)
        try:
            await _close_to_public(connection, database)
            for service in services:
                done += await _service(connection, database, url.replace("{service}", service))
        finally:
            await connection.close()
    except (asyncpg.PostgresError, *LOST) as error:
        raise ValueError(f"{ADMIN}: {error or 'no answer'}") from error
    return done


async def _database(admin: str, name: str) -> str:
    connection = await asyncpg.connect(admin, timeout=10)
    try:
        if await connection.fetchval("select 1 from pg_database where datname = $1", name):
            return f"kept database {name}"
        await connection.execute(
            f"create database {quoted(name)} template template0 encoding 'UTF8' locale 'C'"
        )
        return f"made database {name}"
    finally:
        await connection.close()


async def _close_to_public(connection: Any, database: str) -> None:
    await connection.execute(f"revoke all on database {quoted(database)} from public")
    await connection.execute("revoke all on schema public from public")


async def _service(connection: Any, database: str, url: str) -> list[str]:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    user, _, password = (unquote(part) for part in parts.netloc.rpartition("@")[0].partition(":"))
    schema = options.get("schema", user)
    return [
        await _role(connection, database, user, password, options.get("passfile")),
        await _schema(connection, database, user, schema),
    ]


async def _role(
    connection: Any, database: str, user: str, password: str, passfile: str | None
) -> str:
    known = password or (passfile and _kept(Path(passfile), database, user))
    there = await connection.fetchval("select 1 from pg_roles where rolname = $1", user)
    if there and known:
        return f"kept role {user}"
    if not known:
        if passfile is None:
            raise ValueError(f"{SETTING}: needs passfile=PATH, or a password in the URL")
        known = secrets.token_urlsafe(32)
        _keep(Path(passfile), database, user, known)
    change = "alter" if there else "create"
    # The verifier, not the password: a statement may end up in the server's log.
    await connection.execute(f"{change} role {quoted(user)} {_LIMITS} password '{verifier(known)}'")
    return f"made role {user}" if not there else f"made password for role {user}"


async def _schema(connection: Any, database: str, user: str, schema: str) -> str:
    await connection.execute(
        f"grant connect, temporary on database {quoted(database)} to {quoted(user)}"
    )
    owner = await connection.fetchval(
        "select pg_get_userbyid(nspowner) from pg_namespace where nspname = $1", schema
    )
    if owner == user:
        return f"kept schema {schema}"
    if owner is not None:
        raise ValueError(f"{SETTING}: schema {schema} belongs to {owner}, not to {user}")
    if not await connection.fetchval(
        "select rolsuper from pg_roles where rolname = current_user"
    ):  # a managed server's administrator may make things for members only
        await connection.execute(f"grant {quoted(user)} to current_user")
    await connection.execute(f"create schema {quoted(schema)} authorization {quoted(user)}")
    return f"made schema {schema}"


def verifier(password: str) -> str:
    """This will give what the server keeps of a password (RFC 5803, SCRAM-SHA-256)."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = hashlib.sha256(client).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (
        base64.b64encode(part).decode() for part in (salt, stored, server)
    )
    return f"SCRAM-SHA-256${ROUNDS}:{salt64}${stored64}:{server64}"


def _kept(path: Path, database: str, user: str) -> str | None:
    if not path.exists():
        return None
    start = _line(database, user, "")
    found = [line for line in path.read_text().splitlines() if line.startswith(start)]
    return found[0].removeprefix(start) if found else None


def _keep(path: Path, database: str, user: str, password: str) -> None:
    """Whole or not at all, for the owner only; other lines stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text() if path.exists() else ""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    part.touch(mode=0o600)
    part.write_text(f"{lines}{_line(database, user, password)}\n")
    part.replace(path)


def _line(database: str, user: str, password: str) -> str:
    """Source: https://www.postgresql.org/docs/current/libpq-pgpass.html."""
    names = [name.replace("\\", "\\\\").replace(":", "\\:") for name in (database, user)]
    return ":".join(["*", "*", *names, password])
