"""Appointments: real windows, one winner each, kept over declines and restarts."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from tests.engines import Engines
from tests.schemas import schema
from tests.unit.routing.office import Office, Router, person

from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import postgres
from squad.kernel.ids import uuid7
from squad.kernel.service import Kit
from squad.services.routing import slots, start

DAYS = tuple((day * 24, day * 24 + 8) for day in range(3))  # hours from now, on shift


async def _open(router: Router, id: str, **options: Any) -> list[dict[str, Any]]:
    answer = await router.ask("GET", f"/tickets/{id}/slots", **options)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["slots"])


async def _book(router: Router, id: str, slot: str, **options: Any) -> Any:
    """As a client does: where the database has too much to do it tries again, with the same key."""
    options = {"key": uuid7()} | options
    for _ in range(50):
        path = f"/tickets/{id}/appointment"
        answer = await router.ask("POST", path, {"slot": slot}, **options)
        if answer.status_code != 503:
            break
    return answer


async def test_offers_windows_in_which_somebody_works(office: Office, router: Router) -> None:
    """Two hours each, at whole local hours, within a shift, an hour from now at the soonest."""
    await office.enlist(router, "ann", spans=DAYS)
    id = await office.log(router)

    offered = await _open(router, id)

    assert offered
    now = office.clock.now()
    for one in offered:
        begins, ends = (datetime.fromisoformat(one[key]) for key in ("start", "end"))
        hours = (begins - now).total_seconds() / 3600
        assert (ends - begins).total_seconds() == 7200
        assert begins.astimezone(ZoneInfo(one["zone"])).hour in slots.HOURS
        assert any(hours >= 1 and lo <= hours and hours + 2 <= hi for lo, hi in DAYS)
        assert one["consultant"] == person("ann")


async def test_sends_who_was_booked_in_the_window(office: Office, router: Router) -> None:
    """The ticket goes to the named consultant, and their plan has it not before the window."""
    await office.enlist(router, "ann", spans=DAYS)
    await office.enlist(router, "bob", spans=DAYS, home=None)
    id = await office.log(router)
    await office.settle(router)
    wanted = (await _open(router, id))[-1]

    booked = await router.does(f"/tickets/{id}/appointment", {"slot": wanted["slot"]})
    await office.settle(router)

    assert booked == wanted
    assert office.assignee(id) == "ann"
    (stop,) = router.routing.memory.roster.plan(person("ann"))
    assert stop.opens_at == datetime.fromisoformat(wanted["start"]).timestamp()
    assert stop.due_at <= datetime.fromisoformat(wanted["end"]).timestamp()
    shown = await router.ask("GET", f"/tickets/{id}/appointment")
    assert shown.json() == wanted


@pytest.fixture(params=["sqlite", "postgres"])
async def busy(
    request: pytest.FixtureRequest, office: Office, tmp_path: Path, clock: Frozen, engines: Engines
) -> Router:
    """A router on either database."""
    if request.param == "sqlite":
        return await office.router()
    database = await postgres.open(await schema(engines, tmp_path), clock)
    office._opened.append(database)
    office.database = database
    return Router(await start(Kit("routing", clock=clock, database=database)), database)


async def test_books_nobody_twice_under_a_hundred_at_once(office: Office, busy: Router) -> None:
    """Fifty tickets for each of two slots: one wins each, the others get 409 with what is free."""
    for name in ("ann", "bob"):
        await office.enlist(busy, name, spans=DAYS)
    ids = [await office.log(busy, f"ticket {n}") for n in range(100)]
    first, second = (await _open(busy, ids[0]))[:2]
    wanted = [first["slot"], second["slot"]] * 50

    answers = await asyncio.gather(*(_book(busy, *pair) for pair in zip(ids, wanted, strict=True)))

    won = [slot for slot, one in zip(wanted, answers, strict=True) if one.status_code == 201]
    assert Counter(won) == {first["slot"]: 1, second["slot"]: 1}
    assert Counter(one.status_code for one in answers) == {201: 2, 409: 98}
    for one in answers:
        if one.status_code == 409:
            assert not set(wanted) & {free["slot"] for free in one.json()["slots"]}
    cells = await office.database.fetch("select consultant, cell, ticket from cells")
    assert len({row[:2] for row in map(tuple, cells)}) == len(cells)
    assert {row[2] for row in cells} == {
        id for id, one in zip(ids, answers, strict=True) if one.status_code == 201
    }


async def test_books_once_where_one_key_comes_many_times(office: Office, router: Router) -> None:
    """The same command twenty times at once is one booking, and every answer is the same."""
    await office.enlist(router, "ann", spans=DAYS)
    id = await office.log(router)
    slot = (await _open(router, id))[0]["slot"]

    answers = await asyncio.gather(*(_book(router, id, slot, key="k" * 20) for _ in range(20)))

    good = [one.json() for one in answers if one.status_code == 201]
    assert good
    assert all(one == good[0] for one in good)
    late = await _book(router, id, slot, key="k" * 20)
    assert (late.status_code, late.json()) == (201, good[0])


async def test_moves_and_cancels_an_appointment(office: Office, router: Router) -> None:
    """A booked slot is nobody else's; after a move, or a cancellation, it is free again."""
    await office.enlist(router, "ann", spans=DAYS)
    mine, other = await office.log(router, "mine"), await office.log(router, "other")
    await office.settle(router)
    first, second = (one["slot"] for one in (await _open(router, mine))[:2])

    await router.does(f"/tickets/{mine}/appointment", {"slot": first})
    await office.settle(router)
    while_mine = {one["slot"] for one in await _open(router, other)}
    await router.does(f"/tickets/{mine}/appointment", {"slot": second})
    await office.settle(router)
    moved = await _book(router, other, first)
    gone = await router.ask("DELETE", f"/tickets/{mine}/appointment")
    await office.settle(router)

    assert first not in while_mine
    assert moved.status_code == 201
    assert gone.status_code == 200
    assert (await router.ask("GET", f"/tickets/{mine}/appointment")).status_code == 404
    assert second in {one["slot"] for one in await _open(router, mine)}
    assert office.assignee(mine) == "ann"
    (stop,) = [s for s in router.routing.memory.roster.plan(person("ann")) if s.ticket == mine]
    assert stop.opens_at == 0.0


