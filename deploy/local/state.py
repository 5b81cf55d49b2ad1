"""What runs in a folder, so that it can be shown and stopped, by process id and nothing else."""

import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

import msgspec

from deploy.local.engine import Engine, stop

GRACE = {"fleet": 40.0}  # s; the others get the usual ones


class Process(msgspec.Struct, frozen=True):
    """A process of ours. born: its start in clock ticks since boot, so that no other is hit."""

    name: str
    url: str
    pid: int
    born: int


def born(pid: int) -> int:
    """This will tell when a process started; 0: there is none (Linux: proc(5), starttime)."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/stat").read_text()
        state, *rest = text.rpartition(")")[2].split()
        return 0 if state == "Z" else int(rest[18])
    return 0


def write(folder: Path, engines: Sequence[Engine]) -> None:
    """This will remember what was started, in this order. The URLs have passwords in them."""
    path = folder / "running.json"
    path.touch(mode=0o600)
    path.write_bytes(
        msgspec.json.encode([Process(*engine, born(engine.pid)) for engine in engines])
    )


def read(folder: Path) -> list[Process]:
    """This will list what was started and still runs."""
    try:
        found = msgspec.json.decode((folder / "running.json").read_bytes(), type=list[Process])
    except FileNotFoundError:
        return []
    return [process for process in found if process.born and born(process.pid) == process.born]


def end(folder: Path) -> list[str]:
    """This will stop what runs, what was started last first. Returns names."""
    stopped = []
    for process in reversed(read(folder)):
        number = signal.SIGINT if process.name == "postgres" else signal.SIGTERM
        stop(process.pid, number, GRACE.get(process.name, 20.0))
        stopped.append(process.name)
    (folder / "running.json").unlink(missing_ok=True)
    return stopped
