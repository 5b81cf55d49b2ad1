"""Who gets in where: every role at every route of the running product, and at others' tickets."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.journeys.hostile import needed
from tests.journeys.inside import ROLES, ROWS, Inside, address, place, sent

from squad.kernel.access import PUBLIC, allowed
from squad.kernel.http import Endpoint

CLOSED = [row for row in ROWS if row.action != PUBLIC]
OPEN = [row for row in ROWS if row.action == PUBLIC]
OWNED = [row for row in CLOSED if "tickets/{id}" in row.path]
REFUSED = "Your role does not allow"
SECRET, SAID = "quokkasecret", "wombatpublic"


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """The product with one person per role."""
    node = Inside(tmp_path_factory.mktemp("inside"))
    yield node
    node.close()


@pytest.fixture(scope="module")
def ticket(inside: Inside) -> str:
    """The customer's ticket, which the consultant has."""
    id, consultant = inside.ticket("customer"), inside.people["consultant"]
    path, body = f"/api/routing/tickets/{id}", {"consultant": consultant, "override": True}
    inside.until(lambda: inside.ask("dispatcher", "GET", f"{path}/decision").is_success)
    inside.post("dispatcher", f"{path}/assign", body)
    inside.until(lambda: inside.get("customer", f"/api/tickets/{id}")["assignee"] == consultant)
    return id


@pytest.fixture(scope="module")
def notes(inside: Inside, ticket: str) -> dict[str, str]:
    """What is on it among staff, and for the customer: ids of files by visibility."""
    path, files = f"/api/tickets/{ticket}", {}
    for visibility, text in (("internal", SECRET), ("public", SAID)):
        query = {"visibility": visibility, "name": f"{text}.txt"}
        inside.post("dispatcher", f"{path}/messages", {"text": text, "visibility": visibility})
        made = inside.ask(
            "dispatcher", "POST", f"{path}/attachments", params=query, content=text.encode()
        )
        files[visibility] = str(made.json()["id"])
    inside.until(lambda: found(inside, "customer", SAID))
    inside.until(lambda: inside.get("customer", "/api/engagement/notifications")["items"])
    return files


def found(inside: Inside, user: str, words: str) -> list[str]:
    """The ids of what a person finds."""
    hits = inside.get(user, "/api/search", params={"q": words})["items"]
    return [hit["id"] for hit in hits]


def problem(answer: httpx.Response) -> dict[str, Any]:
    """A problem document, without what names this one request."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "instance", "trace"} <= set(told)
    assert told["status"] == answer.status_code
    return {name: value for name, value in told.items() if name not in ("instance", "trace")}


@pytest.mark.parametrize("row", CLOSED, ids=address)
def test_lets_in_whom_the_table_names(inside: Inside, row: Endpoint) -> None:
    """Nobody without a token, no role that may not, and every role that may gets past the door."""
    for user in ("", *ROLES):
        answer = inside.ask(user, row.method, place(row), **sent(row))

        assert answer.status_code < 500, (user, answer.text)
        if not user:
            assert problem(answer)["status"] == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")
        elif allowed([user], row.action):
            assert answer.status_code != 401, (user, answer.text)
            refused = answer.status_code == 403 and REFUSED in answer.text
            assert not refused, (user, answer.text)
        else:
            assert problem(answer)["status"] == 403, (user, answer.text)
            assert problem(answer)["detail"].startswith(f"{REFUSED} {row.action}")


@pytest.mark.parametrize("row", OPEN, ids=address)
def test_asks_nobody_for_a_token_where_none_is_needed(inside: Inside, row: Endpoint) -> None:
    """What is public answers without a token, and answers strangers to it with no error of ours."""
    answer = inside.ask("", row.method, place(row), **sent(row))

    assert answer.status_code < 500, answer.text
    assert REFUSED not in answer.text
    assert answer.status_code != 403


@pytest.mark.parametrize("token", ["x", "a.b.c", "é" * 9, "{tampered}", "{none}"])
def test_believes_no_token_but_its_own(inside: Inside, token: str) -> None:
    """A token that was not signed by the directory, or was changed since, opens nothing."""
    head, claims, signature = inside.tokens["administrator"].split(".")
    tampered = f"{head}.{claims[:-4]}AAAA.{signature}"
    unsigned = f"eyJhbGciOiJub25lIn0.{claims}."
    token = token.format(tampered=tampered, none=unsigned)
    headers = {"Authorization": f"Bearer {token}".encode()}

    answer = inside.http.get("/api/tickets", headers=headers)  # type: ignore[arg-type]

    assert problem(answer)["status"] == 401


@pytest.mark.parametrize("row", OWNED, ids=address)
@pytest.mark.parametrize("user", ["other", "stranger", "store"])
def test_tells_strangers_nothing_of_a_ticket(
    inside: Inside, ticket: str, notes: dict[str, str], row: Endpoint, user: str
) -> None:
    """Others' ticket is answered as one that does not exist, and nothing on it changes."""
    before = inside.get("customer", f"/api/tickets/{ticket}")
    file = notes["public"]

    query = f"?{needed(row, '')}"
    path = f"{place(row, id=ticket, attachment=file)}{query}"
    there = inside.ask(user, row.method, path, **sent(row))
    nowhere = inside.ask(user, row.method, f"{place(row)}{query}", **sent(row))

    role = {"other": "customer", "stranger": "consultant"}.get(user, user)
    assert problem(there)["status"] == (404 if allowed([role], row.action) else 403), there.text
    assert problem(there) == problem(nowhere)
    assert inside.get("customer", f"/api/tickets/{ticket}") == before


