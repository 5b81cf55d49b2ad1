"""What-ifs in the service: asked for, worked on, kept, put in force; and history replayed."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.routing.office import Office, Router

from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.apps.whatif import request as requests
from squad.apps.whatif.request import Request
from squad.contracts.routing import PolicyPromoted
from squad.kernel.ids import uuid7
from squad.kernel.service import Kit
from squad.ports.database import Statement
from squad.ports.unit import Cause
from squad.services.routing import document, start
from squad.services.routing.policy import DEFAULT

ANSWER = b'{"result": {"figures": []}, "report": "<!doctype html><p>All is well</p>"}'


class Stage:
    """A rehearsal that waits until it is let go. said: what it was asked."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.go = asyncio.Event()
        self.refusal = ""
        self.ended = 0

    async def rehearse(self, asked: bytes, tell: Callable[[float], None]) -> bytes:
        """This will answer once it may."""
        self.said.append(json.loads(asked))
        tell(0.5)
        try:
            await self.go.wait()
        finally:
            self.ended += 1
        if self.refusal:
            raise ValueError(self.refusal)
        return ANSWER


@pytest.fixture
def stage() -> Stage:
    """Nothing rehearsed yet."""
    return Stage()


@pytest.fixture
async def theater(office: Office, tmp_path: Path, clock: Frozen, stage: Stage) -> Router:
    """A router whose what-ifs run on the stage; they wait until `play`."""
    database = await sqlite.open(f"sqlite:{tmp_path}/routing.db", clock)
    office._opened.append(database)
    office.database = database
    kit = Kit("routing", clock=clock, database=database, rehearse=stage.rehearse)
    return Router(await start(kit), database)


async def _ask(router: Router, body: Any = None, **options: Any) -> Any:
    return await router.does("/simulations", body or {}, role="manager", **options)


async def _show(router: Router, id: str) -> Any:
    answer = await router.ask("GET", f"/simulations/{id}", role="manager")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _reaches(router: Router, id: str, state: str) -> Any:
    async with asyncio.timeout(10):
        while (found := await _show(router, id))["state"] != state:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found


def _policy(version: int = 2, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(document.dump(DEFAULT))
    return {**fields, "version": version, **changes}


async def test_runs_a_what_if_and_keeps_what_came_of_it(theater: Router, stage: Stage) -> None:
    """Asked twice it runs once; the answer and the report stay."""
    id = (await _ask(theater, {"policy": _policy(overtime=2.0), "days": 3}))["id"]
    assert (await _show(theater, id))["state"] == "queued"
    work = asyncio.create_task(theater.routing.trials.run())
    await _reaches(theater, id, "running")
    stage.go.set()

    done = await _reaches(theater, id, "done")

    work.cancel()
    assert (done["share"], done["result"]) == (1.0, {"figures": []})
    assert [(one["days"], one["policy"]["overtime"]) for one in stage.said] == [(3, 2.0)]
    report = await theater.ask("GET", f"/simulations/{id}/report", role="manager")
    assert report.text == "<!doctype html><p>All is well</p>"
    assert report.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in report.headers["content-security-policy"]
    listed = await theater.ask("GET", "/simulations", role="manager")
    assert [one["id"] for one in listed.json()["items"]] == [id]


async def test_puts_the_policy_that_was_tried_in_force(
    office: Office, theater: Router, stage: Stage
) -> None:
    """It becomes a version and is promoted, once, with the what-if as its reason."""
    stage.go.set()
    id = (await _ask(theater, {"policy": _policy(overtime=2.0)}))["id"]
    body = {"note": "less overtime", "replaces": 1}
    early = await theater.ask("POST", f"/simulations/{id}/promote", body, role="manager")
    work = asyncio.create_task(theater.routing.trials.run())
    done = await _reaches(theater, id, "done")

    edition = await theater.does(done["promote"].removeprefix("/api/routing"), body, role="manager")

    work.cancel()
    assert early.status_code == 409
    assert (edition["version"], edition["state"], edition["promotions"]) == (2, "active", 1)
    assert edition["reason"] == f"less overtime (what-if {id})"
    assert (await theater.ask("GET", "/policy")).json()["document"]["overtime"] == 2.0
    promoted = [one for one in await office.settle(theater) if isinstance(one, PolicyPromoted)]
    assert [(one.version, one.before) for one in promoted] == [(2, 1)]
    denied = await theater.ask("POST", f"/simulations/{id}/promote", body, role="dispatcher")
    assert denied.status_code == 403


async def test_lets_a_few_wait_and_no_more(theater: Router) -> None:
    """The fifth is told when to come back, and is not kept."""
    for _ in range(5):
        await _ask(theater)

    full = await theater.ask("POST", "/simulations", {}, role="manager")

    assert full.status_code == 429
    assert int(full.headers["retry-after"]) > 0
    listed = await theater.ask("GET", "/simulations?limit=3", role="manager")
    rest = await theater.ask(
        "GET", "/simulations?limit=3&cursor=" + listed.json()["next"], role="manager"
    )
    assert len({one["id"] for one in (listed.json()["items"] + rest.json()["items"])}) == 5


async def test_stops_one_that_nobody_wants_any_more(theater: Router, stage: Stage) -> None:
    """The process ends; cancelled is cancelled, and one that waits never begins."""
    first, second = [(await _ask(theater))["id"] for _ in range(2)]
    work = asyncio.create_task(theater.routing.trials.run())
    await _reaches(theater, first, "running")

    await theater.does(f"/simulations/{second}/cancel", role="manager")
    await theater.does(f"/simulations/{first}/cancel", role="manager")
    async with asyncio.timeout(10):
        while not stage.ended:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    work.cancel()
    assert len(stage.said) == 1
    assert (await _show(theater, first))["state"] == "cancelled"
    again = await theater.ask("POST", f"/simulations/{first}/cancel", {}, role="manager")
    assert again.status_code == 409


async def test_says_what_was_interrupted(theater: Router, stage: Stage, clock: Frozen) -> None:
    """By a stop at once, by a lost process after a minute without a beat."""
    stopped = (await _ask(theater))["id"]
    work = asyncio.create_task(theater.routing.trials.run())
    await _reaches(theater, stopped, "running")
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    lost = (await _ask(theater))["id"]
    assert (await _show(theater, lost))["state"] == "queued"

    clock.advance(61.0)

    assert (await _show(theater, lost))["state"] == "interrupted"
    assert (await _show(theater, stopped))["state"] == "interrupted"


async def test_says_why_one_failed(theater: Router, stage: Stage) -> None:
    """What the world refuses is the reason."""
    stage.refusal = "no tickets were logged"
    stage.go.set()
    id = (await _ask(theater))["id"]
    work = asyncio.create_task(theater.routing.trials.run())

    found = await _reaches(theater, id, "failed")

    work.cancel()
    assert found["reason"] == "no tickets were logged"
    report = await theater.ask("GET", f"/simulations/{id}/report", role="manager")
    assert report.status_code == 409


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"policy": _policy(overtime=-1.0)}, "/policy/overtime"),
        ({"policy": _policy(), "version": 1}, "/version"),
        ({"days": 93}, "/days"),
        ({"source": "generated", "days": 90, "tickets": 9000}, "/days"),
        ({"staff": {"change": [{"id": "a", "shift_by_h": 20}]}}, "/staff/change/0/shift_by_h"),
        ({"since": "2026-01-05T00:00:00"}, "/since"),
    ],
)
async def test_refuses_what_cannot_be_tried(theater: Router, body: Any, path: str) -> None:
    """Each with the field; nothing is kept."""
    answer = await theater.ask("POST", "/simulations", body, role="manager")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == path
    assert (await theater.ask("GET", "/simulations", role="manager")).json()["items"] == []


