"""The demo world moves in once, also when a start is cut short."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from squad.apps import world
from squad.apps.node import Node, running
from squad.apps.world.cast import PASSWORD, SIGNINS
from squad.contracts.people import Person
from squad.kernel import settings
from squad.kernel.access import Actor
from squad.services.identity.service import Identity

CONSULTANTS = 12
OTHERS = 69


@asynccontextmanager
async def _node(home: Path) -> AsyncIterator[tuple[Node, Identity]]:
    chosen = replace(settings.read({"SQUAD_HOME": str(home)}), demo=CONSULTANTS)
    async with running(chosen, ["identity"]) as node:
        identity: Identity = node.running["identity"].service
        yield node, identity


async def _people(identity: Identity) -> list[Person]:
    return list(await identity.people.page(after="", limit=1000, tags={}))


async def test_a_start_that_is_cut_short_is_completed_by_the_next(tmp_path: Path) -> None:
    """Who was there stays as they were; everybody else follows."""
    async with _node(tmp_path) as (node, identity):
        first = asyncio.create_task(world.load(node))
        while len(early := await _people(identity)) < 5:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        early = await _people(identity)

    async with _node(tmp_path) as (node, identity):
        await world.load(node)
        people = await _people(identity)

    assert 5 <= len(early) < CONSULTANTS + OTHERS
    assert len(people) == CONSULTANTS + OTHERS
    assert [person for person in people if person in early] == early


async def test_a_further_start_changes_nothing(tmp_path: Path) -> None:
    """Nobody is there twice, and nobody has a new version or new hours."""
    async with _node(tmp_path) as (node, identity):
        await world.load(node)
        before = await _people(identity)
        await world.load(node)

        after = await _people(identity)
        hours = [p.id for p in after if "consultant" in p.roles]
        plans = [await identity.hours.get(actor=Actor(id), id=id) for id in hours]

    assert after == before
    assert {person.version for person in after} == {1}
    assert {plan.version for plan in plans} == {1}
    assert len(plans) == CONSULTANTS


async def test_everybody_who_signs_in_is_printed_with_the_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the password is right."""
    async with _node(tmp_path) as (node, identity):
        await world.load(node)
        printed = capsys.readouterr().out
        accounts = [await identity.directory.authenticate(m, PASSWORD) for m in SIGNINS.values()]

    assert "http://127.0.0.1:8000" in printed
    assert all(mail in printed for mail in SIGNINS.values())
    assert all(accounts)
