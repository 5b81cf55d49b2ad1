"""The cluster loses processes, and nobody notices more than a retry."""

import asyncio
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.journeys.cluster import ClusterWorld
from tests.journeys.harness import World

from squad.kernel.ids import uuid7
from squad.ports.bus import RECEIVES
from squad.ports.unit import Letter

PATIENCE = 60.0  # s that a client repeats a command with its key
BACK = 60.0  # s until a killed process serves again on a busy machine


POISON = uuid7()
DEAD = {"routing", "search"}  # who asks for such letters: where the poison must end


@pytest.fixture(scope="module", autouse=True)
def poisoned(world: World) -> None:
    """A letter that nobody can read, sent first: parking it takes a minute and a half of tries."""
    if not isinstance(world, ClusterWorld):
        return
    letter = Letter(POISON, "squad.tickets.created.v1", uuid7(), b"{not json")

    async def publish() -> None:
        bus = await world.bus()
        await bus.publish([letter])
        await bus.close()

    asyncio.run(publish())


@pytest.fixture
def cluster(world: World) -> ClusterWorld:
    """Only the cluster: the others have no second edge, and die in the drills."""
    if not isinstance(world, ClusterWorld):
        pytest.skip("only the cluster has two edges and a balancer")
    return world


class Client:
    """Logs tickets one after the other, each until it is acknowledged."""

    def __init__(self, world: ClusterWorld) -> None:
        self._world = world
        self._token = world.token("customer")
        self.made: list[str] = []
        self.slowest = 0.0
        self.refused = 0
        self.stopped = threading.Event()

    def run(self) -> None:
        """This will go on until stopped. A command that is never acknowledged fails."""
        with httpx.Client(base_url=self._world.cluster.url, timeout=10, trust_env=False) as http:
            while not self.stopped.is_set():
                self.made.append(self._create(http))

    def _create(self, http: httpx.Client) -> str:
        key, until = uuid7(), time.monotonic() + PATIENCE
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": key}
        body: Any = {"id": uuid7(), "title": "No network", "location": {"postal_code": "10001"}}
        while time.monotonic() < until:
            began = time.monotonic()
            try:
                answer = http.post("/api/tickets", headers=headers, json=body)
            except httpx.HTTPError:
                self.refused += 1
                continue
            if answer.status_code == 201:
                self.slowest = max(self.slowest, time.monotonic() - began)
                return str(body["id"])
            assert answer.status_code in (502, 503, 504), answer.text
            self.refused += 1
            time.sleep(0.1)
        raise AssertionError(f"not created in {PATIENCE} s")


def test_every_process_may_die(cluster: ClusterWorld) -> None:
    """Each edge and each service is killed under load; every creation is acknowledged, once."""
    before = cluster.processes()
    assert set(before) >= {"edge1", "edge2", "tickets", "routing", "identity"}
    clients = [Client(cluster) for _ in range(3)]
    with ThreadPoolExecutor(len(clients)) as pool:
        running = [pool.submit(client.run) for client in clients]
        for name in before:
            os.kill(cluster.processes()[name], signal.SIGKILL)
            time.sleep(2.0)
        cluster.until(lambda: cluster.http.get("/readyz").status_code == 200, BACK)
        for client in clients:
            client.stopped.set()
        for done in running:
            done.result()

    made = [id for client in clients for id in client.made]
    assert len(made) > len(before)
    assert len(set(made)) == len(made)
    cluster.until(lambda: _settled(cluster, made), 60)
    for id in made:
        _explained(cluster, id)


@pytest.mark.parametrize("engine", ["redis", "opensearch", "ministack"])
def test_creation_goes_on_without_an_engine(cluster: ClusterWorld, engine: str) -> None:
    """Cache, search, or Amazon's bus, documents and sign-ins hang: tickets are still logged.

    Everything catches up by itself: routing decides, and search finds what was logged.
    """
    client = Client(cluster)
    with cluster.stopped(engine):
        _run(client, 8.0)

    assert client.refused == 0
    assert client.slowest < 5.0
    assert client.made
    cluster.until(lambda: _settled(cluster, client.made), 60)
    cluster.until(lambda: _found(cluster, client.made[-1]), 60)


def test_creation_is_refused_without_its_database(cluster: ClusterWorld) -> None:
    """PostgreSQL hangs: 503, never a lie; with it back the same commands are done, once."""
    client = Client(cluster)
    with cluster.stopped("postgres"):
        thread = threading.Thread(target=client.run)
        thread.start()
        time.sleep(12.0)
        during = len(client.made)
    cluster.until(lambda: len(client.made) > during + 2, 60)
    client.stopped.set()
    thread.join()

    assert client.refused > 0
    assert during <= 1
    assert len(set(client.made)) == len(client.made)
    cluster.until(lambda: _settled(cluster, client.made), 60)


def _run(client: Client, seconds: float) -> None:
    timer = threading.Timer(seconds, client.stopped.set)
    timer.start()
    client.run()


def _found(cluster: ClusterWorld, id: str) -> bool:
    ticket = cluster.get("customer", f"/api/tickets/{id}")
    hits = cluster.get("dispatcher", "/api/search", params={"q": ticket["reference"]})
    return any(hit["id"] == id for hit in hits["items"])


def _explained(cluster: ClusterWorld, id: str) -> None:
    """I2, I3 and I6: the history has no gap, no step twice, and ends in the ticket's state."""
    ticket = cluster.get("dispatcher", f"/api/tickets/{id}")
    steps = cluster.get("dispatcher", f"/api/tickets/{id}/history")
    versions = [step["version"] for step in steps]
    assert sorted(versions) == list(range(1, ticket["version"] + 1))
    assert sum(step["step"] == "create" for step in steps) == 1
    last = max(steps, key=lambda step: step["version"])
    assert last["status"] == ticket["status"]


def _settled(cluster: ClusterWorld, made: list[str]) -> bool:
    """Whether routing has decided on each: assigned, or waiting with a reason."""
    states = [cluster.get("dispatcher", f"/api/tickets/{id}")["status"] for id in made]
    return all(state != "new" for state in states)


def test_an_edge_that_dies_costs_nothing(cluster: ClusterWorld) -> None:
    """With one edge gone the balancer sends everything to the other, within a second."""
    edge = cluster.processes()["edge1"]
    os.kill(edge, signal.SIGSTOP)  # hangs, which is worse than dead
    try:
        time.sleep(2.0)
        answers = [cluster.http.get("/api/docs").status_code for _ in range(20)]
    finally:
        os.kill(edge, signal.SIGCONT)

    assert answers == [200] * 20


def test_poison_is_parked(cluster: ClusterWorld) -> None:
    """What nobody can read is parked after five tries, with why; the rest flowed meanwhile."""
    found = cluster.until(lambda: _parked(cluster), 150, every=1.0)

    assert all("unreadable" in dead["reason"] for dead in found)
    assert all(dead["receives"] >= RECEIVES for dead in found)


def _parked(cluster: ClusterWorld) -> list[Any]:
    listed = cluster.get("admin", "/api/monitoring/letters", params={"limit": 100})["items"]
    found = [dead for dead in listed if dead["event"] == POISON]
    return found if {dead["queue"] for dead in found} >= DEAD else []
