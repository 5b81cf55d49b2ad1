"""A world for journeys: the product started as a user would, as real processes, over real HTTP."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx

from squad.apps import tokens
from squad.apps.fleet import free_port
from squad.kernel import settings
from squad.kernel.ids import uuid7

T = TypeVar("T")
CHAOS = "chaos:sqlite:{home}/bus.db?twice=0.5&late=0.15&lost=0.1&seed=7&visibility=2"
START = 90.0  # s until a world must be ready on a busy machine
CATCH_UP = 30.0  # s until what was promised must have happened


class World:
    """A running product with the demo world in it."""

    def __init__(self, home: Path, *, split: bool = False, bus: str = CHAOS) -> None:
        self.split = split
        self.port = free_port()
        self.environ = {
            **os.environ,
            "SQUAD_HOME": str(home),
            "SQUAD_PORT": str(self.port),
            "SQUAD_BUS": bus,
            "SQUAD_LOG": "warning",
            "SQUAD_RATE": "100000",
        }
        self.home = home
        self._log = (home / "node.log").open("ab")
        self._arguments = ["up", "--demo", *(["--split"] if split else [])]
        self.process = self._spawn()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        self.token = cache(self._token)

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "squad.apps.cli", *self._arguments],
            env=self.environ,
            stdout=self._log,
            stderr=self._log,
        )

    def wait(self) -> "World":
        """This will wait until every service is ready."""
        until = time.monotonic() + START
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log()
            try:
                if self.http.get("/readyz").status_code == 200:
                    return self
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"not ready in {START} s\n{self.log()}")

    def blobs(self) -> int:
        """This will count the files that the blobs have, drafts too."""
        return sum(path.is_file() for path in (self.home / "blobs").rglob("*"))

    def log(self) -> str:
        """This will give the end of what the processes printed."""
        return (self.home / "node.log").read_text("utf-8", "replace")[-4000:]

    def close(self) -> None:
        """This will stop the product as a user would."""
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self._log.close()

    def _token(self, user: str) -> str:
        mail = user if "@" in user or len(user) == 36 else f"{user}@demo.example"
        return asyncio.run(tokens.mint(settings.read(self.environ), mail))

    def get(self, user: str, path: str, **options: Any) -> Any:
        """This will read as a user; anything but 200 fails."""
        answer = self.ask(user, "GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, user: str, method: str, path: str, **options: Any) -> httpx.Response:
        """This will send one request as a user."""
        headers = {"Authorization": f"Bearer {self.token(user)}", **options.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **options)

    def send(self, user: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """This will send a command twice with one Idempotency-Key; both answers must be one."""
        headers = {"Idempotency-Key": uuid7(), **headers}
        first = self.ask(user, method, path, json=body or {}, headers=headers)
        second = self.ask(user, method, path, json=body or {}, headers=headers)
        assert first.status_code < 300, first.text
        assert (second.status_code, second.json()) == (first.status_code, first.json())
        return first.json()

    def post(self, user: str, path: str, body: Any = None, **headers: str) -> Any:
        """This will send a POST command twice."""
        return self.send(user, "POST", path, body, **headers)

    def until(
        self, check: Callable[[], T | None], seconds: float = CATCH_UP, every: float = 0.05
    ) -> T:
        """This will wait until the check gives something true, and give that."""
        end = time.monotonic() + seconds
        while not (found := check()):
            assert time.monotonic() < end, f"still {found!r} after {seconds} s\n{self.log()}"
            time.sleep(every)
        return found
