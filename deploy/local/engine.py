"""An engine on this machine: installed when it is missing, started on loopback, stopped by pid."""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "var" / "engines" / "install"  # programs; safe to delete, fetched again
NOBODY = "nobody"  # whom servers that refuse root run as
_STARTED: dict[int, subprocess.Popen[bytes]] = {}  # our own children, to be buried by us
PR_SET_PDEATHSIG = 1  # prctl(2)
LOOK = 0.05  # s between looks whether it answers


class Missing(Exception):
    """The engine cannot be had on this machine. The text says why, and what would help."""


class Engine(NamedTuple):
    """A running engine. url: with its administrator's password, where it has one."""

    name: str
    url: str
    pid: int


_tied = False


def tie() -> None:
    """This will have what is started from now on end with this process, however it ends (Linux).

    For tests: a run that is killed leaves no servers behind.
    """
    global _tied
    _tied = sys.platform == "linux"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    """This will find a free port on loopback."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def run(
    command: Sequence[object], *, user: str | None = None, what: str = "", cwd: Path | None = None
) -> str:
    """This will run a step of an installation and give what it printed. Raises Missing."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            user=user,
            extra_groups=[] if user else None,
            cwd="/" if user else cwd,
        )
    except OSError as error:
        raise Missing(f"{what or command[0]}: {error}") from error
    if done.returncode:
        raise Missing(f"{what or command[0]} failed: {(done.stderr or done.stdout)[-800:].strip()}")
    return done.stdout


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """This will keep other processes from the same installation until the context ends."""
    INSTALL.mkdir(parents=True, exist_ok=True)
    with (INSTALL / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def spawn(
    command: Sequence[object],
    log: Path,
    *,
    environ: Mapping[str, str] | None = None,
    user: str | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """This will start a server that outlives this process. log: where its output goes."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [str(part) for part in command],
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user,
            extra_groups=[] if user else None,
            cwd=cwd or log.parent,
            preexec_fn=_die_with_parent if _tied else None,
        )
    _STARTED[process.pid] = process
    return process


def wait(
    process: subprocess.Popen[bytes], log: Path, answers: Callable[[], bool], seconds: float
) -> None:
    """This will wait until the server answers. Raises Missing: it ended, or took too long."""
    until = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None or time.monotonic() > until:
            stop(process.pid)
            end = log.read_text("utf-8", "replace")[-800:].strip()
            raise Missing(f"{log.stem} did not start; the end of {log}:\n{end}")
        time.sleep(LOOK)


def listens(port: int) -> bool:
    """This will tell whether something accepts connections there."""
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0


def alive(pid: int) -> bool:
    """This will tell whether the process runs."""
    if pid in _STARTED:
        return _STARTED[pid].poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def stop(pid: int, number: int = signal.SIGTERM, grace: float = 20.0) -> None:
    """This will stop a process: politely, then with SIGKILL after `grace` seconds."""
    for sent in (number, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sent)
        until = time.monotonic() + grace
        while alive(pid):
            if time.monotonic() > until:
                break
            time.sleep(LOOK)
        else:
            return


def unprivileged() -> str | None:
    """This will name the user for servers that refuse to run as root; None: we are not root."""
    return NOBODY if os.geteuid() == 0 else None


def reachable(path: Path, user: str | None) -> bool:
    """This will tell whether the user can walk down to the path."""
    if user is None:
        return True
    return all(
        parent.stat().st_mode & 0o001 for parent in path.resolve().parents if parent.exists()
    )


def place(folder: Path, user: str | None) -> Path:
    """This will make a data folder that the user owns: `folder`, or where the user cannot walk
    down to it (a checkout below /root, say) one among the temporary files that belongs to it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not reachable(folder, user):
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"squad-{folder.name}-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)
    return folder


def programs(folder: Path, user: str | None) -> Path:
    """This will give the folder of programs, or a copy of it where the user can reach it."""
    if reachable(folder, user):
        return folder
    stamp = hashlib.sha256(f"{folder.resolve()}{folder.stat().st_mtime}".encode()).hexdigest()[:12]
    copy = Path(tempfile.gettempdir()) / f"squad-{folder.name}-{stamp}"
    if not copy.exists():
        part = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(folder, part, symlinks=True)
        part.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was first
            part.rename(copy)
    return copy
