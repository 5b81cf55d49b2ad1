"""An emergency while somebody drives to what can wait: through all services, as people see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.inside import Inside

from squad.contracts.routing import TripInterrupted

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ALWAYS = {"weekly": [{"days": DAYS, "start": "00:00", "end": "23:59"}]}
AWAY = {"latitude": 42.3, "longitude": -88.0}  # an hour from the consultant's home
STEPS = ["create", "assign", "accept", "travel", "interrupt"]


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    """The product with one consultant on duty."""
    node = Inside(tmp_path)
    path = f"/api/identity/people/{node.people['consultant']}/schedule"
    answer = node.ask("manager", "PUT", path, json=ALWAYS, headers={"If-Match": '"0"'})
    assert answer.status_code == 200, answer.text
    yield node
    node.close()


def _kinds(inside: Inside, user: str, ticket: str) -> list[str]:
    page = inside.get(user, "/api/engagement/notifications?limit=200")
    return [note["kind"] for note in page["items"] if note["ticket"] == ticket]


def test_an_emergency_interrupts_a_trip(inside: Inside) -> None:
    """History, reasons, notices and journey tell of it once; afterwards both are done."""
    path = "/api/tickets/{}".format
    away = inside.ticket("customer", category="other", priority=4, location=AWAY)
    inside.until(lambda: inside.get("dispatcher", path(away))["status"] == "assigned")
    for step in ("accept", "travel"):
        inside.post("consultant", f"{path(away)}/{step}")
    routing = inside.service("routing").memory
    inside.until(lambda: away in routing.travelling)

    urgent = inside.ticket("store", category="other", priority=1)

    inside.until(lambda: inside.get("dispatcher", path(away))["status"] == "accepted")
    history = inside.get("dispatcher", f"{path(away)}/history")
    assert [line["step"] for line in history] == STEPS
    assert history[-1]["note"] == f"for {urgent}"
    inside.until(lambda: "interrupted" in _kinds(inside, "consultant", away))
    inside.until(lambda: "delayed" in _kinds(inside, "customer", away))
    journey = f"/api/monitoring/journey/{away}"
    inside.until(lambda: TripInterrupted.type in inside.ask("administrator", "GET", journey).text)
    decision = inside.get("dispatcher", f"/api/routing/tickets/{urgent}/decision")
    assert any(away in line for line in decision["text"])

    inside.until(lambda: inside.get("dispatcher", path(urgent))["status"] == "assigned")
    for ticket in (urgent, away):
        steps = ("accept", "travel") if ticket == urgent else ("travel",)
        for step in (*steps, "arrive"):
            inside.post("consultant", f"{path(ticket)}/{step}")
        inside.post("consultant", f"{path(ticket)}/resolve", {"resolution": "Done."})
    assert _kinds(inside, "customer", away).count("delayed") == 1
    assert inside.get("dispatcher", path(away))["status"] == "resolved"
