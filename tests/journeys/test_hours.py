"""Journeys through hours and catalogue, and what identity tells the others again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.house import BASE, House, draft, etag, id_of

from squad.adapters.clock.frozen import Frozen
from squad.contracts.operations import SnapshotEnded, SnapshotRequested
from squad.contracts.people import (
    AvailabilityChanged,
    Person,
    UserCreated,
    UserErased,
    UserSnapshot,
    UserUpdated,
)
from squad.kernel.ids import uuid7
from squad.kernel.problem import Impossible
from squad.ports.directory import Account
from squad.ports.unit import Cause, Duplicate
from squad.services.identity.model.hours import Schedule, Weekly

OFFICE = {"weekly": [{"days": ["mon", "tue", "wed"], "start": "08:00", "end": "17:00"}]}


@pytest.fixture
async def house(tmp_path: Path, clock: Frozen) -> AsyncIterator[House]:
    """Identity with one person per role."""
    opened = await House.open(tmp_path, clock)
    yield opened
    await opened.close()


async def test_tells_working_hours_in_utc(house: House) -> None:
    """A schedule in local time becomes intervals for 28 days, told whole with a version."""
    consultant = id_of("consultant")
    path, before = f"/people/{consultant}/schedule", len(await house.letters())
    await house.does("administrator", "PATCH", f"/people/{consultant}", {"zone": "America/Toronto"})

    empty = await house.get("dispatcher", path)
    plan = await house.does("dispatcher", "PUT", path, OFFICE, **etag(0))
    stale = await house.send("dispatcher", "PUT", path, OFFICE, **etag(0))

    assert (empty["version"], empty["weekly"]) == (0, [])
    assert (plan["version"], plan["zone"], stale.status_code) == (1, "America/Toronto", 412)
    [event] = await house.told(AvailabilityChanged, since=before)
    assert (event.person, event.version) == (consultant, 1)
    assert event.until.isoformat() == "2026-03-31T00:00:00+00:00"
    starts = [one.start.isoformat() for one in event.intervals]
    assert starts[:4] == [
        "2026-03-02T13:00:00+00:00", "2026-03-03T13:00:00+00:00", "2026-03-04T13:00:00+00:00",
        "2026-03-09T12:00:00+00:00",
    ]  # fmt: skip


async def test_tells_hours_again_when_somebody_moves(house: House) -> None:
    """Another zone is another time of work; the schedule itself keeps its version."""
    consultant = id_of("consultant")
    await house.does("manager", "PUT", f"/people/{consultant}/schedule", OFFICE)
    before = len(await house.letters())

    await house.does("administrator", "PATCH", f"/people/{consultant}", {"zone": "Asia/Tokyo"})

    [event] = await house.told(AvailabilityChanged, since=before)
    assert event.version == 2
    assert event.intervals[0].start.hour == 23
    plan = await house.get("consultant", f"/people/{consultant}/schedule")
    assert (plan["version"], plan["zone"]) == (1, "Asia/Tokyo")


async def test_extends_hours_once_a_day_on_any_number_of_nodes(house: House, clock: Frozen) -> None:
    """Each day everybody's horizon moves; two nodes at once tell it once."""
    for n in range(5):
        schedule = Schedule(weekly=(Weekly(("mon",), "08:00", "17:00"),))
        await house.person("consultant", f"c{n}", schedule=schedule)
    before, hours = len(await house.letters()), house.identity.hours

    same_day = await hours.extend()
    clock.advance(timedelta(days=1).total_seconds())
    moved = await asyncio.gather(hours.extend(), hours.extend())
    once_more = await hours.extend()

    assert (same_day, sum(moved), once_more) == (0, 5, 0)
    events = await house.told(AvailabilityChanged, since=before)
    assert {(event.version, event.until.day) for event in events} == {(2, 1)}
    assert len({event.person for event in events}) == len(events) == 5