@pytest.mark.parametrize("user", ["other", "stranger", "store"])
def test_lists_and_finds_for_strangers_nothing(
    inside: Inside, ticket: str, notes: dict[str, str], user: str
) -> None:
    """No filter and no word of it brings up another's ticket."""
    filters: list[dict[str, str]] = [
        {}, {"requester": inside.people["customer"]}, {"assignee": inside.people["consultant"]},
    ]  # fmt: skip

    listed = [inside.get(user, "/api/tickets", params=one)["items"] for one in filters]
    hits = [found(inside, user, word) for word in (SAID, SECRET, "Till", ticket)]

    assert ticket not in [one["id"] for page in listed for one in page]
    assert ticket not in [id for page in hits for id in page]
    assert found(inside, "customer", SAID) == [ticket]


def test_shows_the_customer_no_note_among_staff(
    inside: Inside, ticket: str, notes: dict[str, str]
) -> None:
    """Neither messages, files, history, list, search nor notifications have a word of it."""
    path = f"/api/tickets/{ticket}"
    shown = [
        path, f"{path}/messages", f"{path}/attachments", f"{path}/history", "/api/tickets",
        f"/api/search?q={SECRET}", f"/api/search/suggest?q={SECRET[:6]}",
        "/api/engagement/notifications", f"/api/routing{path[4:]}/decision",
    ]  # fmt: skip

    texts = {address: inside.ask("customer", "GET", address).text for address in shown}
    internal = inside.ask("customer", "GET", f"{path}/attachments/{notes['internal']}")
    public = inside.ask("customer", "GET", f"{path}/attachments/{notes['public']}")

    assert [address for address, text in texts.items() if SECRET in text] == []
    assert SAID in texts[f"{path}/messages"]
    assert problem(internal)["status"] == 404
    assert public.text == SAID
    assert found(inside, "customer", SECRET) == []


def test_shows_staff_the_notes_among_them(
    inside: Inside, ticket: str, notes: dict[str, str]
) -> None:
    """The consultant who has it and the desk see and find what the customer does not."""
    path = f"/api/tickets/{ticket}"
    for user in ("consultant", "receptionist", "dispatcher", "manager", "administrator"):
        assert SECRET in inside.ask(user, "GET", f"{path}/messages").text
        assert found(inside, user, SECRET) == [ticket]
        file = inside.ask(user, "GET", f"{path}/attachments/{notes['internal']}")
        assert file.text == SECRET


@pytest.mark.parametrize("user", ["customer", "store"])
def test_lets_customers_write_no_note_among_staff(inside: Inside, user: str) -> None:
    """Who is not staff writes and attaches in public only."""
    id = inside.ticket(user)
    path, body = f"/api/tickets/{id}", {"text": "x", "visibility": "internal"}

    said = inside.ask(user, "POST", f"{path}/messages", json=body)
    file = inside.ask(user, "POST", f"{path}/attachments?visibility=internal", content=b"x")

    assert problem(said)["status"] == problem(file)["status"] == 403


def test_reads_off_nobody_elses_notification(
    inside: Inside, ticket: str, notes: dict[str, str]
) -> None:
    """A notification of another is one that does not exist."""
    mine = inside.get("customer", "/api/engagement/notifications")["items"][0]["id"]
    path = f"/api/engagement/notifications/{mine}/read"

    theirs = inside.ask("other", "POST", path)

    assert problem(theirs)["status"] == 404
    assert inside.ask("customer", "POST", path).is_success
