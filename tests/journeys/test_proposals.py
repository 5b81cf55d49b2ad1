"""Words only: what a ticket needs is proposed; what is not clear goes to a person."""

from tests.journeys.harness import World

PLACE = {"location": {"postal_code": "60601"}}


def test_words_become_skills_and_a_person_overrules(world: World) -> None:
    """A clear ticket gets category and skills with confidence; a PATCH overrules, and both stay."""
    body = {"title": "Receipt printer prints blank pages, toner is new", **PLACE}

    ticket = world.post("receptionist", "/api/tickets", body)
    path = f"/api/tickets/{ticket['id']}"
    world.send("receptionist", "PATCH", path, {"category": "network"})

    assert (ticket["category"], ticket["skills"]) == ("printer", {"printer": 1})
    assert ticket["proposal"]["confidence"] > 0.5
    assert not ticket["proposal"]["triage"]
    after = world.get("receptionist", path)
    assert (after["category"], after["skills"]) == ("network", {"network": 2})
    assert after["proposal"] == {**ticket["proposal"], "overruled": True}


def test_nonsense_goes_to_triage_and_a_person_ends_it(world: World) -> None:
    """Nobody knows what it is: "other", marked, until a person says."""
    ticket = world.post("customer", "/api/tickets", {"title": "Asdf qwer zxcv", **PLACE})
    path = f"/api/tickets/{ticket['id']}"
    world.send("receptionist", "PATCH", path, {"category": "phone"})

    assert (ticket["category"], ticket["skills"], ticket["priority"]) == ("other", {}, 3)
    assert (ticket["proposal"]["triage"], ticket["proposal"]["used"]) == (True, [])
    after = world.get("receptionist", path)
    assert (after["category"], after["proposal"]["triage"]) == ("phone", False)


def test_never_changes_what_was_given(world: World) -> None:
    """A client's category and priority stay, whatever the words say; nothing is proposed."""
    body = {"title": "Printer is jammed", "category": "email", "priority": 4, **PLACE}

    ticket = world.post("customer", "/api/tickets", body)

    assert (ticket["category"], ticket["priority"]) == ("email", 4)
    assert ticket["proposal"] is None


def test_proposes_while_somebody_types(world: World) -> None:
    """The receptionist sees what it would become; nothing is logged, and nonsense is fine."""
    before = len(world.get("receptionist", "/api/tickets?limit=200")["items"])
    path = "/api/tickets/proposal"

    clear = world.post("receptionist", path, {"title": "Forgot my password, account locked"})
    empty = world.post("receptionist", path, {})

    assert (clear["category"], clear["skills"], clear["service"]) == ("access", {"access": 1}, 20)
    assert (empty["category"], empty["proposal"]["triage"]) == ("other", True)
    assert len(world.get("receptionist", "/api/tickets?limit=200")["items"]) == before
    assert world.ask("consultant", "POST", path, json={}).status_code == 403
    assert world.ask("customer", "POST", path, json={"title": 7}).status_code == 422
