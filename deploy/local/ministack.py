"""MiniStack: SNS, SQS, DynamoDB, Cognito, S3, SES and KMS on loopback. Its state dies with it."""

import sys
from pathlib import Path

from deploy.local.engine import INSTALL, Engine, listens, place, run, spawn, wait

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
        what = f"installing ministack {VERSION}"
        uv, python = Path(sys.executable).with_name("uv"), home / "bin" / "python"
        run([uv, "venv", "-q", "--clear", "--python", sys.executable, home], what=what)
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q"]
        run([*pip, f"ministack[full]=={VERSION}"], what=what)
    return program


def start(folder: Path, port: int, **settings: str) -> Engine:
    """This will start it. settings: more of its environment variables. Raises Missing."""
    home = place(folder, None)
    log = home / "ministack.log"
    environ = {**SETTINGS, "GATEWAY_PORT": str(port), "TMPDIR": str(home), **settings}
    process = spawn([install()], log, environ=environ)
    url = f"http://127.0.0.1:{port}"
    wait(process, log, lambda: listens(port), READY)
    return Engine("ministack", url, process.pid)
