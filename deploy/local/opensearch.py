"""OpenSearch 2.19: one node from its jars on Maven Central, on Java 17 or later, on loopback."""

import contextlib
import http.client
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from deploy.local.engine import INSTALL, ROOT, Engine, Missing, place, run, spawn, wait

RECIPE = ROOT / "tests" / "engines" / "opensearch"  # pom.xml: the jars, Single.java: the start
VERSION = "2.19.1"
READY = 90.0  # s: the first start on a busy machine; 6 s on a quiet one
HEAP = "768m"
JAVA = 17  # at least
PACKAGE = f"openjdk-{JAVA}-jdk-headless"
SETTINGS = """\
cluster.name: squad
node.name: single
network.host: 127.0.0.1
http.port: {port}
transport.port: 0
discovery.type: single-node
action.auto_create_index: false
cluster.routing.allocation.disk.threshold_enabled: false
"""
LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c{1.} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


def install() -> Path:
    """This will fetch the jars and compile the start. Raises Missing."""
    home = INSTALL / f"opensearch-{VERSION}"
    if home.exists():
        return home
    javac, mvn = _java() / "javac", shutil.which("mvn")
    if mvn is None:
        raise Missing("Maven fetches OpenSearch's jars: `apt-get install maven` helps")
    part = home.with_name(f"{home.name}.{os.getpid()}")
    part.mkdir(parents=True)
    try:
        what = f"fetching OpenSearch {VERSION} from Maven Central"
        fetch = [mvn, "-q", "-B", "-f", RECIPE / "pom.xml", "dependency:copy-dependencies"]
        run([*fetch, f"-DoutputDirectory={part / 'lib'}"], what=what)
        source = RECIPE / "Single.java"
        run([javac, "-cp", f"{part}/lib/*", "-d", part, source], what="compiling Single.java")
        with contextlib.suppress(OSError):  # another process was first
            part.rename(home)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return home


def start(folder: Path, port: int) -> Engine:
    """This will start a node with its data in `folder`, without security. Raises Missing."""
    programs, java = install(), _java() / "java"
    home = place(folder, None)
    log = home / "opensearch.log"
    for name in ("config", "lib", "modules", "plugins"):  # it looks into each
        (home / name).mkdir(exist_ok=True)
    (home / "config" / "opensearch.yml").write_text(SETTINGS.format(port=port))
    (home / "config" / "log4j2.properties").write_text(LOGGING)
    command = [
        java, f"-Xms{HEAP}", f"-Xmx{HEAP}", "-XX:+ExitOnOutOfMemoryError",
        f"-Djava.io.tmpdir={home}", "-cp", f"{programs}:{programs}/lib/*", "Single", home,
    ]  # fmt: skip
    process = spawn(command, log)
    wait(process, log, lambda: _answers(port), READY)
    return Engine("opensearch", f"http://127.0.0.1:{port}", process.pid)


def _java() -> Path:
    """The folder of the first JDK that is new enough. Raises Missing."""
    for folder in _candidates():
        if not (folder / "javac").exists():
            continue
        found = re.search(r"\d+", run([folder / "java", "--version"]))
        if found and int(found[0]) >= JAVA:
            return folder
    raise Missing(
        f"OpenSearch needs a JDK of Java {JAVA} or later: `apt-get install {PACKAGE}` helps"
    )


def _candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin"
    if found := shutil.which("java"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/jvm").glob("*/bin"))


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=4s")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