async def test_lists_shifts_of_those_one_may_see(house: House) -> None:
    """A consultant sees own shifts; a dispatcher with an area those of the area, in pages."""
    schedule = Schedule(weekly=(Weekly(("mon",), "08:00", "17:00"),))
    for n in range(3):
        place = "US-IL" if n else "CA-QC"
        await house.person("consultant", f"c{n}", territories=(place,), schedule=schedule)
    await house.person("dispatcher", "local", territories=("US-IL",))
    span = "from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z"

    own = await house.get("c1", f"/shifts?{span}")
    local = await house.get("local", f"/shifts?{span}")
    first = await house.ask("dispatcher", "GET", f"/shifts?{span}&limit=2")
    second = await house.ask("dispatcher", "GET", first.links["next"]["url"].removeprefix(BASE))

    assert [item["person"] for item in own["items"]] == [id_of("c1")]
    assert {item["person"] for item in local["items"]} == {id_of("c1"), id_of("c2")}
    assert len(first.json()["items"]) + len(second.json()["items"]) == 3
    assert own["items"][0]["intervals"] == [
        {"start": "2026-03-02T08:00:00Z", "end": "2026-03-02T17:00:00Z", "kind": "shift"}
    ]
    other = await house.ask("c1", "GET", f"/shifts?{span}&person={id_of('c2')}")
    nobody = await house.ask("c1", "GET", f"/shifts?{span}&person={uuid7()}")
    assert (other.status_code, nobody.status_code) == (404, 404)


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-03-02T00:00:00Z",
        "from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z",
        "from=2026-03-02T00:00:00Z&to=2026-05-02T00:00:00Z",
        "from=2026-03-02T00:00:00&to=2026-03-03T00:00:00",
        "from=0001-01-01T00:00:00Z&to=9999-01-01T00:00:00Z",
        "from=yesterday&to=today",
    ],
)
async def test_refuses_odd_spans(house: House, query: str) -> None:
    """Spans are bounded, forward and with an offset."""
    assert (await house.ask("manager", "GET", f"/shifts?{query}")).status_code == 422


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("customer", OFFICE, 409),
        ("consultant", {"weekly": [{"days": [], "start": "08:00", "end": "17:00"}]}, 422),
        ("consultant", {"weekly": [{"days": ["mon"], "start": "24:00", "end": "17:00"}]}, 422),
        ("consultant", {"days_off": [{"first": "2026-07-02", "last": "2026-07-01"}]}, 422),
        ("consultant", {"leave": [{"start": "2026-07-02T00:00:00", "end": "2026-07-03"}]}, 422),
        ("consultant", {"holidays": []}, 422),
    ],
)
async def test_refuses_odd_schedules(
    house: House, name: str, body: dict[str, Any], status: int
) -> None:
    """Only consultants have hours, and hours must be possible."""
    before = await house.letters()

    answer = await house.send("manager", "PUT", f"/people/{id_of(name)}/schedule", body)

    assert answer.status_code == status, answer.text
    assert await house.letters() == before


# Catalogue


async def test_keeps_a_catalogue(house: House) -> None:
    """Entries are added, changed on their version, listed, and taken out of use."""
    skill = await house.does("administrator", "POST", "/skills", {"id": "hvac", "name": "HVAC"})
    amended = await house.does(
        "administrator", "PATCH", "/skills/hvac", {"french": "CVC", "active": False}, **etag(1)
    )
    stale = await house.send("administrator", "PATCH", "/skills/hvac", {"name": "x"}, **etag(1))
    twice = await house.send("administrator", "POST", "/skills", {"id": "hvac", "name": "Again"})
    listed = await house.get("customer", "/skills")
    unused = await house.send("administrator", "POST", "/people", draft(skills={"hvac": 1}))

    assert (skill["version"], amended["version"], amended["name"]) == (1, 2, "HVAC")
    assert (stale.status_code, twice.status_code, unused.status_code) == (412, 409, 422)
    assert [item["id"] for item in listed["items"]] == ["hvac", "pos"]
    answer = await house.ask("customer", "GET", "/skills/hvac")
    assert answer.headers["etag"] == '"2"'
    assert (await house.ask("customer", "GET", "/skills/none")).status_code == 404


async def test_refuses_a_store_that_refers_to_nothing(house: House) -> None:
    """Organisation, territory and zone of a store must exist."""
    for field in ({"organisation": uuid7()}, {"territory": "US-XX"}, {"zone": "No/Where"}):
        answer = await house.send("administrator", "POST", "/stores", {"name": "One", **field})
        assert answer.status_code == 422
    await house.does(
        "administrator", "POST", "/stores", {"id": uuid7(), "name": "One", "territory": "US-IL"}
    )


