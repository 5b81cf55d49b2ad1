"""A what-if in a worker process: what it says comes back, and it ends when nobody wants it."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from squad.apps.rehearsal import rehearser

SMALL = {"source": "generated", "consultants": 6, "tickets": 10, "days": 1, "language": "fr"}


async def test_brings_back_comparison_and_report(tmp_path: Path) -> None:
    """As JSON and HTML, in the language of who asked, with shares on the way."""
    shares: list[float] = []

    answer = await rehearser(f"sqlite:{tmp_path}/x.db")(msgspec.json.encode(SMALL), shares.append)

    found = msgspec.json.decode(answer)
    assert found["result"]["assignments"]["identical"]
    assert '<html lang="fr">' in found["report"]
    assert len(shares) > 2
    assert list(tmp_path.iterdir()) == []


async def test_brings_back_why_not() -> None:
    """What the staff cannot be, by its field."""
    asked = SMALL | {"staff": {"remove": ["nobody"]}}

    with pytest.raises(ValueError, match="/staff/remove/0: there is no consultant"):
        await rehearser("")(msgspec.json.encode(asked), lambda share: None)


async def test_ends_the_process_when_it_is_cancelled() -> None:
    """Nothing goes on computing for nobody."""
    begun = asyncio.Event()
    asked = SMALL | {"tickets": 300, "consultants": 40}
    work = asyncio.ensure_future(
        rehearser("")(msgspec.json.encode(asked), lambda share: begun.set())
    )
    await asyncio.wait_for(begun.wait(), 60)

    work.cancel()
    done = await asyncio.wait({work}, timeout=10)

    assert done[0] == {work}
    assert work.cancelled()
