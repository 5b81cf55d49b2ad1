"""Schemas for tests in one PostgreSQL server: each test its own."""

import hashlib
from pathlib import Path

import asyncpg
from tests.engines import Engines


async def schema(engines: Engines, path: Path, options: str = "") -> str:
    """This will make the schema of a test, named after its folder, and give its URL."""
    url = engines("postgres")
    name = f"test_{hashlib.sha256(str(path).encode()).hexdigest()[:16]}"
    await execute(url, f"create schema if not exists {name}")
    return f"{url}?schema={name}{options}"


async def execute(url: str, sql: str) -> None:
    """This will run a statement as the server's administrator."""
    connection = await asyncpg.connect(url.partition("?")[0])
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
