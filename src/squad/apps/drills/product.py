"""The product under a drill: its real process, started, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from squad.apps.fleet import free_port

READY = 60.0  # s after which a start counts as failed


class Product:
    """`squad up --demo` in a folder of its own."""

    def __init__(
        self, home: Path, *, command: Sequence[str] = (), services: Sequence[str] = (),
        environ: Mapping[str, str] | None = None, demo: bool = True,
    ) -> None:  # fmt: skip
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        home.mkdir(parents=True, exist_ok=True)
        self.services = services
        self._command = command or (sys.executable, "-m", "squad.apps.cli")
        self._demo = ("--demo",) if demo else ()
        self.environ = {
            **os.environ,
            "SQUAD_HOME": str(home),
            "SQUAD_PORT": str(self.port),
            "SQUAD_ORIGIN": self.url,
            "SQUAD_BUS": "sqlite:{home}/bus.db?visibility=3",
            "SQUAD_LOG": "warning",
            "SQUAD_RATE": "1000000",
            **(environ or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.starts: list[float] = []

    def start(self, **extra: str) -> float:
        """This will start it and wait until it serves. Returns the seconds it took.

        Raises TimeoutError: not ready in time; the log has the reason.
        """
        began = time.monotonic()
        self.spawn(**extra)
        while time.monotonic() - began < READY:
            if self._ready():
                self.starts.append(time.monotonic() - began)
                return self.starts[-1]
            time.sleep(0.02)
        raise TimeoutError(f"not ready in {READY} s; see {self.home / 'node.log'}")

    def spawn(self, **extra: str) -> None:
        """This will start the process and not wait."""
        with (self.home / "node.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command line
                [*self._command, "up", *self.services, *self._demo],
                env={**self.environ, **extra},
                stdout=log,
                stderr=log,
                start_new_session=True,  # a tracer and what it traces are stopped together
            )

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=1, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """This will end it with SIGKILL, as if the power went."""
        assert self.process is not None
        self.signal(signal.SIGKILL)
        self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        """This will send a signal, SIGSTOP and SIGCONT for one: it freezes, and goes on."""
        assert self.process is not None
        os.killpg(self.process.pid, number)

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """This will end it gracefully."""
        if self.process is not None and self.alive:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(30)
