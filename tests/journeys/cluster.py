"""The world on real engines: what `make cluster` starts, with data and ports of its own."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from deploy.local import state
from deploy.local.cluster import AWS, Cluster
from deploy.local.engine import Missing, free_port, tie
from tests.engines import without
from tests.journeys.harness import World

from squad.adapters.clock.system import SystemClock
from squad.adapters.engines.aws import Aws
from squad.apps import wiring


class Faulty(Cluster):
    """A cluster on a bus that doubles, reorders and delays beyond what the emulator does."""

    def faults(self, bus: str) -> str:
        """This will put the faults before the bus."""
        return f"chaos:{bus}&twice=0.5&late=0.15&lost=0.1&seed=7"


class ClusterWorld(World):
    """A cluster with the demo world in it, asked through its balancer."""

    def __init__(self, home: Path) -> None:
        tie()
        self.split = True
        self.folder = home / "cluster"
        self.cluster = Faulty(self.folder, free_port())
        self.port = self.cluster.port
        sent = home / "sent"
        try:
            started = self.cluster.up(
                SQUAD_LOG="warning", SQUAD_RATE="100000", SQUAD_NOTIFIER=f"folder:{sent}"
            )
        except Missing as missing:
            without("the cluster", str(missing))
        self.environ = {**os.environ, **started}
        os.environ.update(AWS)  # tokens are minted in this process
        self.home = home
        self.http = httpx.Client(base_url=self.cluster.url, timeout=30)
        self.token = cache(self._token)

    def wait(self) -> World:
        """This will do nothing: the cluster is ready when it has started."""
        return self

    def log(self) -> str:
        """This will give the end of what the services printed."""
        return (self.folder / "squad.log").read_text("utf-8", "replace")[-4000:]

    def close(self) -> None:
        """This will stop the cluster as a user would."""
        self.http.close()
        self.cluster.down()
        for name in AWS:
            os.environ.pop(name, None)

    def blobs(self) -> int:
        """This will count the files in the bucket."""

        async def count() -> int:
            aws = Aws("blobs", self.environ["SQUAD_BLOBS"])
            client = await aws.client("s3")
            found = await client.list_objects_v2(Bucket="squad-files")
            await aws.close()
            return int(found["KeyCount"])

        return asyncio.run(count())

    @contextlib.contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """This will have an engine hang for as long as the context lasts."""
        root = next(p.pid for p in state.read(self.folder) if p.name == name)
        family = [root, *_children(root)]
        for pid in family:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def bus(self) -> Any:
        """This will open the cluster's bus in this process; the caller closes it."""
        return wiring.adapter("bus", self.environ["SQUAD_BUS"], SystemClock())

    def processes(self) -> dict[str, int]:
        """This will list the fleet's processes: names of services, `edge1` …, and their pids."""
        fleet = next(p.pid for p in state.read(self.folder) if p.name == "fleet")
        found, edges = {}, 0
        for pid in _children(fleet):
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if "edge" in arguments:
                edges += 1
                found[f"edge{edges}"] = pid
            elif "up" in arguments:
                found[arguments[arguments.index("up") + 1]] = pid
        return found


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
