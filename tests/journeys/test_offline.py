"""A visit without a network: everything there once, in order, told to who watches."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.journeys.harness import World
from tests.journeys.test_story import _assigned, _ticket

from squad.kernel.ids import uuid7

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 600
CUT = 100_000  # bytes of the first piece


class Stream(threading.Thread):
    """Listens to a person's live stream, and keeps the events."""

    def __init__(self, world: World, user: str) -> None:
        super().__init__(daemon=True)
        self.events: list[tuple[str, Any]] = []
        self._url = f"{world.http.base_url}/api/tickets/live"
        self._headers = {"Authorization": f"Bearer {world.token(user)}"}
        self._client = httpx.Client(timeout=30, verify=False)
        self.start()

    def run(self) -> None:
        """This will listen until it is closed."""
        name = ""
        try:
            with self._client.stream("GET", self._url, headers=self._headers) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                for line in answer.iter_lines():
                    kind, _, value = line.partition(": ")
                    if kind == "event":
                        name = value
                    elif kind == "data":
                        self.events.append((name, json.loads(value)))
        except (httpx.HTTPError, OSError):
            return  # closed, as below

    def close(self) -> None:
        """This will hang up."""
        self._client.close()

    def heard(self, name: str, **fields: Any) -> bool:
        """This will tell whether such an event came."""
        return any(
            kind == name and fields.items() <= data.items() for kind, data in list(self.events)
        )


@pytest.fixture
def ticket(world: World) -> tuple[str, str]:
    """A ticket, and who has it."""
    id = str(world.post("customer", "/api/tickets", _ticket())["id"])
    return id, str(_assigned(world, id)["assignee"])


@pytest.fixture
def stream(world: World, ticket: tuple[str, str]) -> Iterator[Stream]:
    """What the customer hears."""
    listening = Stream(world, "customer")
    yield listening
    listening.close()


def visit(ticket: str, picture: str) -> list[dict[str, Any]]:
    """A quick visit, as a phone has written it down."""
    begin = datetime.now(UTC)
    part = uuid7()
    steps: list[tuple[str, dict[str, Any]]] = [
        ("accept", {}), ("travel", {}), ("arrive", {}),
        ("part.put", {"id": part, "name": "fuse", "quantity": 3, "cents": 150}),
        ("part.put", {"id": part, "name": "fuse", "quantity": 2, "cents": 150}),
        ("time.put", {"id": uuid7(), "kind": "work", "minutes": 40}),
        ("note", {"id": uuid7(), "text": "The fuse had blown.", "visibility": "public"}),
        ("report.set", {"field": "summary", "text": "Fuse replaced"}),
        ("sign", {"name": "Kim", "attachment": picture}),
        ("time.put", {"id": uuid7(), "kind": "work", "minutes": 0}),
        ("resolve", {"resolution": "New fuse"}),
    ]  # fmt: skip
    return [
        {
            "id": uuid7(), "name": name, "ticket": ticket, "args": args,
            "at": (begin + timedelta(milliseconds=number)).isoformat(),
        }
        for number, (name, args) in enumerate(steps)
    ]  # fmt: skip


def push(world: World, user: str, mutations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sends what was done."""
    body = {
        "device": uuid7(), "sent_at": datetime.now(UTC).isoformat(), "mutations": mutations,
    }  # fmt: skip
    answer = world.ask(user, "POST", "/api/tickets/sync", json=body)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    assert len(results) == len(mutations)
    return results


def test_takes_a_whole_visit_once(world: World, ticket: tuple[str, str], stream: Stream) -> None:
    """Pushed in part, whole, and whole again: one visit; a malformed mutation is refused alone."""
    id, consultant = ticket
    told = visit(id, uuid7())
    world.until(lambda: stream.heard("ready"))
    time.sleep(0.05)  # the visit is over before it is told

    push(world, consultant, told[:4])
    first = push(world, consultant, told)
    second = push(world, consultant, told)

    was = ["repeated"] * 4 + ["applied"] * 5 + ["refused", "applied"]
    assert [one["outcome"] for one in first] == was
    assert [one["outcome"] for one in second] == ["repeated"] * 9 + ["refused", "repeated"]
    assert first[9]["problem"]["errors"][0]["path"] == "/mutations/9/args/minutes"
    assert first[-1]["ticket"]["status"] == "resolved"
    lines = world.get(consultant, f"/api/tickets/{id}/history")
    assert [one["step"] for one in lines][-4:] == ["accept", "travel", "arrive", "resolve"]
    arrived = datetime.fromisoformat(lines[-2]["at"])
    assert abs(arrived - datetime.fromisoformat(told[2]["at"])) < timedelta(milliseconds=1)
    assert lines[-2]["received_at"] > lines[-2]["at"]
    made = world.get("customer", f"/api/tickets/{id}/report")
    assert [(one["name"], one["quantity"]) for one in made["parts"]] == [("fuse", 2)]
    assert (made["summary"], made["signature"]["name"]) == ("Fuse replaced", "Kim")
    messages = world.get("customer", f"/api/tickets/{id}/messages")
    assert [one["text"] for one in messages] == ["The fuse had blown."]
    world.until(lambda: stream.heard("ticket", id=id, status="resolved"))


def test_keeps_a_copy_up_to_date(world: World, ticket: tuple[str, str]) -> None:
    """A pull begins with the open work, in parts; the next rounds bring what changed."""
    id, consultant = ticket

    copy, cursor = _pull(world, consultant, "")
    push(world, consultant, visit(id, uuid7())[:3])
    changed, _ = _pull(world, consultant, cursor)
    wrong = world.ask(consultant, "GET", "/api/tickets/sync", params={"cursor": "x"})

    assert copy[id]["ticket"]["status"] == "assigned"
    assert changed[id]["ticket"]["status"] == "on_site"
    assert changed[id]["history"][-1]["step"] == "arrive"
    assert wrong.status_code == 422


def _pull(world: World, user: str, cursor: str) -> tuple[dict[str, Any], str]:
    found: dict[str, Any] = {}
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        part = world.get(user, "/api/tickets/sync", params=query)
        found |= {one["ticket"]["id"]: one for one in part["tickets"]}
        cursor = part["cursor"]
        if not part["more"]:
            return found, cursor


def test_takes_a_picture_in_pieces(world: World, ticket: tuple[str, str]) -> None:
    """Cut off, asked, gone on with, sent again: one attachment, the very bytes."""
    id, consultant = ticket
    new = {"id": uuid7(), "name": "till.png", "size": len(PNG)}
    new["sha256"] = hashlib.sha256(PNG).hexdigest()
    path = f"/api/tickets/{id}/uploads"
    begun = world.ask(consultant, "POST", path, json=new)
    path = f"{path}/{new['id']}"

    gap = world.ask(consultant, "PUT", path, params={"offset": CUT}, content=PNG[CUT:])
    world.ask(consultant, "PUT", path, params={"offset": 0}, content=PNG[:CUT])
    half = world.get(consultant, path)
    ends = [
        world.ask(consultant, "PUT", path, params={"offset": CUT}, content=PNG[CUT:]).json()
        for _ in range(2)
    ]

    assert (begun.status_code, begun.json()["offset"]) == (201, 0)
    assert (gap.status_code, gap.json()["offset"]) == (409, 0)
    assert (half["offset"], half["complete"]) == (CUT, False)
    assert ends[0] == ends[1]
    assert ends[0]["attachment"]["media"] == "image/png"
    got = world.ask("customer", "GET", f"/api/tickets/{id}/attachments/{new['id']}")
    assert got.content == PNG
