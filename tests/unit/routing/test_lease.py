"""One router at a time: the lease, the token in every unit, and what a late one may change."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.engines import Engines
from tests.schemas import schema
from tests.unit.routing.office import Office, Router, person

from squad.adapters.bus import memory
from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import postgres
from squad.contracts.routing import TicketAssigned
from squad.kernel import holder
from squad.kernel.dispatch import Consumer
from squad.kernel.ids import derive
from squad.ports.unit import Cause, Conflict, Letter, Unavailable
from squad.services.routing.service.lease import LEASE
from squad.services.routing.work import Work
from squad.services.tickets.model import assign, fits


@pytest.fixture(params=["sqlite", "postgres"])
async def office(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Frozen, engines: Engines
) -> AsyncIterator[Office]:
    """On either database: the token has the last word in both."""
    opened = Office(tmp_path, clock)
    if request.param == "postgres":
        url = await schema(engines, tmp_path)
        opened.open = lambda: postgres.open(url, clock)
    yield opened
    await opened.close()


async def _tokens(*routers: Router) -> list[int]:
    for one in routers:
        await one.routing.step()
    return [one.routing.memory.lease.token for one in routers]


async def test_a_second_router_stands_by(office: Office, router: Router) -> None:
    """It is warm, does not route, and stays so as long as the first one lives."""
    await office.enlist(router, "ana")
    second = await office.router()

    for _ in range(10):
        office.clock.advance(LEASE / 2)
        await _tokens(router, second)

    assert await _tokens(router, second) == [1, 0]
    assert (router.routing.active, second.routing.active) == (True, False)
    assert list(second.routing.memory.people) == list(router.routing.memory.people)


async def test_takes_over_what_the_dead_one_left(office: Office, router: Router) -> None:
    """After a lease without a beat the standby has the next token, and all that was decided."""
    await office.enlist(router, "ana")
    second = await office.router()
    id = await office.log(router)

    assert await _tokens(second) == [0]
    office.clock.advance(LEASE)
    assert await _tokens(second) == [2]

    assert second.routing.active
    assert second.routing.memory.roster.holder(id) == person("ana")


async def test_a_zombie_changes_nothing(office: Office, router: Router) -> None:
    """It wakes up, believes to hold the lease, and its unit is a Conflict: no row, no letter."""
    await office.enlist(router, "ana")
    second = await office.router()
    await office.settle(router)
    await _tokens(second)
    office.clock.advance(LEASE)
    await _tokens(second)

    id = await office.log(router)

    assert await office.settle(second) == []
    assert await office.database.fetch("select count(*) from decisions") == [(0,)]
    assert router.routing.memory.roster.holder(id) is None
    assert not router.routing.active
    assert await _tokens(router) == [0]
    with pytest.raises(Unavailable):
        router.routing.memory.open(Cause(""))


async def test_the_successor_routes_what_the_zombie_could_not(
    office: Office, router: Router
) -> None:
    """The letter comes again to the one that holds the lease: one answer, from that one."""
    await office.enlist(router, "ana")
    second = await office.router()
    await _tokens(second)
    office.clock.advance(LEASE)
    await _tokens(second)

    id = await office.log(router)
    await office.change(second, id)
    said = await office.settle(second)

    assert [type(event) for event in said] == [TicketAssigned]
    assert office.assignee(id) == "ana"


async def test_a_clean_stop_makes_nobody_wait(office: Office, router: Router) -> None:
    """The lease is given up, and free for the next look."""
    second = await office.router()

    await router.routing.memory.lease.release()

    assert await _tokens(second) == [2]


async def test_a_pause_without_a_rival_costs_nothing(office: Office, router: Router) -> None:
    """Whoever slept past the lease and finds it untouched goes on with the same token."""
    office.clock.advance(10 * LEASE)
    assert not router.routing.active

    assert await _tokens(router) == [1]
    assert router.routing.active


def test_a_dead_process_is_proven_dead() -> None:
    """One that ended is gone; this one, and one of another machine, is not known to be."""
    code = "from squad.kernel import holder; print(holder.mine())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    other = holder.mine().replace("-", "0")

    assert [holder.gone(name) for name in (done.stdout.strip(), holder.mine(), other, "x", "")] == [
        True, False, False, False, False,
    ]  # fmt: skip


async def test_two_decisions_on_one_state_are_one(office: Office, router: Router) -> None:
    """Even with one token: the second write meets another version, turn or choice: Conflict."""
    await office.enlist(router, "ana")
    id = await office.log(router)
    memory, work = router.routing.memory, router.routing.memory.work[id]
    first, second = (memory.open(Cause(derive("cause", str(n)))) for n in range(2))
    await memory.commit(first, work, _given(work, "x"))

    with pytest.raises(Conflict):
        await memory.commit(second, work, _given(work, "y"))

    kept = await memory.store.work(id)
    assert kept is not None
    assert kept.offered == "x"
    assert memory.work[id] == kept


def _given(work: Work, who: str) -> Work:
    return replace(work, offered=who, answered=work.answered + 1)


async def test_one_turn_is_applied_once(office: Office, router: Router) -> None:
    """Tickets takes the first of two answers to a turn, whoever sent them; the other is late."""
    id = await office.log(router)
    ticket = office.tickets[id]

    given = assign(ticket, office.clock.now(), consultant=derive("ana"), turn=ticket.turn)

    assert fits(ticket, ticket.turn)
    assert not fits(given, ticket.turn)
    assert not fits(given, ticket.turn - 1)


async def test_a_standby_takes_no_letters_and_buries_none(clock: Frozen) -> None:
    """They stay in the queue for the active one; a batch at hand goes back, not to the dead."""
    bus = await memory.open("memory:", clock)
    await bus.subscribe("routing", ["*"])
    await bus.publish([Letter("1", "squad.unknown.v1", "subject", b"no event at all")])
    consumer = Consumer("routing", bus, {}, clock, active=lambda: False)

    for _ in range(8):
        await consumer.step(0)
        clock.advance(3_600)

    assert await bus.dead("routing") == []
    assert [found.queue for found in await bus.receive("routing", limit=9, wait=0)] == ["routing"]
