"""Compiled loops decide as numpy does: the extra `fast` changes nothing but the time."""

import asyncio
import sys
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.routing.world import (
    DAY,
    HOUR,
    NOW,
    World,
    draw,
    gather,
    roster,
    somebody,
    ticket,
    visit,
    worlds,
)

from squad.adapters.clock.system import SystemClock
from squad.adapters.places import table
from squad.apps import fast
from squad.apps.whatif.generate import Size, scenario
from squad.services.routing import contest, loops, plan, race, relocate, rules, swift, wire
from squad.services.routing.choose import cheapest, choose
from squad.services.routing.desk import Desk
from squad.services.routing.model import Job, Stop
from squad.services.routing.policy import DEFAULT, Policy
from squad.services.routing.roster import Roster
from squad.services.routing.simulate import Simulation


@pytest.fixture(autouse=True)
def compiled() -> Iterator[None]:
    """The loops, until the end of a test; others have numpy decide."""
    assert fast.warm()
    yield
    swift.ready = False


def both(decide: Any) -> tuple[Any, Any]:
    """What numpy decides, and what the loops do."""
    swift.ready = False
    plain = decide()
    swift.ready = True
    return plain, decide()


@settings(max_examples=150, deadline=None)
@given(worlds)
def test_decides_as_numpy_does(world: World) -> None:
    """The same winner, cost, place, arrival and service, and the same record."""
    made, job, policy = gather(world.team), world.job, world.policy

    plain, swift_ = both(lambda: cheapest(job, made, NOW, policy))
    record, swift_record = both(lambda: choose(job, made, NOW, policy))

    assert swift_ == plain
    assert swift_record == record


def test_decides_as_numpy_does_in_many_worlds() -> None:
    """The same worlds in each run, so that a difference is found before it is met by chance."""
    for number in range(400):
        world = draw(number)
        made = gather(world.team)

        plain, swift_ = both(lambda w=world, m=made: cheapest(w.job, m, NOW, w.policy))

        assert swift_ == plain, number


@settings(max_examples=100, deadline=None)
@given(worlds, st.randoms())
def test_moves_work_as_numpy_does(world: World, random: Any) -> None:
    """Somebody enough cheaper is found alike, asked alone or among all; so are quotes."""
    made, policy = gather(world.team), msgspec.structs.replace(world.policy, relocate_min=0.0)
    plans = [(one, stop) for one in made.ids for stop in made.plan(one) if not stop.under_way]
    if not plans:
        return
    _, stop = random.choice(plans)
    only = random.choice([None, *made.ids])
    job = msgspec.structs.replace(world.job, ticket=stop.ticket, **_same(stop))

    plain, swift_ = both(lambda: relocate.better(job, made, NOW, policy, 0, only))

    assert swift_ == plain


def _same(stop: Stop) -> dict[str, Any]:
    return {"latitude": stop.latitude, "longitude": stop.longitude, "due_at": stop.due_at}


def test_many_equals_are_decided_by_id() -> None:
    """More are equally cheap than the loops keep: ids decide all the same."""
    made = roster(*(somebody(f"c{number:03d}") for number in range(loops.MOST + 9, 0, -1)))

    plain, swift_ = both(lambda: choose(ticket(), made, NOW, DEFAULT))

    assert swift_ == plain
    assert [one.consultant for one in swift_.candidates] == [f"c{n:03d}" for n in range(1, 6)]


def test_many_equals_that_somebody_undercuts_stay_out() -> None:
    """Equals that there was no room for are forgotten once enough are cheaper."""
    equals = [somebody(f"c{number:03d}") for number in range(loops.MOST + 9)]
    better = [somebody(f"z{number}", latitude=40.75, longitude=-73.98) for number in range(5)]
    made = roster(*equals, *better)

    plain, swift_ = both(lambda: choose(ticket(), made, NOW, DEFAULT))

    assert swift_ == plain
    assert [one.consultant for one in swift_.candidates] == [f"z{n}" for n in range(5)]


@pytest.mark.parametrize("job", [
    ticket(opens_at=NOW + 5 * HOUR, due_at=NOW + 7 * HOUR),
    ticket(declined_by=frozenset(f"n{number}" for number in range(loops.DECLINED + 1))),
    ticket(skills={f"s{number}": 1 for number in range(loops.DEMANDS + 1)}),
])  # fmt: skip
def test_leaves_to_numpy_what_has_no_room(job: Job) -> None:
    """Hours far off, and more demands than the loops have room for: numpy decides."""
    made = roster(somebody(skills=job.skills or {"network": 3}))
    case = plan.case(job, NOW, DEFAULT)

    assert swift.able(case, made, None, 1) is None
    winner = cheapest(job, made, NOW, DEFAULT)
    assert winner is not None
    assert winner.consultant == "ann"


