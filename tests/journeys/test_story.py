"""The main story: logged, routed with reasons, worked on, closed, told, asked, found."""

import re
from typing import Any

from tests.journeys.harness import World

from squad.kernel.ids import uuid7


def _ticket(**changes: Any) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "title": "Cash register does not boot",
        "description": "The till at counter 3 shows a blue screen since this morning.",
        "category": "pos",
        "priority": 2,
        "location": {"postal_code": "60601", "address": "1 Main Street"},
        **changes,
    }


def _assigned(world: World, id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        ticket: dict[str, Any] = world.get("dispatcher", f"/api/tickets/{id}")
        return ticket if ticket["assignee"] else None

    return world.until(look)


def test_a_ticket_goes_all_the_way(world: World) -> None:
    """Logged, assigned, worked on, closed; each step once although each is sent twice."""
    ticket = world.post("customer", "/api/tickets", _ticket())
    id = ticket["id"]
    consultant = _assigned(world, id)["assignee"]

    for step in ("accept", "travel", "arrive"):
        world.post(consultant, f"/api/tickets/{id}/{step}")
    world.post(consultant, f"/api/tickets/{id}/resolve", {"resolution": "Replaced the disk."})
    closed = world.post("customer", f"/api/tickets/{id}/close")

    assert closed["status"] == "closed"
    history = world.get("customer", f"/api/tickets/{id}/history")
    steps = [entry["step"] for entry in history]
    assert steps == ["create", "assign", "accept", "travel", "arrive", "resolve", "close"]
    assert [entry["version"] for entry in history] == list(range(1, len(history) + 1))


def test_the_choice_is_explained(world: World) -> None:
    """The decision names the winner, what it weighed, and why others were not chosen."""
    id = world.post("customer", "/api/tickets", _ticket())["id"]
    consultant = _assigned(world, id)["assignee"]

    decision = world.get("dispatcher", f"/api/routing/tickets/{id}/decision")

    assert decision["consultant"] == consultant
    assert decision["candidates"]
    assert decision["text"]


def test_customer_and_consultant_are_told_once(world: World) -> None:
    """One notification per event and person, although every letter may come twice."""
    id = world.post("customer", "/api/tickets", _ticket())["id"]
    consultant = _assigned(world, id)["assignee"]

    def told(user: str) -> list[Any]:
        page = world.get(user, "/api/engagement/notifications?limit=200")
        return [n for n in page["items"] if n["ticket"] == id and n["kind"].startswith("assign")]

    assert len(world.until(lambda: told("customer"))) == 1
    assert len(world.until(lambda: told(consultant))) == 1


def test_the_survey_is_answered_once(world: World) -> None:
    """A closed ticket asks its customer; the link takes one answer."""
    id = world.post("customer", "/api/tickets", _ticket())["id"]
    consultant = _assigned(world, id)["assignee"]
    for step in ("accept", "arrive"):
        world.post(consultant, f"/api/tickets/{id}/{step}")
    world.post(consultant, f"/api/tickets/{id}/resolve", {"resolution": "Done."})
    reference = world.post("customer", f"/api/tickets/{id}/close")["reference"]

    def link() -> str | None:
        for mail in (world.home / "sent").rglob("*.eml"):
            text = mail.read_text("utf-8", "replace").replace("=\n", "").replace("=3D", "=")
            found = re.search(r"/api/engagement/surveys/([\w.~=-]+)", text)
            if found and reference in text:
                return found[1]
        return None

    path = f"/api/engagement/surveys/{world.until(link)}"
    answer = {"rating": 5, "comment": "Quick!"}
    first = world.http.post(path, json=answer)
    again = world.http.post(path, json=answer)
    other = world.http.post(path, json={"rating": 1})
    assert first.status_code in (200, 201), first.text
    assert again.status_code == first.status_code
    assert other.status_code == 409


def test_it_is_found_by_search_within_a_second_or_so(world: World) -> None:
    """Staff find the ticket by its words, misspelled; another customer does not."""
    word = "qu" + uuid7()[-6:].translate(str.maketrans("0123456789", "abcdefghij")) + "zix"
    ticket = world.post("customer", "/api/tickets", _ticket(title=f"The {word} is broken"))

    def found(user: str) -> list[str]:
        page = world.get(user, f"/api/search?q={word[:-2] + word[-1] + word[-2]}")
        return [hit["id"] for hit in page["items"]]

    world.until(lambda: ticket["id"] in found("dispatcher"))
    world.until(lambda: ticket["id"] in found("customer"))
    assert found("consultant") == [] or _assigned(world, ticket["id"])


def test_a_declined_ticket_goes_to_somebody_else(world: World) -> None:
    """The one who declined is not asked again; the reason is kept for staff."""
    id = world.post("customer", "/api/tickets", _ticket())["id"]
    first = _assigned(world, id)["assignee"]
    world.post(first, f"/api/tickets/{id}/decline", {"reason": "My car broke down"})

    def other() -> str | None:
        assignee = world.get("dispatcher", f"/api/tickets/{id}")["assignee"]
        return assignee if assignee and assignee != first else None

    assert world.until(other)
    notes = [e["note"] for e in world.get("dispatcher", f"/api/tickets/{id}/history")]
    assert "My car broke down" in notes
    assert "My car broke down" not in str(world.get("customer", f"/api/tickets/{id}/history"))


def test_a_reopened_ticket_is_routed_again(world: World) -> None:
    """Not solved after all: back to routing, with its history."""
    id = world.post("customer", "/api/tickets", _ticket())["id"]
    consultant = _assigned(world, id)["assignee"]
    for step in ("accept", "arrive"):
        world.post(consultant, f"/api/tickets/{id}/{step}")
    world.post(consultant, f"/api/tickets/{id}/resolve", {"resolution": "Rebooted."})

    world.post("customer", f"/api/tickets/{id}/reopen", {"reason": "It is back"})

    assert _assigned(world, id)["status"] == "assigned"


def test_the_journey_shows_every_event_and_service(world: World) -> None:
    """Monitoring tells what happened to a ticket, by event and by service."""
    id = world.post("customer", "/api/tickets", _ticket())["id"]
    _assigned(world, id)

    def journey() -> dict[str, Any] | None:
        answer = world.ask("admin", "GET", f"/api/monitoring/journey/{id}")
        if answer.status_code == 404:  # monitoring looks on, a little behind
            return None
        found: dict[str, Any] = answer.json()
        services = {h["service"] for e in found["events"] for h in e["handled"]}
        return found if {"routing", "tickets", "search", "engagement"} <= services else None

    types = [event["type"] for event in world.until(journey)["events"]]
    assert "squad.tickets.created.v1" in types
    assert "squad.routing.assigned.v1" in types
