"""The dispatcher's hand: preview, assign, pin, lock, and undo; every command is sent twice."""

from typing import Any

import pytest
from tests.unit.routing.office import Office, Router, person

from squad.contracts.people import Base
from squad.contracts.routing import TicketAssigned
from squad.kernel.ids import uuid7

HOUR = 3_600.0
HANDS = ("assign", "pin", "unpin", "lock", "unlock", "undo")


@pytest.fixture
async def team(office: Office, router: Router) -> Router:
    """Ana, who lives next door, ben, far away, and zoe, who has not the skill."""
    await office.enlist(router, "ana")
    await office.enlist(router, "ben", home=_home(42.4), spans=((0, 8),))
    await office.enlist(router, "zoe", skills={})
    return router


def _home(latitude: float) -> Any:
    return Base(latitude=latitude, longitude=-87.9, country="US")


async def _ticket(office: Office, router: Router, name: str = "ticket", **changes: Any) -> str:
    id = await office.log(router, name, **changes)
    await office.settle(router)
    return id


async def _view(router: Router, id: str, path: str = "hand", **options: Any) -> Any:
    answer = await router.ask("GET", f"/tickets/{id}/{path}", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _hand(office: Office, router: Router, id: str, verb: str, body: Any = None) -> Any:
    done = await router.does(f"/tickets/{id}/{verb}", body)
    await office.settle(router)
    return done


async def test_a_preview_tells_what_it_costs_more(office: Office, team: Router) -> None:
    """Minutes against the engine's choice, as if nobody had the ticket; nothing is moved."""
    id = await _ticket(office, team)
    plans = {name: team.routing.memory.roster.plan(person(name)) for name in ("ana", "ben")}

    seen = await _view(team, id, f"candidates?consultant={person('ben')}")
    best = await _view(team, id, "candidates")

    [ben] = seen["candidates"]
    assert (seen["engine"], seen["holder"]) == (person("ana"), person("ana"))
    assert ben["warnings"] == []
    assert ben["extra"] > 5
    assert [one["consultant"] for one in best["candidates"]] == [person("ana"), person("ben")]
    assert [one["extra"] for one in best["candidates"]] == [0.0, ben["extra"]]
    assert plans == {n: team.routing.memory.roster.plan(person(n)) for n in ("ana", "ben")}


@pytest.mark.parametrize("language", ["en", "fr", "es"])
async def test_a_preview_warns_in_words(office: Office, team: Router, language: str) -> None:
    """What would be broken, in the dispatcher's language."""
    id = await _ticket(office, team)

    seen = await _view(team, id, f"candidates?consultant={person('zoe')}", language=language)

    [warning] = seen["candidates"][0]["warnings"]
    assert (warning["constraint"], warning["name"]) == ("skill", "pos")
    assert "pos" in warning["text"]
    told = {"en": "does not have it", "fr": "ne l’a pas", "es": "no la tiene"}[language]
    assert told in warning["text"]


async def test_a_preview_of_who_never_works_has_no_minutes(office: Office, team: Router) -> None:
    """No time to come is a warning, and no figure."""
    await office.enlist(team, "off", spans=((-9, -8),))
    id = await _ticket(office, team)

    [off] = (await _view(team, id, f"candidates?consultant={person('off')}"))["candidates"]

    assert (off["cost"], off["extra"]) == (None, None)
    assert [one["constraint"] for one in off["warnings"]] == ["shift"]


async def test_an_assignment_is_one_answer_and_can_be_undone(office: Office, team: Router) -> None:
    """To ben, against the engine; undone, ana has it again; once more there is nothing to undo."""
    id = await _ticket(office, team)

    await _hand(office, team, id, "assign", {"consultant": person("ben")})
    given = office.assignee(id)
    undone = await _hand(office, team, id, "undo")

    assert (given, office.assignee(id)) == ("ben", "ana")
    assert (undone["consultant"], undone["undo"]) == (person("ana"), None)
    again = await team.ask("POST", f"/tickets/{id}/undo", {})
    assert again.status_code == 409
    assert [one["action"] for one in (await _view(team, id))["log"]] == ["undone", "assigned"]


async def test_undo_of_the_first_assignment_gives_it_back(office: Office, team: Router) -> None:
    """Nobody had it, so routing has it again: ana, who declined nothing, is not kept from it."""
    zoes = await _ticket(office, team, skills={"network": 5})
    assert office.tickets[zoes].status == "needs_dispatcher"

    await _hand(office, team, zoes, "assign", {"consultant": person("zoe"), "override": True})
    given = office.assignee(zoes)
    await _hand(office, team, zoes, "undo")

    assert given == "zoe"
    assert office.tickets[zoes].status == "needs_dispatcher"
    assert office.tickets[zoes].declined == ()


async def test_what_happened_since_cannot_be_undone(office: Office, team: Router) -> None:
    """Ben has accepted: 409 says so, and nothing changes."""
    id = await _ticket(office, team)
    await _hand(office, team, id, "assign", {"consultant": person("ben")})
    await office.step(team, id, "accept")

    refused = await team.ask("POST", f"/tickets/{id}/undo", {})
    said = await office.settle(team)

    assert (refused.status_code, said) == (409, [])
    assert "accepted" in refused.json()["detail"]
    assert office.assignee(id) == "ben"


async def test_a_constraint_is_broken_only_on_purpose(office: Office, team: Router) -> None:
    """Without `override` zoe, who has not the skill, is refused."""
    id = await _ticket(office, team)

    refused = await team.ask("POST", f"/tickets/{id}/pin", {"consultant": person("zoe")})
    pinned = await _hand(office, team, id, "pin", {"consultant": person("zoe"), "override": True})

    assert refused.status_code == 409
    assert (pinned["hold"], office.assignee(id)) == ("pinned", "zoe")


async def test_a_pinned_offer_does_not_lapse(office: Office, team: Router) -> None:
    """The engine leaves it with ben though he does not answer; unpinned, it lapses again."""
    id = await _ticket(office, team)
    await _hand(office, team, id, "pin", {"consultant": person("ben")})

    office.clock.advance(HOUR)
    await team.routing.step()
    await team.routing.look(sweep=True)
    await office.settle(team)
    kept = office.assignee(id)
    await _hand(office, team, id, "unpin")
    office.clock.advance(HOUR)
    await team.routing.step()
    await team.routing.look(sweep=True)
    await office.settle(team)

    assert (kept, office.assignee(id)) == ("ben", "ana")


async def test_a_pin_ends_when_its_consultant_gives_the_ticket_back(
    office: Office, team: Router
) -> None:
    """Ben declines: routing goes on without him."""
    id = await _ticket(office, team)
    await _hand(office, team, id, "pin", {"consultant": person("ben")})

    await office.step(team, id, "decline")
    await office.settle(team)

    assert office.assignee(id) == "ana"
    assert (await _view(team, id))["hold"] == ""


async def test_a_locked_ticket_waits_for_the_dispatcher(office: Office, team: Router) -> None:
    """Declined while locked, it is with nobody; no sweep, no drain takes it; unlocked, one does."""
    id = await _ticket(office, team)
    await _hand(office, team, id, "lock")
    await office.step(team, id, "decline")
    await team.routing.look(sweep=True)
    await team.routing.waiting.drain(person("ben"))
    await office.settle(team)
    locked = office.assignee(id)

    await _hand(office, team, id, "unlock")

    assert (locked, office.assignee(id)) == ("", "ben")


async def test_a_hold_can_be_undone_and_survives_a_restart(office: Office, team: Router) -> None:
    """The lock and what can be undone are kept with the work."""
    id = await _ticket(office, team)
    await _hand(office, team, id, "pin")
    await _hand(office, team, id, "lock")
    await team.routing.memory.lease.release()

    router = await office.router()
    kept = await _view(router, id)
    undone = await _hand(office, router, id, "undo")

    assert (kept["hold"], kept["undo"]) == ("locked", "locked")
    assert (undone["hold"], undone["undo"]) == ("pinned", None)


async def test_the_log_tells_who_did_what(office: Office, team: Router) -> None:
    """By whom, newest first; the decision shown is still the last choice."""
    id = await _ticket(office, team)
    for verb in ("pin", "unpin", "lock", "unlock"):
        await _hand(office, team, id, verb)

    log = (await _view(team, id))["log"]

    assert {one["action"] for one in log} == {"unlocked", "locked", "unpinned", "pinned"}
    assert {one["by"] for one in log} == {person("dispatcher")}
    assert (await _view(team, id, "decision"))["consultant"] == person("ana")


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("unpin", {}),
        ("unlock", {}),
        ("undo", {}),
        ("pin", {"consultant": uuid7()}),
        ("assign", {"consultant": uuid7()}),
        ("assign", {}),
    ],
)
async def test_refuses_what_makes_no_sense(
    office: Office, team: Router, verb: str, body: Any
) -> None:
    """Not held, nothing done, no such consultant: told why, nothing changed."""
    id = await _ticket(office, team)

    refused = await team.ask("POST", f"/tickets/{id}/{verb}", body)

    assert refused.status_code in (409, 422), refused.text
    assert await office.settle(team) == []


@pytest.mark.parametrize("role", ["customer", "consultant", "receptionist", "auditor"])
async def test_only_dispatchers_have_a_hand(office: Office, team: Router, role: str) -> None:
    """And managers; who may not is told so."""
    id = await _ticket(office, team)

    answers = [
        await team.ask("POST", f"/tickets/{id}/{verb}", {"consultant": person("ben")}, role=role)
        for verb in HANDS
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_a_standby_refuses_commands(office: Office, team: Router) -> None:
    """503 and Retry-After: the active router decides, and reads are still served."""
    id = await _ticket(office, team)
    standby = await office.router()

    refused = await standby.ask("POST", f"/tickets/{id}/assign", {"consultant": person("ben")})

    assert refused.status_code == 503
    assert "Retry-After" in refused.headers
    assert (await _view(standby, id, "decision"))["consultant"] == person("ana")
    assert not [e for e in await office.settle(team) if isinstance(e, TicketAssigned)]
