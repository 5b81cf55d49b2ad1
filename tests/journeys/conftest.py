"""The worlds every journey runs in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.cluster import ClusterWorld
from tests.journeys.harness import World


@pytest.fixture(scope="session", params=["one node", "a node per service", "cluster"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The product, started by its own command line, with a bus that doubles and reorders.

    The cluster is the one of `make cluster`: real engines, and a balancer before two edges.
    """
    home: Path = tmp_path_factory.mktemp("world")
    if request.param == "cluster":
        running: World = ClusterWorld(home)
    else:
        running = World(home, split=request.param == "a node per service")
    try:
        yield running.wait()
    finally:
        running.close()
