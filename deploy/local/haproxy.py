"""HAProxy before the edges: Debian's, installed or unpacked into a folder of ours."""

import platform
import shutil
from collections.abc import Sequence
from pathlib import Path

from deploy.local.engine import INSTALL, Engine, Missing, listens, place, run, spawn, wait

READY = 10.0  # s
PACKAGES = ("haproxy", "liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1")
CONFIG = """\
global
    maxconn 4000

defaults
    mode http
    timeout connect 1s
    timeout client 65s
    timeout server 65s
    timeout http-request 15s
    # Only what no edge has seen is sent to another one; a client repeats the rest by its key.
    option redispatch 1
    retries 3
    retry-on conn-failure

frontend public
    bind 127.0.0.1:{port}
    http-request del-header X-Forwarded-For
    option forwardfor
    default_backend edges

backend edges
    balance leastconn
    option httpchk GET /healthz
    default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
{servers}
"""


def start(folder: Path, port: int, edges: Sequence[int] = ()) -> Engine:
    """This will start the balancer on `port` before the edges' ports. Raises Missing."""
    program, environ = _program()
    home = place(folder, None)
    log, config = home / "haproxy.log", home / "haproxy.cfg"
    lines = (f"    server edge{n} 127.0.0.1:{edge}" for n, edge in enumerate(edges, 1))
    config.write_text(CONFIG.format(port=port, servers="\n".join(lines)))
    process = spawn([program, "-db", "-f", config], log, environ=environ)
    wait(process, log, lambda: listens(port), READY)
    return Engine("haproxy", f"http://127.0.0.1:{port}", process.pid)


def _program() -> tuple[Path, dict[str, str]]:
    if found := shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"):
        return Path(found), {}
    home = INSTALL / "haproxy"
    if not (home / "usr/sbin/haproxy").exists():
        _unpack(home)
    return home / "usr/sbin/haproxy", {"LD_LIBRARY_PATH": str(home / f"usr/lib/{_triplet()}")}


def _unpack(home: Path) -> None:
    if not shutil.which("apt-get"):
        raise Missing("HAProxy is not installed. Install your system's package `haproxy`.")
    downloads = home / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    get = ["apt-get", "download", *PACKAGES]
    try:
        run(get, what="apt-get download haproxy", cwd=downloads)
    except Missing:  # the lists of packages may be missing or old
        run(["apt-get", "update", "-qq"], what="apt-get update (as root)")
        run(get, what="apt-get download haproxy", cwd=downloads)
    for package in sorted(downloads.glob("*.deb")):
        run(["dpkg", "-x", package, home])
    shutil.rmtree(downloads)


def _triplet() -> str:
    return f"{platform.machine()}-linux-gnu"
