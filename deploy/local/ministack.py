"""MiniStack: SNS, SQS, DynamoDB, Cognito, S3, SES and KMS on loopback. Its state dies with it."""

import re
import sys
from pathlib import Path

from deploy.local.engine import INSTALL, Engine, alone, listens, place, run, spawn, wait

VERSION = "1.5.33"
READY = 30.0  # s
SETTINGS = {
    "BIND_HOST": "127.0.0.1",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "LOG_LEVEL": "WARNING",
    "PERSIST_STATE": "0",
}


def install() -> Path:
    """This will put it into a venv of its own, for it pins botocore. Raises Missing."""
    home = INSTALL / f"ministack-{VERSION}"
    program = home / "bin" / "ministack"
    if not program.exists():
        with alone("ministack"):
            if not program.exists():
                _install(home)
    return program


def _install(home: Path) -> None:
    """Into a folder beside it first: what is half done is never taken for it."""
    what, uv = f"installing ministack {VERSION}", Path(sys.executable).with_name("uv")
    part = home.with_name(f"{home.name}.part")
    run([uv, "venv", "-q", "--clear", "--relocatable", "--python", sys.executable, part], what=what)
    index = run([sys.executable, "-m", "pip", "config", "list"], what="pip config")
    named = re.search(r"^global\.index-url='(.+)'$", index, re.MULTILINE)
    where = ["--default-index", named[1]] if named else []  # uv does not read pip's configuration
    python = part / "bin" / "python"
    run([uv, "pip", "install", "-q", *where, "--python", python, f"ministack[full]=={VERSION}"],
        what=what)  # fmt: skip
    part.rename(home)


def start(folder: Path, port: int, **settings: str) -> Engine:
    """This will start it. settings: more of its environment variables. Raises Missing."""
    home = place(folder, None)
    log = home / "ministack.log"
    environ = {**SETTINGS, "GATEWAY_PORT": str(port), "TMPDIR": str(home), **settings}
    process = spawn([install()], log, environ=environ)
    url = f"http://127.0.0.1:{port}"
    wait(process, log, lambda: listens(port), READY)
    return Engine("ministack", url, process.pid)
