"""A fleet on one machine: a process a service and an edge before them, as in production."""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from squad.apps import wiring
from squad.kernel.settings import Settings

LOOK = 0.2  # s between looks after the processes
GRACE = 15.0  # s for them to stop


def free_port() -> int:
    """This will find a free port on loopback."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    """This will tell whether a server could listen there."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
    return True


class Fleet:
    """Starts the processes, starts again what died, stops them by process id."""

    def __init__(self, settings: Settings, *, demo: bool, edges: int = 1) -> None:
        self._settings = settings
        self._demo = demo
        self._edges = {f"edge{n}": settings.port + n for n in range(edges)}
        self.ports = {name: free_port() for name in wiring.SERVICES}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = False

    def start(self) -> None:
        """This will start all, identity first: it makes the keys and the demo world."""
        for name in (*wiring.SERVICES, *self._edges):
            self.processes[name] = self._spawn(name)

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "SQUAD_HOME": str(self._settings.home)}
        environ["SQUAD_ORIGIN"] = self._settings.origin
        if name in self._edges:
            pairs = [f"{service}={port}" for service, port in self.ports.items()]
            command = ["edge", *pairs]
            environ["SQUAD_PORT"] = str(self._edges[name])
        else:
            environ["SQUAD_BEHIND"] = "1"  # an edge of ours
            command = ["up", name, *(["--demo"] if self._demo and name == "identity" else [])]
            environ["SQUAD_PORT"] = str(self.ports[name])
            environ["SQUAD_RATE"] = "1000000"  # the edge has counted already
        if name != "identity" and not self._settings.directory.startswith("local:"):
            environ["SQUAD_DIRECTORY"] = self._keys()
        arguments = [sys.executable, "-m", "squad.apps.cli", *command]
        return subprocess.Popen(arguments, env=environ)  # noqa: S603 - our own command line

    def _keys(self) -> str:
        """Identity's public keys: who only verifies needs neither the directory nor its secrets."""
        return f"jwks:http://127.0.0.1:{self.ports['identity']}/api/identity/.well-known/jwks.json"

    def watch(self) -> None:
        """This will keep all of them running until a signal comes."""
        while not self._stopping:
            for name, process in self.processes.items():
                if process.poll() is not None and not self._stopping:
                    self.processes[name] = self._spawn(name)
            time.sleep(LOOK)

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """This will end `watch`."""
        self._stopping = True

    def close(self) -> None:
        """This will stop all processes, the edge first, killing what does not stop in time."""
        for process in reversed(self.processes.values()):
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + GRACE
        for process in self.processes.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def run(settings: Settings, *, demo: bool, edges: int = 1) -> None:
    """This will run a fleet until SIGTERM or SIGINT. edges: how many, on ports in a row."""
    fleet = Fleet(settings, demo=demo, edges=edges)
    signal.signal(signal.SIGTERM, fleet.stop)
    signal.signal(signal.SIGINT, fleet.stop)
    fleet.start()
    try:
        fleet.watch()
    finally:
        fleet.close()
