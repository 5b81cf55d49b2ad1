"""Amazon's DynamoDB Local from Maven Central, on Java 17 or later, on loopback, in memory."""

import contextlib
import os
import re
import shutil
from pathlib import Path

from deploy.local.engine import INSTALL, ROOT, Engine, Missing, listens, place, run, spawn, wait

RECIPE = ROOT / "tests" / "engines" / "dynamodb"  # pom.xml: the jars, Loopback.java: the start
VERSION = "3.0.0"
READY = 60.0  # s: a busy machine; 3 s on a quiet one
HEAP = "256m"
JAVA = 17  # at least, with its compiler


def install() -> Path:
    """This will fetch the jars. Raises Missing."""
    home = INSTALL / f"dynamodb-{VERSION}"
    if home.exists():
        return home
    mvn = shutil.which("mvn")
    if mvn is None:
        raise Missing("Maven fetches DynamoDB Local's jars: `apt-get install maven` helps")
    part = home.with_name(f"{home.name}.{os.getpid()}")
    part.mkdir(parents=True)
    try:
        fetch = [mvn, "-q", "-B", "-f", RECIPE / "pom.xml", "dependency:copy-dependencies"]
        what = f"fetching DynamoDB Local {VERSION} from Maven Central"
        run([*fetch, "-DincludeScope=runtime", f"-DoutputDirectory={part}"], what=what)
        with contextlib.suppress(OSError):  # another process was first
            part.rename(home)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return home


def start(folder: Path, port: int) -> Engine:
    """This will start it, without telemetry. Its tables die with it. Raises Missing."""
    jars, java = install(), _java()
    home = place(folder, None)
    log = home / "dynamodb.log"
    command = [
        java, f"-Xmx{HEAP}", f"-Djava.io.tmpdir={home}", f"-Djava.library.path={jars}",
        "-cp", f"{jars}/*", RECIPE / "Loopback.java",
        "-port", str(port), "-inMemory", "-sharedDb", "-disableTelemetry",
    ]  # fmt: skip
    process = spawn(command, log)
    wait(process, log, lambda: listens(port), READY)
    return Engine("dynamodb", f"http://127.0.0.1:{port}", process.pid)


def _java() -> str:
    """The Java on the path. Raises Missing."""
    java = shutil.which("java")
    found = re.search(r"\d+", run([java, "--version"])) if java and shutil.which("javac") else None
    if java is None or found is None or int(found[0]) < JAVA:
        raise Missing(f"DynamoDB Local needs a JDK of Java {JAVA} or later on the path")
    return java
