"""Journeys of an administrator: what is dead, why, and back or away with it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.conftest import NOON
from tests.journeys.watch import Watch

from squad.adapters.clock.frozen import Frozen
from squad.contracts.operations import Handling, LettersHandled
from squad.contracts.routing import RoutingStalled
from squad.kernel.ids import derive, uuid7
from squad.kernel.unit import letter_of
from squad.ports.unit import Cause, Letter

TICKET = derive("ticket")


@pytest.fixture
async def watch(tmp_path: Path, clock: Frozen) -> AsyncIterator[Watch]:
    """Monitoring with an empty past."""
    opened = await Watch.open(tmp_path, clock)
    yield opened
    await opened.close()


def stalled(number: int = 1) -> Letter:
    """An event of the ticket."""
    event = RoutingStalled(
        ticket=TICKET, turn=number, priority=1, excluded={}, decision=derive("decision")
    )
    return letter_of(
        event, id=derive("event", str(number)), version=number, source="routing",
        time=NOON + timedelta(seconds=number), cause=Cause(derive("command")),
    )  # fmt: skip


async def test_tells_a_journey(watch: Watch) -> None:
    """A dispatcher sees each event, and who handled it when, how often and how long."""
    noon = NOON.timestamp()
    handled = Handling(
        derive("event", "1"), RoutingStalled.type, TICKET, 2, noon + 1.5, noon + 2, 3.5, "ack"
    )
    report = letter_of(
        LettersHandled(service="search", handled=[handled]), id=uuid7(), version=1,
        source="search", time=NOON, cause=Cause(""),
    )  # fmt: skip
    await watch.see(stalled(2), report, stalled(1))

    journey = await watch.get("dispatcher", f"journey/{TICKET}")

    assert [event["version"] for event in journey["events"]] == [1, 2]
    assert journey["events"][0]["handled"] == [
        {
            "service": "search",
            "at": "2026-03-02T17:00:02Z",
            "receives": 2,
            "outcome": "ack",
            "latency_ms": 500.0,
            "took_ms": 3.5,
        }
    ]
    assert journey["events"][0]["outbox_ms"] == 500
    assert journey["assigned_ms"] is None


@pytest.mark.parametrize("ticket", [uuid7(), "nothing", "%00", "a" * 3000, "~", "é"])
async def test_knows_no_other_journey(watch: Watch, ticket: str) -> None:
    """Whatever is not a known ticket is missing."""
    await watch.see(stalled())

    answer = await watch.ask("manager", "GET", f"journey/{ticket}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_pages_through_dead_letters(watch: Watch) -> None:
    """Oldest first, page by page, each with its reason; the body only of one."""
    await watch.kill("search", *(stalled(n) for n in range(5)))
    await watch.kill("engagement", stalled(9))

    first = await watch.ask("administrator", "GET", "letters?queue=search&limit=3")
    second = await watch.get("administrator", first.headers["link"].split(">")[0].strip("<"))

    found = [*first.json()["items"], *second["items"]]
    assert [letter["event"] for letter in found if letter["queue"] == "search"] == [
        derive("event", str(n)) for n in range(5)
    ]
    assert {letter["reason"] for letter in found} == {"ValueError: broken"}
    assert second["next"] is None
    whole = await watch.get("administrator", f"letters/{found[0]['id']}")
    assert whole["body"]["subject"] == TICKET
    assert found[0]["body"] is None


async def test_replays_and_discards_on_record(watch: Watch) -> None:
    """One back, one away, the rest back; each command twice, each action once in the audit."""
    await watch.kill("search", *(stalled(n) for n in range(4)))
    listed = await watch.get("administrator", "letters")
    one, two = (letter["id"] for letter in listed["items"][:2])

    answers = [
        await watch.post("administrator", f"letters/{one}/replay"),
        await watch.post("administrator", f"letters/{two}/discard", {"reason": "a test"}),
        await watch.post("administrator", "letters/replay", {"queue": "search"}),
    ]

    assert answers == [{"count": 1}, {"count": 1}, {"count": 2}]
    assert (await watch.get("administrator", "letters"))["items"] == []
    audit = (await watch.get("auditor", "audit"))["items"]
    assert sorted((a["action"], a["target"], a["reason"], a["count"]) for a in audit) == sorted(
        [
            ("replay_all", "search", "", 2),
            ("discard", two, "a test", 1),
            ("replay", one, "", 1),
        ]
    )
    assert {a["actor"] for a in audit} == {derive("test", "administrator")}
    queues = await watch.get("dispatcher", "queues")
    (search,) = [queue for queue in queues["items"] if queue["queue"] == "search"]
    assert (search["waiting"], search["dead"]) == (3, 0)


async def test_pages_through_the_audit(watch: Watch) -> None:
    """Newest first; the cursor goes on where the page ended, for actions of one moment too."""
    for _ in range(5):
        await watch.post("administrator", "letters/replay")
    watch.clock.advance(1)
    await watch.post("administrator", "letters/replay", {"queue": "last"})

    seen: list[str] = []
    path = "audit?limit=2"
    while path:
        answer = await watch.ask("administrator", "GET", path)
        seen += [(act["id"], act["target"]) for act in answer.json()["items"]]  # type: ignore[misc]
        path = answer.headers.get("link", "").split(">")[0].strip("<")

    assert len(set(seen)) == 6
    assert seen[0][1] == "last"


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "status"),
    [
        ("", "GET", "letters", None, 401),
        ("dispatcher", "GET", "letters", None, 403),
        ("auditor", "POST", "letters/replay", {}, 403),
        ("manager", "GET", "audit", None, 403),
        ("customer", "GET", "metrics", None, 403),
        ("consultant", "GET", "queues", None, 403),
        ("customer", "GET", f"journey/{TICKET}", None, 403),
        ("administrator", "GET", "letters/77", None, 404),
        ("administrator", "POST", "letters/77/replay", {}, 404),
        ("administrator", "POST", "letters/x/discard", {"reason": "y"}, 404),
        ("administrator", "POST", "letters/77/discard", {}, 422),
        ("administrator", "POST", "letters/77/discard", {"reason": ""}, 422),
        ("administrator", "POST", "letters/77/discard", {"reason": "x" * 501}, 422),
        ("administrator", "POST", "letters/replay", {"queue": 7}, 422),
        ("administrator", "POST", "letters/replay", {"all": True}, 422),
        ("administrator", "GET", "letters?cursor=!", None, 422),
        ("administrator", "GET", "letters?cursor=WzFd", None, 422),
        ("administrator", "GET", "audit?cursor=WyJhIl0", None, 422),
        ("administrator", "GET", "letters?limit=1000000000", None, 422),
        ("administrator", "GET", "letters?queue=" + "q" * 61, None, 422),
        ("administrator", "GET", "letters?other=1", None, 422),
    ],
)
async def test_refuses(
    watch: Watch, role: str, method: str, path: str, body: object, status: int
) -> None:
    """A clear problem, nothing done, nothing in the audit."""
    await watch.kill("search", stalled())

    answer = await watch.ask(role, method, path, json=body)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len((await watch.get("administrator", "letters"))["items"]) == 1
    assert (await watch.get("administrator", "audit"))["items"] == []


async def test_gives_figures_to_who_may_read_them(watch: Watch) -> None:
    """Prometheus text, with the queues and the vital signs in it."""
    await watch.kill("search", stalled())
    await watch.running.service.sample()
    await watch.vitals.sample()

    answer = await watch.ask("manager", "GET", "metrics")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    for figure in (
        'squad_queue_letters{queue="search",state="dead"} 1.0',
        'squad_outbox_letters{service="monitoring"} 0.0',
        'squad_ready{service="monitoring"} 1.0',
        "squad_memory_bytes ",
        "squad_uptime_seconds ",
        "squad_loop_lag_seconds ",
    ):
        assert figure in answer.text


async def test_tells_the_health_of_the_node(watch: Watch) -> None:
    """Each service with why it waits; the time it runs, and its memory."""
    watch.vitals.watch("search", lambda: "builds the index", None)
    watch.clock.advance(90)

    health = await watch.get("auditor", "health")

    assert (health["ready"], health["uptime"]) == (False, 90)
    assert health["memory"] > 10_000_000
    assert {s["service"]: (s["ready"], s["reason"]) for s in health["services"]} == {
        "monitoring": (True, ""),
        "search": (False, "builds the index"),
    }
