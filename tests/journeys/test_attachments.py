"""Files come with tickets: whole or not at all, once, and only to those who may see them."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.journeys.harness import World

from squad.kernel.ids import uuid7

SIZE = 26_214_400
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 300
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(scope="module")
def ticket(world: World) -> str:
    """A ticket of the demo customer."""
    body = {"title": "The screen shows this", "location": {"postal_code": "10001"}}
    return str(world.post("customer", "/api/tickets", body)["id"])


def attach(
    world: World, ticket: str, content: bytes, user: str = "customer", **options: Any
) -> httpx.Response:
    """Sends a file's bytes."""
    path = f"/api/tickets/{ticket}/attachments"
    return world.ask(user, "POST", path, content=content, **options)


def test_gives_back_what_came(world: World, ticket: str) -> None:
    """A form's file is listed and downloads byte by byte, as an attachment of its true kind."""
    path = f"/api/tickets/{ticket}/attachments"
    files = {"file": ("../Bildschirm\u202e é.png", PNG, "text/html")}

    made = world.ask("customer", "POST", path, files=files)
    got = world.ask("customer", "GET", f"{path}/{made.json()['id']}")
    again = world.ask(
        "customer", "GET", f"{path}/{made.json()['id']}",
        headers={"If-None-Match": got.headers["etag"]},
    )  # fmt: skip

    assert made.status_code == 201, made.text
    file = made.json()
    assert (file["name"], file["media"], file["size"]) == (
        "Bildschirm é.png",
        "image/png",
        len(PNG),
    )
    assert file["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert world.get("customer", path) == [file]
    assert (got.status_code, got.content) == (200, PNG)
    assert got.headers["content-type"] == "image/png"
    assert got.headers["content-length"] == str(len(PNG))
    assert got.headers["x-content-type-options"] == "nosniff"
    disposition = "attachment; filename*=UTF-8''Bildschirm%20%C3%A9.png"
    assert got.headers["content-disposition"] == disposition
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("by", ["id", "key"])
def test_attaches_once(world: World, ticket: str, by: str) -> None:
    """The same upload again gives the same answer; other content under the same id is refused."""
    id = uuid7()
    options: Any = {"params": {"id": id}} if by == "id" else {"headers": {"Idempotency-Key": id}}

    before = world.blobs()
    first = attach(world, ticket, b"a text\n", **options)
    second = attach(world, ticket, b"a text\n", **options)
    other = attach(world, ticket, b"another text\n", **options)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["idempotent-replay"] == "true"
    assert other.status_code == 422
    assert other.json()["type"] == "/api/problems/key-reused"
    assert world.blobs() == before + 1


def test_keeps_one_of_two_that_race(world: World, ticket: str) -> None:
    """Two at once under one id with other contents: one is told no, the other's is intact."""
    id = uuid7()
    texts = [b"first\n" * 40_000, b"second\n" * 40_000]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda t: attach(world, ticket, t, params={"id": id}), texts))
    got = world.ask("customer", "GET", f"/api/tickets/{ticket}/attachments/{id}")

    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert got.content == texts[0 if answers[0].status_code == 201 else 1]


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"", "empty.txt", 422),
        (b"<html><script>alert(1)</script></html>", "page.png", 415),
        (b"<svg onload='alert(1)'/>", "image.png", 415),
        (b"MZ\x90\0\3\0\0\0" + bytes(600), "report.pdf", 415),
        (b"alert(1)\n", "text.js", 415),
        (PNG, "shot.png.exe. ", 415),
        (EICAR, "eicar.txt", 415),
        (bytes(SIZE), "zeros.zip", 415),
        (b"x" * (SIZE + 1), "large.txt", 413),
        (b"x" * (SIZE + 2 * 1024 * 1024), "larger.txt", 413),
    ],
    ids=lambda value: str(value)[:20],
)
def test_keeps_nothing_of_what_it_refuses(
    world: World, ticket: str, content: bytes, name: str, status: int
) -> None:
    """Empty, harmful, unknown or too large: the answer says which, and no byte stays."""
    before = world.blobs()

    try:
        answer = attach(world, ticket, content, params={"name": name})
    except httpx.WriteError:
        assert len(content) > 27_262_976  # refused before it was read
    else:
        assert answer.status_code == status, answer.text
    assert world.until(lambda: world.blobs() <= before)


def test_takes_the_largest(world: World, ticket: str) -> None:
    """25 MiB, in a form."""
    files = {"file": ("large.txt", b"0123456789abcde\n" * (SIZE // 16), "text/plain")}

    made = world.ask("customer", "POST", f"/api/tickets/{ticket}/attachments", files=files)

    assert (made.status_code, made.json()["size"]) == (201, SIZE)


def test_hides_internal_files_from_customers(world: World, ticket: str) -> None:
    """Staff attach and see them; for a customer they are not there; strangers see no file."""
    path = f"/api/tickets/{ticket}/attachments"
    internal = {"visibility": "internal"}

    made = attach(world, ticket, b"a note\n", "dispatcher", params=internal).json()
    refused = attach(world, ticket, b"a note\n", params=internal)
    hidden = world.ask("customer", "GET", f"{path}/{made['id']}")
    unknown = world.ask("customer", "GET", f"{path}/{uuid7()}")

    assert refused.status_code == 403
    assert made["id"] in [file["id"] for file in world.get("dispatcher", path)]
    assert made["id"] not in [file["id"] for file in world.get("customer", path)]
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["detail"] == unknown.json()["detail"]
    assert world.ask("dispatcher", "GET", f"{path}/{made['id']}").content == b"a note\n"
    for method in ("GET", "POST"):
        stranger = world.ask(
            "consultant", method, path, **({"content": b"x"} if method == "POST" else {})
        )
        assert stranger.status_code in (403, 404)


def test_takes_fifty_files_and_no_more(world: World) -> None:
    """Also when more come at the same moment."""
    body = {"title": "Many files", "location": {"postal_code": "10001"}}
    ticket = world.post("customer", "/api/tickets", body)["id"]

    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda n: attach(world, ticket, b"%d\n" % n).status_code, range(54)))

    assert sorted(made) == [201] * 50 + [409] * 4
    assert len(world.get("customer", f"/api/tickets/{ticket}/attachments")) == 50
