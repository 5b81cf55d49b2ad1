"""What the tests of the running service begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.routing.office import Office, Router

from squad.adapters.clock.frozen import Frozen


@pytest.fixture
async def office(tmp_path: Path, clock: Frozen) -> AsyncIterator[Office]:
    """People, tickets and a database, without a router yet."""
    opened = Office(tmp_path, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def router(office: Office) -> Router:
    """A router that holds the lease."""
    return await office.router()
