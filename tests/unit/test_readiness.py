"""What waits for an engine says so; what cannot start says why, without a traceback."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from squad.adapters.bus import memory
from squad.adapters.bus.memory import MemoryBus
from squad.adapters.cache import memory as caches
from squad.adapters.clock.frozen import Frozen
from squad.adapters.index import tantivy
from squad.apps.fleet import free_port
from squad.apps.node import _readiness
from squad.apps.proxy import Proxy
from squad.contracts.operations import SnapshotEnded
from squad.kernel import settings
from squad.kernel.dispatch import Consumer
from squad.kernel.service import Running
from squad.ports.bus import Delivery
from squad.ports.unit import Unavailable
from squad.services.search.service import Search


class Moody(MemoryBus):
    """A bus that can be away."""

    away = True

    async def receive(self, queue: str, *, limit: int, wait: float) -> list[Delivery]:
        """Gives nothing, and fails while it is away."""
        if self.away:
            raise Unavailable("SQUAD_BUS: no connection")
        await asyncio.sleep(0.01)
        return []


async def test_a_queue_that_cannot_be_read_is_not_ready(
    clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reason names the setting; with the bus back it is ready again by itself."""
    monkeypatch.setattr("squad.kernel.dispatch.PAUSE", 0.01)
    bus = Moody(clock)
    consumer = Consumer("search", bus, {}, clock)
    ready = _readiness(Running(rows=[], service=None), [consumer])
    task = asyncio.create_task(consumer.run())

    await asyncio.sleep(0.05)
    away = ready()
    bus.away = False
    await asyncio.sleep(0.1)
    back = ready()

    consumer.stop()
    await task
    assert (away, back) == ("SQUAD_BUS: no connection", None)


async def test_an_edge_without_keys_is_not_ready(tmp_path: Path) -> None:
    """Its services may be: it could check no token yet."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    proxy = Proxy(settings.read({"SQUAD_HOME": str(tmp_path)}), {})
    for reason in ("no keys yet", None):
        proxy._keys = lambda reason=reason: reason  # type: ignore[misc]
        await proxy._ready(send)

    assert [message["status"] for message in sent if "status" in message] == [503, 200]


async def test_a_service_has_the_first_word() -> None:
    """Its own reason comes before that of its loops."""
    loop = cast(Any, SimpleNamespace(waits="SQUAD_BUS: away"))

    assert (
        _readiness(Running(rows=[], service=None, ready=lambda: "copying"), [loop])() == "copying"
    )
    assert _readiness(Running(rows=[], service=None), [loop])() == "SQUAD_BUS: away"


async def test_a_rebuild_that_another_node_overtook_is_dropped(
    clock: Frozen, tmp_path: Path
) -> None:
    """The other one's generation is the living one; nobody's letters suffer."""
    index = await tantivy.open(f"tantivy:{tmp_path}/index", clock)
    bus, cache = await memory.open("memory:", clock), await caches.open("memory:", clock)
    search = Search(index, bus, cache, clock)
    rebuild = await search.rebuild()
    await index.finish()  # as another node's settle does

    for source in ("identity", "tickets"):
        search.ended(SnapshotEnded(id=rebuild.id, service="search", source=source, sent=0))
    await search.settle()

    assert search.rebuilding is None
    await index.close()


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("SQUAD_BUS", "pigeon:coop", "SQUAD_BUS: there is no adapter 'pigeon'"),
        ("SQUAD_DATABASE", "postgres://squad@127.0.0.1:9/squad", "SQUAD_DATABASE"),
        ("SQUAD_CACHE", "redis:", "SQUAD_CACHE: write redis://host"),
        ("SQUAD_BLOBS", "s3:?endpoint=http://127.0.0.1:9", "SQUAD_BLOBS"),
        ("SQUAD_INDEX", "opensearch:http://127.0.0.1:9", "SQUAD_INDEX"),
        ("SQUAD_BEHIND", "10.0.0.0/99", "SQUAD_BEHIND"),
    ],
)
def test_a_node_that_cannot_start_says_why(
    setting: str, value: str, says: str, tmp_path: Path
) -> None:
    """One line that names the setting, an exit code, and no traceback."""
    done = _up(tmp_path, {setting: value}, ["tickets", "search"])

    assert done.returncode != 0
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def _up(
    home: Path, environ: dict[str, str], services: Sequence[str]
) -> "subprocess.CompletedProcess[str]":
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    base = {**os.environ, **keys, "SQUAD_HOME": str(home), "SQUAD_PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, "-m", "squad.apps.cli", "up", *services],
        env={**base, **environ}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
