"""The product as in production, on this machine: engines, a process per service, two edges and
a balancer before them."""

import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from deploy.local import haproxy, ministack, opensearch, postgres, redis, state
from deploy.local.engine import Engine, Missing, alive, free_port, spawn

EDGES = 2
PORT = 8080
READY = 180.0  # s until everything must serve, on a machine that has other work too
AWS = {"AWS_ACCESS_KEY_ID": "squad", "AWS_SECRET_ACCESS_KEY": "squad"}  # of the emulator


class Cluster:
    """One folder's cluster. `up` leaves it running, `down` stops it; the data stays."""

    def __init__(self, folder: Path, port: int = PORT) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._started: list[Engine] = []

    def up(self, **settings: str) -> dict[str, str]:
        """This will start everything and give the settings that a client on this machine needs.

        settings: more SQUAD_* variables. Raises Missing: an engine cannot be had, or something did
        not start; what had been started is stopped again.
        """
        try:
            environ = {**self.engines(), **settings}
            environ["SQUAD_BUS"] = self.faults(environ["SQUAD_BUS"])
            self.remember(environ)
            self._squad(environ, "provision")
            self._fleet(environ)
        except BaseException:
            self.down()
            raise
        return environ

    def faults(self, bus: str) -> str:
        """This will give the URL of the bus; a test puts faults before it."""
        return bus

    def down(self) -> list[str]:
        """This will stop everything that `up` started. Returns names."""
        return state.end(self.folder)

    def engines(self) -> dict[str, str]:
        """This will start the engines alone, and give the settings that name them.

        Raises Missing: one cannot be had; those before it run.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        modules = {"postgres": postgres, "redis": redis, "opensearch": opensearch}
        urls = {name: self._keep(module.start(self.folder / name, free_port())).url
                for name, module in modules.items()}  # fmt: skip
        kept = {"PERSIST_STATE": "1", "STATE_DIR": str(self.folder.resolve() / "ministack/state")}
        stack = self._keep(ministack.start(self.folder / "ministack", free_port(), **kept))
        return self._settings(urls, f"endpoint={stack.url}&region=us-east-1&prefix=squad")

    def _settings(self, urls: Mapping[str, str], amazon: str) -> dict[str, str]:
        address = urls["postgres"].rpartition("@")[2].partition("/")[0]
        passfile = (self.folder / "pgpass").resolve()
        return {
            **AWS,
            "SQUAD_HOME": str((self.folder / "home").resolve()),
            "SQUAD_ORIGIN": self.url,
            "SQUAD_SECRET": self._secret(),
            "SQUAD_ADMIN_DATABASE": urls["postgres"],
            "SQUAD_DATABASE": f"postgres://squad_{{service}}@{address}/squad?passfile={passfile}",
            "SQUAD_BUS": f"sns_sqs:?{amazon}",
            "SQUAD_DOCUMENTS": f"dynamodb:?{amazon}&table=squad-{{service}}",
            "SQUAD_BLOBS": f"s3:?{amazon}",
            "SQUAD_DIRECTORY": f"cognito:?{amazon}",
            "SQUAD_CACHE": f"{urls['redis']}?prefix=squad",
            "SQUAD_INDEX": f"opensearch:{urls['opensearch']}?prefix=squad",
        }

    def _secret(self) -> str:
        path = self.folder / "secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        return path.read_text()

    def remember(self, environ: Mapping[str, str]) -> None:
        """This will write the settings for a shell: `set -a; . var/cluster/env; set +a`."""
        path = self.folder / "env"
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}='{value}'\n" for name, value in environ.items()))

    def _squad(self, environ: Mapping[str, str], *arguments: str) -> None:
        command = [sys.executable, "-m", "squad.apps.cli", *arguments]
        done = subprocess.run(  # noqa: S603 - our own command line
            command, env={**os.environ, **environ}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Missing(f"squad {' '.join(arguments)} failed: {done.stderr[-800:].strip()}")

    def _fleet(self, environ: Mapping[str, str]) -> None:
        log, first = self.folder / "squad.log", self._free_row()
        more = {"SQUAD_BEHIND": "1"}  # the balancer
        command = [sys.executable, "-m", "squad.apps.cli", "up", "--split", "--demo"]
        process = spawn(
            [*command, "--edges", EDGES, "--port", first], log, environ={**environ, **more}
        )
        self._keep(Engine("fleet", f"http://127.0.0.1:{first}", process.pid))
        edges = range(first, first + EDGES)
        self._keep(haproxy.start(self.folder / "haproxy", self.port, edges))
        until = time.monotonic() + READY
        doors = [self.url, *(f"http://127.0.0.1:{edge}" for edge in edges)]
        while not all(_ready(door) for door in doors):
            if not alive(process.pid) or time.monotonic() > until:
                end = log.read_text("utf-8", "replace")[-2000:]
                raise Missing(f"the services are not ready; the end of {log}:\n{end}")
            time.sleep(0.2)

    def _free_row(self) -> int:
        while True:
            first = free_port()
            if first + EDGES < 65_535 and all(free(first + n) for n in range(EDGES)):
                return first

    def _keep(self, engine: Engine) -> Engine:
        self._started.append(engine)
        state.write(self.folder, self._started)
        return engine


def free(port: int) -> bool:
    """This will tell whether a server could listen there."""
    from squad.apps.fleet import is_free

    return is_free("127.0.0.1", port)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
