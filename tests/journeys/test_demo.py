"""`squad demo`: the main story from the command line, as often as one likes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.harness import World

from squad.apps.fleet import free_port

SECONDS = 200  # that a busy machine may need for it


def _demo(environ: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "squad.apps.cli", "demo", *options],
        env=environ, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip


def test_the_demo_plays_twice(world: World) -> None:
    """Each time with a new ticket, from the sign-in to the history, every command sent twice."""
    played: list[dict[str, Any]] = []
    for _ in range(2):
        done = _demo(world.environ, "--json")
        assert done.returncode == 0, done.stderr + world.log()
        played.append(json.loads(done.stdout))

    assert played[0]["ticket"] != played[1]["ticket"]
    for story in played:
        assert world.get("manager", f"/api/tickets/{story['ticket']}")["status"] == "closed"
        assert story["steps"][-1]["notes"] == [
            "create → assign → accept → travel → arrive → resolve → close"
        ]


def test_the_demo_tells_each_step_with_its_latency(world: World) -> None:
    """One line a step, the reasons of the routing decision below it, no colors in a file."""
    if world.split:
        pytest.skip("the same lines are written of every shape")
    done = _demo(world.environ)

    steps = [line for line in done.stdout.splitlines() if line.startswith("✓")]
    assert done.returncode == 0, done.stderr + world.log()
    assert len(steps) >= 18
    assert all(" ms  " in line for line in steps)
    assert "could do it." in done.stdout
    assert "promises kept" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_busy_day_is_made_once(world: World) -> None:
    """Tickets of today in several states, and past ones; asked for again, it changes nothing."""
    if type(world) is not World or world.split:
        pytest.skip("the same requests in every shape")
    made = []
    for _ in range(2):
        done = _demo(world.environ, "--busy", "8", "--json")
        assert done.returncode == 0, done.stderr + world.log()
        made.append(json.loads(done.stdout))

    assert (made[0]["logged"], made[0]["past"]) == (8, 13)
    assert {"on_site", "waiting", "resolved", "closed"} <= set(made[0]["tickets"])
    assert (made[1]["logged"], made[1]["past"], made[1]["surveys"]) == (0, 0, 0)
    assert made[1]["tickets"] == made[0]["tickets"]


def test_the_demo_says_when_there_is_no_node(tmp_path: Path) -> None:
    """Exit code 1 and what to do."""
    environ = {**os.environ, "SQUAD_HOME": str(tmp_path), "SQUAD_PORT": str(free_port())}

    done = _demo(environ)

    assert done.returncode == 1
    assert "make up" in done.stderr
    assert "Traceback" not in done.stderr
