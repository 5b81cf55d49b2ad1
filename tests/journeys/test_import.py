"""Importing another system's log: each row once, routed, found, and silent where it is history."""

import subprocess
import sys
from pathlib import Path

import msgspec
from tests.journeys.harness import World

from squad.apps.imports.mapping import INCIDENTS
from squad.apps.imports.report import Report
from squad.kernel.ids import derive

ROWS = 50


def _log(path: Path, prefix: str, count: int) -> Path:
    lines = [",".join(INCIDENTS)]
    for n in range(count):
        values = {
            "number": f"{prefix}{n:04}",
            "opened_at": "2016-03-01T09:00",
            "resolved_at": "2016-03-01T10:30",
            "closed_at": "2016-03-06T11:00",
            "location": str(n % 7) if n else "",
            "category": str(n % 11),
            "priority_first": "3",
            "priority_last": "3",
        }
        lines.append(",".join(values.get(column, "1") for column in INCIDENTS))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _run(world: World, file: Path, *options: str) -> Report:
    done = subprocess.run(
        [sys.executable, "-m", "squad.apps.cli", "import", "incidents", str(file), "--json",
         *options],
        env=world.environ, capture_output=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return msgspec.json.decode(done.stdout, type=Report)


def test_a_log_comes_in_once_is_routed_and_found(world: World, tmp_path: Path) -> None:
    """50 rows, one without a place: 49 tickets with decisions, found; again: nothing changes."""
    file = _log(tmp_path / "log.csv", "77", ROWS)

    first = _run(world, file)
    before = world.get("admin", f"/api/tickets/{derive('import', 'incidents', '770001')}")
    again = _run(world, file)

    assert (first.read, first.created, first.there, first.refused) == (ROWS, ROWS - 1, 0, 1)
    assert (again.read, again.created, again.there, again.refused) == (ROWS, 0, ROWS - 1, 1)
    assert [(row.line, row.reason) for row in first.rows] == [(2, "no location")]
    for report in (first, again):
        assert report.check is not None
        assert report.check.decided == report.check.found == report.check.asked
        assert "new" not in report.check.statuses
    after = world.get("admin", f"/api/tickets/{before['id']}")
    assert after["created_at"] == before["created_at"]


def test_history_comes_in_finished_and_silent(world: World, tmp_path: Path) -> None:
    """As history a closed incident is closed at its own time, found, and nobody is told."""
    file = _log(tmp_path / "log.csv", "88", 4)

    done = _run(world, file, "--as", "history")

    assert done.check is not None
    assert (done.created, done.check.statuses, done.check.found) == (3, {"closed": 3}, 3)
    assert done.check.decided is None
    ticket = world.get("admin", f"/api/tickets/{derive('import', 'incidents', '880001')}")
    assert (ticket["status"], ticket["updated_at"]) == ("closed", "2016-03-06T11:00:00Z")
    path = "/api/engagement/notifications?limit=200"
    told = world.get(ticket["requester"], path)["items"]
    assert ticket["id"] not in {notification["ticket"] for notification in told}
