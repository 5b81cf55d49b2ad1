"""`python -m deploy.local engines|cluster up|down|status`: what `make engines` and others call."""

import argparse
import sys
import time
from pathlib import Path

from deploy.local import state
from deploy.local.cluster import PORT, Cluster, free
from deploy.local.engine import ROOT, Missing


def main() -> None:
    """This will do what the command line says. Exit 1: it did not start, or nothing runs."""
    parser = argparse.ArgumentParser(prog="deploy.local", description=__doc__)
    parser.add_argument("which", choices=["engines", "cluster"])
    parser.add_argument("what", choices=["up", "down", "status"])
    parser.add_argument("--folder", type=Path, help="where the data is (var/engines, var/cluster)")
    parser.add_argument("--port", type=int, default=PORT, help="of the balancer")
    chosen = parser.parse_args()
    folder = chosen.folder or ROOT / "var" / chosen.which
    cluster = Cluster(folder, chosen.port)
    if chosen.what == "down":
        print("stopped:", ", ".join(cluster.down()) or "nothing was running")
    elif chosen.what == "status":
        sys.exit(0 if show(folder) else 1)
    elif show(folder):
        sys.exit(f"It runs already. `make {chosen.which}-down` stops it.")
    elif chosen.which == "cluster" and not free(cluster.port):
        sys.exit(f"Port {cluster.port} is in use. Stop what uses it, or say PORT=N.")
    else:
        start(cluster, whole=chosen.which == "cluster")


def show(folder: Path) -> bool:
    """This will list what runs, passwords left out. False: nothing does."""
    running = state.read(folder)
    for process in running:
        print(f"{process.name:<12} {process.pid:>8}  {process.url.rpartition('@')[2]}")
    return bool(running)


def start(cluster: Cluster, *, whole: bool) -> None:
    """This will start all of it and leave it running; exits 1 with the reason if it cannot."""
    print("starting PostgreSQL, Redis, OpenSearch and the AWS emulator")
    if whole:
        print(f"and then six services, two edges and HAProxy on {cluster.url}")
    began = time.monotonic()
    try:
        if whole:
            cluster.up()
        else:
            cluster.remember(cluster.engines())
    except Missing as missing:
        cluster.down()
        sys.exit(f"It did not start: {missing}")
    show(cluster.folder)
    print(f"ready in {time.monotonic() - began:.0f} s")
    print(f"settings for the command line: set -a; . {cluster.folder}/env; set +a")


if __name__ == "__main__":
    main()