async def test_is_not_for_everybody(theater: Router) -> None:
    """A consultant may not; an unknown version or what-if is missing."""
    assert (await theater.ask("POST", "/simulations", {}, role="consultant")).status_code == 403
    unknown = await theater.ask("POST", "/simulations", {"version": 7}, role="manager")
    assert unknown.status_code == 404
    assert (await theater.ask("GET", f"/simulations/{uuid7()}", role="manager")).status_code == 404


async def test_replays_history(office: Office, router: Router, clock: Frozen) -> None:
    """What was recorded comes again: people, tickets, measured work; all decisions recompute."""
    await office.enlist(router, "ann")
    await office.enlist(router, "bob", skills={"pos": 5})
    for number in range(4):
        id = await office.log(router, f"ticket {number}", service=60)
        await office.settle(router)
        clock.advance(60.0)
        for step in ("accept", "travel", "arrive"):
            await office.step(router, id, step)
        clock.advance(1800.0)
        await office.step(router, id, "resolve", resolution="Done.")
    await office.log(router, "later")
    await office.settle(router)
    url = f"sqlite:{office.home}/routing.db"
    request = Request(source="recorded", days=2, check=True)
    clock.advance(60.0)

    ready = await requests.prepare(request, url, clock)
    found = requests.run(request, ready, lambda share: None)

    assert found.assignments.identical
    assert (found.world.tickets, found.world.measured) == (5, 4)
    assert found.world.consultants == (2, 2)
    assert found.checked is not None
    assert (found.checked.decisions, found.checked.same, found.checked.differ) == (5, 5, ())
    works = [demand.work for demand in ready.world.demand]
    assert works[-1] == 1.0
    assert all(0.4 < work < 0.7 for work in works[:4])
    assert found.world.since < found.world.until <= clock.now() + timedelta(seconds=1)


async def test_finds_a_stored_decision_that_differs(office: Office, router: Router) -> None:
    """A record that was tampered with is named."""
    await office.enlist(router, "ann")
    await office.log(router)
    rows = await office.database.fetch("select id, record from decisions")
    record = json.loads(rows[0][1])
    record["candidates"][0]["cost"] += 1.0

    change = Statement("update decisions set record = ?", (json.dumps(record).encode(),))
    await office.database.commit(Cause(""), [change], [], b"")

    request = Request(source="recorded", days=2, check=True)
    office.clock.advance(60.0)
    ready = await requests.prepare(request, f"sqlite:{office.home}/routing.db", office.clock)

    assert ready.checked is not None
    assert (ready.checked.same, list(ready.checked.differ)) == (0, [rows[0][0]])