def test_follows_a_roster_that_grows_and_shrinks() -> None:
    """Columns and queues are moved when more people, traits and stops come, and some leave."""
    made = Roster()
    for number in range(90):
        one = f"c{number:02d}"
        skills = {f"skill{number}": 3, "network": 1 + number % 5}
        made.put(somebody(one, skills=skills, latitude=40.0 + number / 100, capacity=9))
        for index in range(number % 7):
            made.reserve(one, visit(f"{one}-{index}", due_at=NOW + DAY + number))
        if number % 5 == 4:
            made.remove(f"c{number - 2:02d}")
        if number % 3 == 2 and number % 7:
            made.release(f"{one}-0")

        plain, swift_ = both(lambda: choose(ticket(), made, NOW, DEFAULT))

        assert swift_ == plain


def test_loops_know_where_columns_are() -> None:
    """The numbers of columns in the loops are those of the roster, and bits those of rules."""
    columns = roster(somebody()).columns
    for name, block, number in [
        ("home", 0, loops.HOME), ("here", 0, loops.HERE), ("reach", 0, loops.REACH),
        ("rating", 0, loops.RATING), ("queued", 0, loops.QUEUED), ("latest", 0, loops.LATEST),
        ("free", 0, loops.FREE), ("opens", 0, loops.OPENS_AT), ("closes", 0, loops.CLOSES_AT),
        ("capacity", 1, loops.CAPACITY), ("load", 1, loops.LOAD), ("offset", 1, loops.OFFSET),
        ("status", 2, loops.STATUS), ("full", 2, loops.FULL), ("traits", 2, loops.TRAITS),
    ]:  # fmt: skip
        whole = columns.blocks[swift.KINDS[block]]
        offset = columns[name].ctypes.data - whole.ctypes.data
        assert offset == number * whole.strides[0], name
    for name, bit in rules.BITS.items():
        assert getattr(loops, f"{name.upper()}_BIT") == bit
    assert loops.ROUNDING == contest.ROUNDING


def test_nothing_is_compiled_while_somebody_waits() -> None:
    """Once warm, the loop takes no other types: a mistake fails at once instead of compiling."""
    compiled: Any = race.run
    assert not isinstance(compiled, FunctionType)
    assert not compiled._can_compile
    assert len(compiled.signatures) == 1


def test_policies_differ_in_the_loops_too() -> None:
    """A policy that was changed decides by itself, however often another one was used."""
    made = roster(somebody("far", latitude=41.2, rating=5.0), somebody("near", rating=1.0))

    def winner(policy: Policy) -> str:
        bid = cheapest(ticket(), made, NOW, policy)
        assert bid is not None
        return bid.consultant

    assert winner(DEFAULT) == "near"
    costly = msgspec.structs.replace(DEFAULT, rework_min=2_000.0)
    assert winner(costly) == "far"
    assert winner(DEFAULT) == "near"


def test_runs_a_day_as_numpy_does() -> None:
    """The dispatcher's desk gives the same commands, event by event, in a small world."""
    places = asyncio.run(table.open("table:", SystemClock()))
    world = scenario(places, Size(consultants=20, tickets=120, days=1, seed=3))

    def run() -> list[list[wire.Command]]:
        desk, told = Desk(), list[list[wire.Command]]()

        class Heard:
            def handle(self, event: wire.Happening) -> list[wire.Command]:
                told.append(desk.handle(event))
                return told[-1]

        Simulation(world, Heard()).run()
        return told

    plain, swift_ = both(run)

    assert sum(map(len, plain)) > 40
    assert swift_ == plain


def test_says_in_the_log_when_it_is_compiled(capsys: pytest.CaptureFixture[str]) -> None:
    """A node says so, and how long it took; where answers go to standard output nobody does."""
    fast.beside(told=True).join()
    assert "routing.compiled" in capsys.readouterr().out

    fast.beside(told=False).join()
    assert capsys.readouterr().out == ""
    assert swift.ready


def test_needs_no_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra numpy decides, and nothing fails."""
    swift.ready = False
    monkeypatch.setitem(sys.modules, "numba", None)

    assert not fast.warm()
    winner = cheapest(ticket(), roster(somebody()), NOW, DEFAULT)
    assert winner is not None
    assert winner.consultant == "ann"
