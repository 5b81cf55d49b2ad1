"""Journeys of tickets as monitoring tells them, and one trace through all services."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.journeys.harness import World

from squad.apps.server import Server
from squad.kernel import settings
from squad.kernel.ids import uuid7

TRACE, CALLER = "ab" * 16, "cd" * 8
SERVICES = {"tickets", "routing", "search", "engagement"}
STORY = ("created", "assigned", "updated")  # as one trace has it: the command and what followed


def ticket() -> dict[str, Any]:
    """A ticket to log."""
    return {"id": uuid7(), "title": "Till 3 does not start", "location": {"postal_code": "60601"}}


def test_tells_who_did_what_when(world: World) -> None:
    """Every event of a ticket, its cause, who handled it and how long that took.

    The bus doubles, delays and loses acknowledgements: what was received again is told too.
    """
    id = world.post("customer", "/api/tickets", ticket())["id"]

    def look() -> Any:
        answer = world.ask("dispatcher", "GET", f"/api/monitoring/journey/{id}")
        journey = answer.json() if answer.status_code == 200 else {"events": []}
        seen = {h["service"] for event in journey["events"] for h in event["handled"]}
        there = journey.get("assigned_ms") and seen >= {
            "tickets",
            "routing",
            "search",
            "engagement",
        }
        return journey if there else None

    journey = world.until(look)
    created, assigned, updated = journey["events"][:3]
    assert [e["type"].split(".")[-2] for e in (created, assigned, updated)] == list(STORY)
    assert (assigned["cause"], updated["cause"]) == (created["id"], assigned["id"])
    assert 0 < journey["routed_ms"] <= journey["assigned_ms"]
    handled = [h for event in journey["events"] for h in event["handled"]]
    assert {h["outcome"] for h in handled} <= {"ack", "duplicate", "retry"}
    assert all(h["receives"] >= 1 and h["took_ms"] >= 0 for h in handled)
    assert len({(e["id"], h["service"], h["receives"]) for e in journey["events"]
                for h in e["handled"]}) == len(handled)  # fmt: skip


def test_counts_what_happens(world: World) -> None:
    """Figures and pages are there through the edge, in both worlds; /metrics only where it is."""
    world.post("customer", "/api/tickets", ticket())

    def look() -> bool:
        answer = world.ask("manager", "GET", "/api/monitoring/metrics")
        return 'squad_queue_letters{queue="routing",state="waiting"}' in answer.text

    assert world.until(look)
    for path in ("/", "/api/docs", "/api/openapi.json", "/healthz", "/sign-in"):
        assert world.http.get(path).status_code == 200
    assert world.http.get("/metrics").status_code == (404 if world.split else 200)
    health = world.get("manager", "/api/monitoring/health")
    assert "monitoring" in {part["service"] for part in health["services"]}
    assert world.get("manager", "/api/monitoring/queues")["items"]


async def test_follows_one_sampled_request_through_the_services(home: Path) -> None:
    """One create, traced by its caller, is one tree of spans: request, routing, tickets, and on."""
    environ = {
        "SQUAD_HOME": str(home),
        "SQUAD_DEMO": "40",
        "SQUAD_TRACES": f"file:{home}/spans.jsonl",
        "SQUAD_SAMPLE": "0",
    }

    async with Server(settings.read(environ), demo=True).started() as server:
        await _until(lambda: _quiet(server))  # routing knows everybody of the demo world
        await _log(server, traceparent=f"00-{TRACE}-{CALLER}-01")
        await _log(server, traceparent=f"00-{'ef' * 16}-{CALLER}-00")

    spans = [msgspec.json.decode(line) for line in (home / "spans.jsonl").read_bytes().splitlines()]
    assert {span["context"]["trace_id"] for span in spans} == {f"0x{TRACE}"}
    by_id = {span["context"]["span_id"]: span for span in spans}
    (top,) = [span for span in spans if span["parent_id"] not in by_id]
    assert (top["parent_id"], top["name"]) == (f"0x{CALLER}", "POST /api/tickets")
    edges = {(_name(by_id[s["parent_id"]]), _name(s)) for s in spans if s is not top}
    assert edges >= {
        ("tickets POST /api/tickets", "routing created"),
        ("tickets POST /api/tickets", "search created"),
        ("routing created", "tickets assigned"),
        ("routing created", "engagement assigned"),
        ("tickets assigned", "search updated"),
    }
    assert all(
        s["start_time"] >= by_id[s["parent_id"]]["start_time"] for s in spans if s is not top
    )


def _name(span: Any) -> str:
    step = re.sub(r"process squad\.\w+\.(\w+)\.v1", r"\1", span["name"])
    return f"{span['resource']['attributes']['service.name']} {step}"


async def _log(server: Server, traceparent: str) -> None:
    """Logs a ticket and waits until all services have done their part."""
    identity = server.node.running["identity"].service
    tokens = {
        role: await identity.mint(f"{role}@demo.example") for role in ("customer", "dispatcher")
    }
    app: Any = server
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        headers = {"Authorization": f"Bearer {tokens['customer']}", "traceparent": traceparent}
        logged = await http.post("/api/tickets", json=ticket(), headers=headers)
        assert logged.status_code == 201, logged.text
        headers = {"Authorization": f"Bearer {tokens['dispatcher']}"}
        path = f"/api/monitoring/journey/{logged.json()['id']}"
        await _until(lambda: _settled(http, path, headers))


async def _until(check: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await check():  # noqa: ASYNC110 - what it looks at rings no bell
            await asyncio.sleep(0.05)


async def _quiet(server: Server) -> bool:
    """Nothing is in an outbox or a queue."""
    assert server.node.adapters is not None
    books = [running.books for running in server.node.running.values() if running.books]
    left = sum([await book.ledger.backlog() for book in books])
    return left + sum(d.waiting + d.hidden for d in await server.node.adapters.bus.depth()) == 0


async def _settled(http: httpx.AsyncClient, path: str, headers: dict[str, str]) -> bool:
    answer = await http.get(path, headers=headers)
    events = answer.json()["events"] if answer.status_code == 200 else []
    seen = {(e["type"].split(".")[-2], h["service"]) for e in events for h in e["handled"]}
    return seen >= {("updated", "search"), ("updated", "routing"), ("assigned", "engagement")}