async def test_passes_an_organisation_s_tier_on_to_its_people(house: House) -> None:
    """Customers inherit it when they come, and when it changes."""
    organisation = uuid7()
    await house.does(
        "administrator", "POST", "/organisations",
        {"id": organisation, "name": "Acme", "tier": "silver"},
    )  # fmt: skip
    ids = [uuid7() for _ in range(3)]
    for n, id in enumerate(ids):
        person = draft(id=id, organisation=organisation, contact={"mail": f"{n}@acme.example"})
        assert (await house.does("receptionist", "POST", "/people", person))["tier"] == "silver"
    before = len(await house.letters())

    path = f"/organisations/{organisation}"
    await house.does("administrator", "PATCH", path, {"tier": "gold"})
    changed = await asyncio.gather(*(house.identity.upkeep.retier() for _ in range(2)))

    events = await house.told(UserUpdated, since=before)
    assert sum(changed) == 3
    assert {(event.person.id, event.person.tier) for event in events} == {(i, "gold") for i in ids}
    assert len(events) == 3


# For the others, and for tools


async def test_sends_everything_again_in_pages(house: House) -> None:
    """A service that lost its copy gets everybody, hours and erasures, page by page, once."""
    schedule = Schedule(weekly=(Weekly(("mon",), "08:00", "17:00"),))
    await asyncio.gather(
        *(house.person("consultant", f"c{n}", schedule=schedule) for n in range(600))
    )
    await house.does("administrator", "POST", f"/people/{id_of('customer')}/erase")
    before = len(await house.letters())
    asked = SnapshotRequested(id=uuid7(), service="routing", source="identity")

    await house.identity.snapshot(asked, Cause("first"))
    [following] = await house.told(SnapshotRequested, since=before)
    await house.identity.snapshot(following, Cause("second"))
    with pytest.raises(Duplicate):
        await house.identity.snapshot(asked, Cause("first"))

    people = await house.told(UserSnapshot, since=before)
    hours = await house.told(AvailabilityChanged, since=before)
    [erased] = await house.told(UserErased, since=before)
    [ended] = await house.told(SnapshotEnded, since=before)
    assert len({event.person.id for event in people}) == len(people) == 607
    assert {event.version for event in hours} == {1}
    assert (len(hours), erased.id, ended.sent) == (600, id_of("customer"), 608)


async def test_ignores_requests_to_others(house: House) -> None:
    """A snapshot of tickets is not identity's to send."""
    before = await house.letters()

    asked = SnapshotRequested(id=uuid7(), service="routing", source="tickets")
    await house.identity.snapshot(asked, Cause("x"))

    assert await house.letters() == before


async def test_enrolls_once(house: House) -> None:
    """The demo world and imports may run again: nothing changes, nothing is told twice."""
    before = len(await house.letters())
    schedule = Schedule(weekly=(Weekly(("mon",), "08:00", "17:00"),))

    many = [house.person("consultant", "new", schedule=schedule) for _ in range(5)]
    same = await asyncio.gather(*many)

    assert len({person.id for person in same}) == 1
    assert len(await house.told(UserCreated, since=before)) == 1
    assert len(await house.told(AvailabilityChanged, since=before)) == 1


async def test_takes_over_a_sign_in_that_a_crash_left(house: House) -> None:
    """A sign-in without a person does not keep its mail from the next one who asks."""
    ghost = Person(id=uuid7(), version=1, roles=("customer",))
    await house.directory.enroll(Account(ghost.id, "zoe@shop.example", True), "left by a crash")

    person = await house.does("receptionist", "POST", "/people", draft())

    account = await house.directory.find("zoe@shop.example")
    assert account is not None
    assert account.id == person["id"]
    assert await house.directory.authenticate("zoe@shop.example", "left by a crash") is None


async def test_refuses_to_enroll_with_somebody_s_mail(house: House) -> None:
    """A mail belongs to one person, in imports as well."""
    person = Person(
        id=uuid7(), version=1, roles=("customer",),
        contact=(await house.identity.people.get(id=id_of("customer"))).contact,
    )  # fmt: skip

    with pytest.raises(Impossible):
        await house.identity.enroll(person=person, cause=Cause(uuid7()))
