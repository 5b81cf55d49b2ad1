"""The world in which routers are tried: fair, repeatable, and it finds every broken constraint."""

import asyncio
import io
from collections.abc import Sequence

import msgspec
import pytest
from bench.routing.rivals import RIVALS, NearestIdle, Rival

from squad.adapters.clock.system import SystemClock
from squad.adapters.places import table
from squad.apps import stdio
from squad.apps.whatif.generate import Size, scenario
from squad.apps.whatif.score import gini, score
from squad.services.routing import wire
from squad.services.routing.desk import Desk
from squad.services.routing.policy import DEFAULT
from squad.services.routing.simulate import Scenario, Simulation

SMALL = Size(consultants=16, tickets=60, days=1, seed=3)


@pytest.fixture(scope="module")
def world() -> Scenario:
    """A day of two metro areas."""
    return scenario(asyncio.run(table.open("table:", SystemClock())), SMALL)


class Recorded:
    """A router between the world and another one: keeps both sides of the talk, as JSON lines."""

    def __init__(self, router: Desk) -> None:
        self.router = router
        self.said: list[bytes] = []
        self.heard: list[bytes] = []

    def handle(self, event: wire.Happening) -> Sequence[wire.Command]:
        """Passes on."""
        commands = self.router.handle(event)
        self.heard.append(msgspec.json.encode(event))
        self.said.append(msgspec.json.encode(commands))
        return commands


@pytest.fixture(scope="module")
def ours(world: Scenario) -> tuple[Simulation, Recorded]:
    """Our engine's day."""
    recorded = Recorded(Desk())
    return Simulation(world, recorded).run(), recorded


def test_our_engine_breaks_no_constraint_and_serves_everybody(
    ours: tuple[Simulation, Recorded],
) -> None:
    """Every command can be obeyed, and every ticket is begun."""
    run, _ = ours

    assert run.violations == []
    assert score(run).unserved == 0
    assert score(run).tickets > 20


def test_it_is_better_than_the_nearest_who_is_free(
    world: Scenario, ours: tuple[Simulation, Recorded]
) -> None:
    """By the yardstick's minutes, in the same world."""
    rival = Simulation(world, NearestIdle()).run()

    assert score(ours[0]).cost < score(rival).cost


@pytest.mark.parametrize("rule", RIVALS)
def test_the_rules_to_beat_play_by_the_rules(world: Scenario, rule: type[Rival]) -> None:
    """They are not beaten because they cheat or stumble."""
    run = Simulation(world, rule()).run()

    assert run.violations == []
    assert score(run).unserved == 0


def test_the_engine_as_a_filter_says_the_same(ours: tuple[Simulation, Recorded]) -> None:
    """`squad route --stdio` answers the recorded events line by line with the same commands."""
    _, recorded = ours
    answers = io.BytesIO()

    stdio.serve(DEFAULT, io.BytesIO(b"\n".join(recorded.heard) + b"\n"), answers)

    assert answers.getvalue().splitlines() == recorded.said


def test_a_wrong_line_is_named_and_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    """Not JSON, an unknown event, an unknown id, a level of 9: an empty list each."""
    lines = [
        b"nonsense",
        b'{"ev":"Party","now":0}',
        b'{"ev":"ShiftStarted","now":0,"id":"nobody"}',
        b'{"ev":"UserUpserted","now":0,"id":"a","lat":0,"lon":0,"skills":{"x":9}}',
        b'{"ev":"Tick","now":1}',
        b"",
    ]
    answers = io.BytesIO()

    stdio.serve(DEFAULT, io.BytesIO(b"\n".join(lines)), answers)

    assert answers.getvalue() == b"[]\n" * 5
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1].strip() for line in told] == [f"line {n}" for n in (1, 2, 3, 4)]


def test_the_world_refuses_what_breaks_a_constraint(world: Scenario) -> None:
    """A router that assigns to anybody is caught."""

    class Blind(NearestIdle):
        def can(self, one: object, job: wire.TicketCreated) -> bool:
            return True

    assert Simulation(world, Blind()).run().violations


def test_gini() -> None:
    """Even is 0; one of many who has it all is near 1."""
    assert gini([3.0] * 10) == pytest.approx(0.0)
    assert gini([0.0] * 99 + [1.0]) == pytest.approx(0.99)
