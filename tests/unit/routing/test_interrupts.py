"""Trips under way: who drives to what can wait turns round for what cannot, if that pays."""

from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.routing.office import Office, Router, person
from tests.unit.tickets.conftest import SPOT

from squad.contracts.envelope import Event
from squad.contracts.people import Base
from squad.contracts.routing import TicketAssigned, TripInterrupted
from squad.contracts.tickets import TicketCreated
from squad.ports.unit import Conflict
from squad.services.routing.choose import recompute
from squad.services.routing.explain import explain
from squad.services.routing.model import Decision

AWAY = replace(SPOT, latitude=42.3, longitude=-88.0)  # 56 km from home: an hour to drive
NEAR, FAR = 42.0, 42.3  # degrees; bob's home, 13 and 47 km from the P1
TEN = 600.0  # s on the way so far


async def _driving(office: Office, router: Router, *, capacity: int = 5, **changes: Any) -> str:
    """Ana, alone on the roster, has driven ten minutes towards a ticket an hour away."""
    await office.enlist(router, "ana", capacity=capacity)
    id = await office.log(router, "away", **{"priority": 4, "spot": AWAY} | changes)
    await office.settle(router)
    await office.step(router, id, "accept")
    await office.step(router, id, "travel")
    office.clock.advance(TEN)
    await router.routing.step()
    return id


async def _beside(office: Office, router: Router, latitude: float) -> str:
    """Ana drives; bob, who lives north of the P1 to come, has begun to work meanwhile."""
    home = Base(latitude=latitude, longitude=-87.63, country="US")
    await office.enlist(router, "bob", home=home, spans=((24, 32),))
    id = await _driving(office, router)
    await office.works(router, "bob", (0, 8))
    return id


async def _urgent(office: Office, router: Router, **changes: Any) -> tuple[str, list[Event]]:
    """A P1 near ana's home, and what routing says."""
    id = await office.log(router, "urgent", **{"priority": 1} | changes)
    return id, await office.settle(router)


def _turned(said: list[Event]) -> list[TripInterrupted]:
    return [event for event in said if isinstance(event, TripInterrupted)]


def _plan(router: Router) -> list[tuple[str, str]]:
    plan = router.routing.memory.roster.plan(person("ana"))
    return [(stop.ticket, stop.state) for stop in plan]


async def _record(router: Router, id: str) -> Decision:
    return (await router.routing.hand.decisions(id))[0].record


async def test_turns_round_for_an_emergency(office: Office, router: Router) -> None:
    """The P1 comes first, the P4 right behind it, accepted again; every letter came twice."""
    away = await _driving(office, router)

    urgent, said = await _urgent(office, router)

    [event] = _turned(said)
    assert (event.ticket, event.for_ticket) == (away, urgent)
    assert (event.consultant, event.version) == (person("ana"), 4)
    assert (office.assignee(urgent), office.assignee(away)) == ("ana", "ana")
    assert (office.tickets[away].status, office.tickets[away].version) == ("accepted", 5)
    assert _plan(router) == [(urgent, "assigned"), (away, "accepted")]
    [given] = [one for one in said if isinstance(one, TicketAssigned)]
    assert given.arrival is not None
    assert event.arrival > given.arrival
    assert event.decision == given.decision


async def test_goes_on_to_the_other_afterwards(office: Office, router: Router) -> None:
    """Ana accepts the P1, drives to it and is on site; then she sets out once more."""
    away = await _driving(office, router)
    urgent, _ = await _urgent(office, router)

    for step in ("accept", "travel", "arrive", "resolve"):
        await office.step(router, urgent, step)
    await office.step(router, away, "travel")
    assert _turned(await office.settle(router)) == []

    assert office.tickets[away].status == "travelling"
    assert _plan(router) == [(away, "travelling")]


async def test_turns_round_for_what_had_to_wait(office: Office, router: Router) -> None:
    """Ana has no room: the P1 stalls. Then she has room, still on the way: she turns round."""
    away = await _driving(office, router, capacity=1)
    urgent, _ = await _urgent(office, router)
    assert office.tickets[urgent].status == "needs_dispatcher"

    await office.enlist(router, "ana", capacity=2, version=2)
    said = await office.settle(router)

    assert [event.for_ticket for event in _turned(said)] == [urgent]
    assert office.tickets[away].status == "accepted"


async def test_keeps_a_record_that_computes_again(office: Office, router: Router) -> None:
    """Bob is eligible too, far off: the record has both, ana once, where she is on the way."""
    await _beside(office, router, FAR)

    urgent, said = await _urgent(office, router)

    record = await _record(router, urgent)
    assert _turned(said)
    assert [one.consultant for one in record.candidates] == [person("ana"), person("bob")]
    assert record.candidates[1].cost - record.cost >= router.routing.memory.policy.preempt_min
    latitude = record.candidates[0].seen.latitude
    assert 41.9 < latitude < 42.0
    assert recompute(record, router.routing.memory.policy) == record


