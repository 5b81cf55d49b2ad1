"""Who holds a lease: a name for this process, and proof that another process is gone."""

import os
import socket
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_SPACE = Path("/proc/self/ns/pid")
_ENDED = ("Z", "X")  # states of a process that is dead and not yet buried


def mine() -> str:
    """This will name this process, as nobody else on any machine is named.

    Machine's boot, space of process ids, id, and start: an id is used again, with another start.
    """
    world = _world()
    return f"{world}/{os.getpid()}/{_start(os.getpid())}" if world else _unproven()


def gone(holder: str) -> bool:
    """This will tell whether a process is proven dead; False where that cannot be seen from here.

    Only a process of the same boot and the same space of process ids can be looked up.
    """
    boot, _, rest = holder.partition("/")
    space, _, rest = rest.partition("/")
    process, _, start = rest.partition("/")
    if not process.isdigit() or f"{boot}/{space}" != _world():
        return False
    return _start(int(process)) != start


def _world() -> str:
    try:
        return f"{_BOOT.read_text().strip()}/{_SPACE.stat().st_ino}"
    except OSError:
        return ""


def _start(process: int) -> str:
    """When a process began, clock ticks since boot; "": there is no such process, or it is dead.

    Source: proc_pid_stat(5): after the name in parentheses the state is field 3, the start 22.
    """
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in _ENDED else fields[19]


def _unproven() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
