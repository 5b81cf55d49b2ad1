"""A person's settings: kept as they came, versioned, bounded, and gone with the person."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.kernel.access import Actor
from squad.kernel.ids import uuid7
from squad.kernel.problem import Invalid, Oversize, Stale
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.unit import Cause, Duplicate
from squad.services.identity.model.settings import DEPTH, SIZE, Settings
from squad.services.identity.service.settings import Chosen
from squad.services.identity.store import MIGRATIONS, Store
from squad.services.identity.store.settings import drop_settings

ANA, BO = Actor("ana", ("consultant",)), Actor("bo", ("manager",))
LOOK = {"theme": "dark", "views": [{"name": "Zürich ☂", "filters": {"priority": [1, 2]}}]}


@pytest.fixture
async def chosen(tmp_path: Path, clock: Frozen) -> AsyncIterator[Chosen]:
    """Nobody's settings yet."""
    database = await sqlite.open(f"sqlite:{tmp_path}/identity.db", clock)
    await database.migrate(MIGRATIONS)
    books: Books[Statement] = Books("identity", database, clock)
    yield Chosen(books, Store(database))
    await database.close()


def cause() -> Cause:
    """Another command."""
    return Cause(uuid7(), actor=ANA.id)


async def test_keeps_each_person_s_own(chosen: Chosen) -> None:
    """They come back as they were put, to their owner alone; a repeat changes nothing."""
    assert await chosen.get(actor=ANA) == Settings()
    first = cause()
    await chosen.put(actor=ANA, settings=LOOK, version=0, cause=first)

    with pytest.raises(Duplicate):
        await chosen.put(actor=ANA, settings={"theme": "light"}, version=None, cause=first)

    assert await chosen.get(actor=ANA) == Settings(version=1, settings=LOOK)
    assert await chosen.get(actor=BO) == Settings()


async def test_lets_the_last_writer_win_unless_a_version_is_named(chosen: Chosen) -> None:
    """If-Match of an older version is stale and changes nothing."""
    await chosen.put(actor=ANA, settings={"theme": "dark"}, version=None, cause=cause())
    await chosen.put(actor=ANA, settings={"theme": "light"}, version=None, cause=cause())

    with pytest.raises(Stale):
        await chosen.put(actor=ANA, settings={}, version=1, cause=cause())
    await chosen.put(actor=ANA, settings={"n": 3}, version=2, cause=cause())

    assert await chosen.get(actor=ANA) == Settings(version=3, settings={"n": 3})


def nested(depth: int) -> dict[str, Any]:
    """Objects in one another."""
    return {"in": nested(depth - 1)} if depth > 1 else {}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"a": "x" * SIZE}, Oversize),
        (nested(DEPTH + 1), Invalid),
        ({"a": [[[[[[[[]]]]]]]]}, Invalid),
    ],
)
async def test_refuses_what_is_too_large_or_too_deep(
    chosen: Chosen, settings: dict[str, Any], problem: type[Exception]
) -> None:
    """Nothing is changed."""
    await chosen.put(actor=ANA, settings=nested(DEPTH), version=None, cause=cause())

    with pytest.raises(problem):
        await chosen.put(actor=ANA, settings=settings, version=None, cause=cause())

    assert (await chosen.get(actor=ANA)).version == 1


async def test_forgets_them_with_the_person(chosen: Chosen) -> None:
    """Erasing somebody drops them; then they begin anew."""
    await chosen.put(actor=ANA, settings=LOOK, version=None, cause=cause())
    unit = chosen._books.open(cause())
    unit.write(drop_settings(ANA.id))
    await unit.commit()

    assert await chosen.get(actor=ANA) == Settings()