async def test_says_whose_trip_and_what_it_costs(office: Office, router: Router) -> None:
    """Dispatcher and consultant hear of it, the customer of the P1 does not."""
    away = await _driving(office, router)
    urgent, _ = await _urgent(office, router)
    record, names = await _record(router, urgent), {person("ana"): "Ana"}

    for language, word in (("en", "turns round"), ("fr-CA", "demi-tour"), ("es", "la vuelta")):
        [told] = [line for line in explain(record, names, language=language) if away in line]
        mine = explain(record, names, language=language, audience="consultant")
        theirs = explain(record, names, language=language, audience="customer")

        assert word in told
        assert f"{record.candidates[0].terms.others:.0f} min" in told
        assert sum(away in line for line in mine) == 1
        assert not any(away in line for line in theirs)


async def test_leaves_what_is_as_urgent_alone(office: Office, router: Router) -> None:
    """A P1 does not interrupt a P1; a P2 it does."""
    away = await _driving(office, router, priority=1)

    _, said = await _urgent(office, router)

    assert _turned(said) == []
    assert office.tickets[away].status == "travelling"


async def test_what_can_wait_interrupts_nothing(office: Office, router: Router) -> None:
    """Only work down to P2 does."""
    await _driving(office, router)

    assert _turned((await _urgent(office, router, priority=3))[1]) == []


@pytest.mark.parametrize("hold", ["pin", "lock", "book"])
async def test_leaves_what_was_settled_by_people(office: Office, router: Router, hold: str) -> None:
    """Pinned or locked by a dispatcher, or booked by the customer, the trip goes on."""
    away = await _driving(office, router)
    work = router.routing.memory.work
    if hold == "book":
        work[away] = replace(work[away], booked=person("ana"))
    else:
        await router.does(f"/tickets/{away}/{hold}")

    assert _turned((await _urgent(office, router))[1]) == []


async def test_leaves_who_should_be_there_by_now(office: Office, router: Router) -> None:
    """Late or without a network: after the time of the trip they are taken to have arrived."""
    await _driving(office, router)
    office.clock.advance(2 * 3600.0)
    await router.routing.step()

    assert _turned((await _urgent(office, router))[1]) == []


@pytest.mark.parametrize(
    ("latitude", "least", "turns"), [(NEAR, 15.0, False), (NEAR, 0.0, True), (FAR, 15.0, True)]
)
async def test_asks_for_what_the_policy_says(
    office: Office, router: Router, latitude: float, least: float, turns: bool
) -> None:
    """Bob lives so near that turning round saves a little, or so far that it saves enough."""
    away = await _beside(office, router, latitude)
    memory = router.routing.memory
    memory.policy = replace(memory.policy, preempt_min=least)

    urgent, said = await _urgent(office, router)

    assert bool(_turned(said)) == turns
    assert office.assignee(urgent) == ("ana" if turns else "bob")
    assert office.tickets[away].status == ("accepted" if turns else "travelling")


async def test_takes_all_back_if_it_cannot_be_written(
    office: Office, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan, the place and the trip are what they were; the next try turns round once."""
    away = await _driving(office, router)
    memory, ana = router.routing.memory, person("ana")
    places, plan = memory.roster.columns["place"], memory.roster.plan(ana)
    place = places[:, memory.roster.row(ana)].tolist()

    async def fail(*_: Any) -> None:
        assert memory.roster.plan(ana) != plan
        raise Conflict("somebody else was sooner")

    with monkeypatch.context() as patch:
        patch.setattr(memory, "settle", fail)
        urgent, said = await _urgent(office, router)
    assert said == []
    assert memory.roster.plan(ana) == plan
    assert places[:, memory.roster.row(ana)].tolist() == place

    await office.hear(router, TicketCreated(ticket=office.tickets[urgent]), version=1)
    assert len(_turned(await office.settle(router))) == 1
    assert (office.tickets[away].status, memory.undo) == ("accepted", {})


async def test_a_change_on_the_way_does_not_begin_the_trip_again(
    office: Office, router: Router
) -> None:
    """The ticket has a new version and time; ana is where she was, and should arrive as before."""
    away = await _driving(office, router)
    before = router.routing.memory.roster.plan(person("ana"))

    await office.change(router, away, title="Till 4", updated_at=office.clock.now())

    assert router.routing.memory.roster.plan(person("ana")) == before
    assert len(_turned((await _urgent(office, router))[1])) == 1
