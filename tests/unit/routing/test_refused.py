"""Bad news of consultants: refused and told, and routing goes on with the last good ones."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.routing.office import Office, Router, person

from squad.contracts.people import AvailabilityChanged, Base, Interval, UserUpdated
from squad.contracts.routing import RosterRefused
from squad.kernel import metrics

NOWHERE = Base(latitude=95.0, longitude=0.0, country="US")
FAR = Base(latitude=41.9, longitude=500.0, country="US")


async def _change(office: Office, router: Router, name: str, **changes: Any) -> str:
    """What becomes of the letter that tells another record of somebody."""
    old = router.routing.memory.people[person(name)]
    version = changes.pop("version", old.version + 1)
    new = replace(old, version=version, **changes)
    return await office.hear(router, UserUpdated(person=new), version=new.version)


async def _refused(router: Router) -> list[tuple[str, str, str]]:
    page = (await router.ask("GET", "/roster")).json()
    return [(one["name"], one["part"], one["field"]) for one in page["refused"]]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"home": NOWHERE}, "latitude", "must be -90 to 90 degrees"),
        ({"home": FAR}, "longitude", "must be -180 to 180 degrees"),
        ({"home": None}, "home", "a consultant needs a home base"),
        ({"zone": "Mars/Olympus"}, "zone", "'Mars/Olympus' is not an IANA zone"),
        ({"rating": 9.0}, "rating", "must be 1 to 5"),
        ({"capacity": 5_000}, "capacity", "must be 1 to 1000"),
    ],
)
async def test_goes_on_with_the_last_good_record(
    office: Office, router: Router, changes: dict[str, Any], field: str, reason: str
) -> None:
    """The letter is done with, the alarm names field and reason, and tickets are still routed."""
    await office.enlist(router, "ann")

    assert await _change(office, router, "ann", **changes) == "ack"

    (told,) = [one for one in await office.settle(router) if isinstance(one, RosterRefused)]
    assert (told.field, told.reason, told.version) == (field, reason, 2)
    assert await _refused(router) == [("Ann", "person", field)]
    assert b"squad_roster_refused 1.0" in metrics.render()
    id = await office.log(router)
    await office.settle(router)
    assert office.assignee(id) == "ann"


async def test_ends_the_alarm_when_good_data_comes(office: Office, router: Router) -> None:
    """The next valid record is taken, and nothing is refused any more."""
    await office.enlist(router, "ann")
    await _change(office, router, "ann", home=None)

    assert await _change(office, router, "ann", version=3, capacity=7) == "ack"

    assert await _refused(router) == []
    assert b"squad_roster_refused 0.0" in metrics.render()
    assert router.routing.memory.people[person("ann")].capacity == 7


@pytest.mark.parametrize(("start", "end", "field"), [(5, 3, "intervals/1"), (5, 5, "intervals/1")])
async def test_keeps_the_last_good_hours(
    office: Office, router: Router, start: int, end: int, field: str
) -> None:
    """A shift that ends before it starts is refused; the hours before it hold, then new ones."""
    await office.enlist(router, "ann")
    now = office.clock.now()
    spans = [(0, 1), (start, end)]
    told = AvailabilityChanged(
        person=person("ann"), version=50, until=now + timedelta(days=28),
        intervals=[Interval(now + timedelta(hours=a), now + timedelta(hours=b)) for a, b in spans],
    )  # fmt: skip

    assert await office.hear(router, told, version=50) == "ack"

    assert await _refused(router) == [("Ann", "hours", field)]
    office.clock.advance(2 * 3600)
    id = await office.log(router)
    await office.settle(router)
    assert office.assignee(id) == "ann"
    await office.works(router, "ann", (0, 1), version=51)
    assert await _refused(router) == []


async def test_remembers_over_a_restart(office: Office, router: Router) -> None:
    """Another process has the last good record, and the alarm."""
    await office.enlist(router, "ann")
    await _change(office, router, "ann", home=NOWHERE)
    await router.routing.memory.lease.release()

    other = await office.router()

    assert await _refused(other) == [("Ann", "person", "latitude")]
    assert person("ann") in other.routing.memory.roster


async def test_leaves_alone_who_takes_no_work(office: Office, router: Router) -> None:
    """No base is needed of somebody without capacity, inactive, or in another role."""
    await office.enlist(router, "ann")

    steps: list[dict[str, Any]] = [
        {"capacity": 0},
        {"active": False, "capacity": 5},
        {"roles": ("customer",)},
    ]
    for version, changes in enumerate(steps, 2):
        await _change(office, router, "ann", version=version, home=None, **changes)
        assert await _refused(router) == []
    assert person("ann") not in router.routing.memory.roster
