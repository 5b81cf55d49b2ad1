"""Work that nobody has accepted moves to who does it enough cheaper, and only that."""

from typing import Any

import pytest
from tests.unit.routing.office import Office, Router, person

from squad.contracts.people import Base
from squad.contracts.routing import TicketAssigned
from squad.services.routing.service.moving import PASS

FAR = Base(latitude=42.3, longitude=-88.3, country="US")  # 72 km from the tickets in Chicago


async def _queued(office: Office, router: Router) -> list[str]:
    """Three tickets in Chicago that ana has, who lives far away and is alone."""
    await office.enlist(router, "ana", home=FAR)
    ids = [await office.log(router, f"ticket {number}") for number in range(3)]
    await office.settle(router)
    assert {office.assignee(id) for id in ids} == {"ana"}
    return ids


async def _pass(office: Office, router: Router) -> list[Any]:
    office.clock.advance(PASS + 1.0)
    await router.routing.step()
    await router.routing.look(sweep=True)
    return await office.settle(router)


async def test_who_comes_on_duty_near_by_takes_over(office: Office, router: Router) -> None:
    """Ben works next door: what ana has not accepted goes to him, each once."""
    ids = await _queued(office, router)

    await office.enlist(router, "ben")
    said = await office.settle(router)

    moved = [event.ticket for event in said if isinstance(event, TicketAssigned)]
    assert moved
    assert len(moved) == len(set(moved))
    assert {office.assignee(id) for id in moved} == {"ben"}
    kept = await router.routing.hand.decisions(moved[0])
    assert (kept[0].action, kept[0].consultant) == ("moved", person("ben"))
    assert set(moved) <= set(ids)


@pytest.mark.parametrize("step", ["accept", "lock"])
async def test_a_word_given_is_kept(office: Office, router: Router, step: str) -> None:
    """What was accepted, or what a dispatcher has locked, stays where it is."""
    ids = await _queued(office, router)
    for id in ids:
        if step == "lock":
            await router.does(f"/tickets/{id}/lock")
        else:
            await office.step(router, id, step)

    await office.enlist(router, "ben")
    await _pass(office, router)

    assert {office.assignee(id) for id in ids} == {"ana"}


async def test_a_slow_database_stops_the_search(office: Office, router: Router) -> None:
    """Then only what must be decided is."""
    ids = await _queued(office, router)
    for _ in range(50):
        router.routing.memory.strain.note(5.0)
    assert router.routing.slow

    await office.enlist(router, "ben")
    await _pass(office, router)

    assert {office.assignee(id) for id in ids} == {"ana"}


async def test_nothing_moves_twice_without_a_reason(office: Office, router: Router) -> None:
    """A pass over settled work changes nothing."""
    await _queued(office, router)
    await office.enlist(router, "ben")
    await office.settle(router)
    first = [event for event in await _pass(office, router) if isinstance(event, TicketAssigned)]
    again = [event for event in await _pass(office, router) if isinstance(event, TicketAssigned)]

    assert len(first) <= 1
    assert again == []
