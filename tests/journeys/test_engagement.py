"""Being told and being asked, in the whole product: mail, inbox, wishes, survey, results."""

import quopri
import re
from typing import Any

from tests.journeys.harness import World

from squad.kernel.ids import uuid7

HTML = {"accept": "text/html"}


def _work(world: World) -> tuple[str, str, str]:
    """A ticket that somebody was chosen for: its id, reference and consultant."""
    ticket = {
        "id": uuid7(),
        "title": "Printer on fire http://evil.example",
        "category": "printer",
        "location": {"postal_code": "60601"},
    }
    logged = world.post("customer", "/api/tickets", ticket)

    def assignee() -> str | None:
        found: str | None = world.get("dispatcher", f"/api/tickets/{logged['id']}")["assignee"]
        return found

    return logged["id"], logged["reference"], world.until(assignee) or ""


def _told(world: World, user: str, ticket: str) -> list[str]:
    """What a person's inbox says about a ticket, newest first."""
    page = world.get(user, "/api/engagement/notifications?limit=200")
    return [item["kind"] for item in page["items"] if item["ticket"] == ticket]


def _mails(world: World, reference: str) -> list[str]:
    """Every mail about a ticket, decoded."""
    files = (world.home / "sent" / "ids").rglob("*.eml")
    texts = [quopri.decodestring(file.read_bytes()).decode() for file in files]
    return [text for text in texts if reference in text]


def _close(world: World, id: str, consultant: str) -> None:
    for step in ("accept", "travel", "arrive"):
        world.post(consultant, f"/api/tickets/{id}/{step}")
    world.post(consultant, f"/api/tickets/{id}/resolve", {"resolution": "Put it out."})
    world.post("customer", f"/api/tickets/{id}/close")


def test_every_step_is_told_once_by_inbox_and_mail(world: World) -> None:
    """Each kind once in the inbox and once by mail, whatever the bus doubled or delayed."""
    id, reference, consultant = _work(world)

    _close(world, id, consultant)

    kinds = ["accepted", "assigned", "resolved", "survey", "travelling"]
    world.until(lambda: sorted(_told(world, "customer", id)) == kinds)
    world.until(lambda: len(_mails(world, reference)) >= len(kinds) + 1)
    assert _told(world, consultant, id) == ["assignment"]
    mails = _mails(world, reference)
    subjects = [re.findall(r"^Subject: (.*?)\r?$", mail, re.M)[0] for mail in mails]
    assert len(subjects) == len(set(subjects)) == len(kinds) + 1
    assert not any("evil" in mail for mail in mails)


def test_a_message_is_told_to_the_other_side(world: World) -> None:
    """The consultant of the customer's, the customer of the consultant's; nobody of a note."""
    id, _, consultant = _work(world)
    path = f"/api/tickets/{id}/messages"

    world.post(consultant, path, {"text": "secret", "visibility": "internal"})
    world.post("customer", path, {"text": "When will you come?"})
    world.until(lambda: "message" in _told(world, consultant, id))
    world.post(consultant, path, {"text": "At ten."})
    world.until(lambda: "message" in _told(world, "customer", id))

    assert _told(world, consultant, id).count("message") == 1
    assert _told(world, "customer", id).count("message") == 1


def test_quiet_hours_hold_mail_and_not_the_inbox(world: World) -> None:
    """What a person chooses holds from then on, until they choose otherwise."""
    path = "/api/engagement/preferences"
    quiet = {"quiet": {"start": "00:00", "end": "23:59"}}
    world.send("customer", "PUT", path, quiet)
    id, reference, _ = _work(world)
    world.until(lambda: "assigned" in _told(world, "customer", id))

    world.send("customer", "PUT", path, {})
    _, later, _ = _work(world)

    def assigned(about: str) -> list[str]:
        return [mail for mail in _mails(world, about) if "has a consultant" in mail]

    world.until(lambda: assigned(later))
    assert assigned(reference) == []


def test_a_survey_is_answered_in_a_browser(world: World) -> None:
    """By the page behind the link; twice is once; the manager sees it among the results."""
    id, reference, consultant = _work(world)
    _close(world, id, consultant)

    def link() -> str | None:
        page = world.get("customer", "/api/engagement/notifications?limit=200")
        found = [i["link"] for i in page["items"] if (i["ticket"], i["kind"]) == (id, "survey")]
        return found[0] if found else None

    path = world.until(link) or ""
    page = world.http.get(path, headers=HTML)
    answers = [
        world.http.post(f"{path}/form", data={"rating": "4", "comment": "No smoke."})
        for _ in range(2)
    ]
    other = world.http.post(path, json={"rating": 1})

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f'action="{path}/form"' in page.text
    assert [answer.status_code for answer in answers] == [200, 200]
    assert other.status_code == 409
    results: dict[str, Any] = world.get("manager", "/api/engagement/surveys")
    mine = [item for item in results["items"] if item["reference"] == reference]
    assert [(item["rating"], item["comment"], item["consultant"]) for item in mine] == [
        (4, "No smoke.", consultant)
    ]