async def test_keeps_the_window_when_the_consultant_declines(
    office: Office, router: Router
) -> None:
    """Somebody else comes in the window that the customer chose; the first one's time is free."""
    for name in ("ann", "bob"):
        await office.enlist(router, name, spans=DAYS)
    mine, other = await office.log(router, "mine"), await office.log(router, "other")
    await office.settle(router)
    wanted = (await _open(router, mine))[0]
    await router.does(f"/tickets/{mine}/appointment", {"slot": wanted["slot"]})
    await office.settle(router)
    before = office.assignee(mine)

    await office.step(router, mine, "decline")
    await office.settle(router)

    assert {before, office.assignee(mine)} == {"ann", "bob"}
    (stop,) = [
        s for s in router.routing.memory.roster.plan(person(office.assignee(mine)))
        if s.ticket == mine
    ]  # fmt: skip
    assert stop.opens_at == datetime.fromisoformat(wanted["start"]).timestamp()
    assert (await _book(router, other, wanted["slot"])).status_code == 201


async def test_knows_an_appointment_after_a_restart(office: Office, router: Router) -> None:
    """What was booked is in the tables: the next process offers it to nobody."""
    await office.enlist(router, "ann", spans=DAYS)
    mine, other = await office.log(router, "mine"), await office.log(router, "other")
    await office.settle(router)
    slot = (await _open(router, mine))[0]["slot"]
    await router.does(f"/tickets/{mine}/appointment", {"slot": slot})
    await router.routing.memory.lease.release()

    next_one = await office.router()

    assert next_one.routing.active
    assert slot not in {one["slot"] for one in await _open(next_one, other)}
    refused = await _book(next_one, other, slot)
    assert refused.status_code == 409
    assert (await next_one.ask("GET", f"/tickets/{mine}/appointment")).json()["slot"] == slot


async def test_refuses_what_is_no_slot(office: Office, router: Router) -> None:
    """Nonsense, wrong hours, wrong person, too late, not yours: each is told so, nothing done."""
    await office.enlist(router, "ann", spans=DAYS)
    id = await office.log(router)
    await office.settle(router)
    good = (await _open(router, id))[0]["slot"]
    who, _, begins = good.partition("@")

    nonsense = await _book(router, id, "tomorrow")
    odd = await _book(router, id, f"{who}@{int(begins) + 60}")
    stranger = await _book(router, id, f"nobody@{begins}")
    foreign = await _book(router, id, good, role="customer")
    none = await router.ask("DELETE", f"/tickets/{id}/appointment")
    for step in ("accept", "travel"):
        await office.step(router, id, step)
    late = await _book(router, id, good)

    assert (nonsense.status_code, nonsense.json()["errors"][0]["path"]) == (422, "/slot")
    assert [odd.status_code, stranger.status_code, late.status_code] == [409, 409, 409]
    assert odd.json()["slots"]
    assert foreign.status_code == 404
    assert none.status_code == 404
    assert await office.database.fetch("select * from cells") == []


def test_offers_local_hours_over_a_change_of_clocks() -> None:
    """On the day when clocks go forward windows open at the same local hours."""
    now = datetime(2026, 3, 7, 18, tzinfo=UTC)

    spans = slots.windows(now, "America/Chicago")

    zone = ZoneInfo("America/Chicago")
    local = [datetime.fromtimestamp(start, zone) for start, _ in spans]
    assert {(one.hour, one.minute) for one in local} == {(hour, 0) for hour in slots.HOURS}
    assert local[0] == datetime(2026, 3, 7, 14, tzinfo=zone)
    assert len({one.date() for one in local}) == slots.DAYS


async def test_reorders_a_day(office: Office, router: Router) -> None:
    """A dispatcher and the consultant see a better order and may take it; others may not."""
    ann = await office.enlist(router, "consultant", spans=DAYS, capacity=9)
    ids = [await office.log(router, f"t{n}") for n in range(4)]
    await office.settle(router)
    roster = router.routing.memory.roster
    for n, id in enumerate(ids):
        (stop,) = [one for one in roster.plan(ann) if one.ticket == id]
        roster.reserve(ann, replace(stop, latitude=41.9 + (n * 3 % 4) / 5))

    seen = await router.ask("GET", f"/consultants/{ann}/order", role="consultant")
    stranger = await router.ask("GET", f"/consultants/{person('x')}/order", role="consultant")
    taken = await router.does(f"/consultants/{ann}/order")
    after = await router.ask("GET", f"/consultants/{ann}/order")

    assert seen.json() == taken
    assert taken["saved"] > 0.0
    assert taken["now"] == ids
    assert stranger.status_code == 404
    assert [one.ticket for one in roster.plan(ann)] == taken["better"]
    assert (after.json()["now"], after.json()["saved"]) == (taken["better"], 0.0)
