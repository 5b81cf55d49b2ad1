"""The hard constraints, one at a time: who breaks one is never chosen, and is told so."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from tests.unit.routing.world import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    World,
    eligible,
    gather,
    roster,
    somebody,
    ticket,
    visit,
    worlds,
)

from squad.services.routing import plan, rules
from squad.services.routing.choose import choose, obstacles
from squad.services.routing.model import Lack
from squad.services.routing.policy import DEFAULT
from squad.services.routing.rules import CONSTRAINTS
from squad.services.routing.scan import Scan

BREAKS: tuple[tuple[str, dict[str, Any], dict[str, Any], Lack], ...] = (
    (
        "travel",
        {"max_travel_min": 10.0},
        {},
        Lack("travel", "", 10.0, 16.9),
    ),
    ("country", {"country": "CA"}, {}, Lack("country", "US")),
    ("territory", {"territories": frozenset({"w"})}, {"territory": "e"}, Lack("territory", "e")),
    ("skill", {"skills": {"network": 1}}, {}, Lack("skill", "network", 2, 1)),
    ("skill", {"skills": {}}, {}, Lack("skill", "network", 2, 0)),
    ("certification", {}, {"certification": "site"}, Lack("certification", "site")),
    ("language", {}, {"language": "fr"}, Lack("language", "fr")),
    ("leave", {"leave": ((NOW - 1, NOW + DAY),)}, {}, Lack("leave", "", 60.0, -1.0)),
    ("shift", {"shifts": ()}, {}, Lack("shift", "", 60.0, -1.0)),
    (
        "shift",
        {"shifts": ((NOW + 61 * MINUTE, NOW + DAY),)},
        {},
        Lack("shift", "", 60.0, 61.0),
    ),
    ("shift", {"shifts": ((NOW - HOUR, NOW),)}, {}, Lack("shift", "", 60.0, -1.0)),
    ("declined", {}, {"declined_by": frozenset({"ann"})}, Lack("declined")),
)


@pytest.mark.parametrize(("constraint", "person", "need", "lack"), BREAKS)
def test_excludes_who_breaks_a_constraint(
    constraint: str, person: dict[str, Any], need: dict[str, Any], lack: Lack
) -> None:
    """Nobody wrong is sent: the record counts the constraint and says what is missing."""
    made = roster(somebody("ann", **person))

    decision = choose(ticket(**need), made, NOW, DEFAULT)

    assert decision.consultant is None
    assert decision.excluded == {constraint: 1}
    assert decision.near[0].lacks == (lack,)


def test_excludes_who_has_enough_to_do() -> None:
    """Capacity counts all open work, also what is under way."""
    made = roster(somebody(capacity=2))
    made.reserve("ann", visit("s-1"))
    made.reserve("ann", visit("s-2"))
    made.mark("s-1", "on_site", NOW)

    decision = choose(ticket(), made, NOW, DEFAULT)

    assert decision.excluded == {"capacity": 1}
    assert decision.near[0].lacks == (Lack("capacity", "", 2, 2),)


def test_takes_them_when_capacity_frees() -> None:
    """One released ticket makes room for one."""
    made = roster(somebody(capacity=1))
    made.reserve("ann", visit())

    made.release("s-1")

    assert choose(ticket(), made, NOW, DEFAULT).consultant == "ann"


@pytest.mark.parametrize(
    ("person", "need"),
    [
        ({"country": "CA"}, {}),
        ({"territories": frozenset({"w"})}, {"territory": "e"}),
        ({"latitude": 47.6, "longitude": -122.3, "max_travel_min": 0.0}, {}),
    ],
)
def test_lets_anybody_work_remotely(person: dict[str, Any], need: dict[str, Any]) -> None:
    """Country, territory and travel bind work on site only."""
    made = roster(somebody(**person))

    decision = choose(ticket(mode="remote", **need), made, NOW, DEFAULT)

    assert decision.consultant == "ann"
    assert decision.candidates[0].terms.travel == 0.0


def test_sends_who_works_in_all_territories() -> None:
    """No territories means no limit."""
    made = roster(somebody("all"), somebody("east", territories=frozenset({"e"})))

    decision = choose(ticket(territory="e"), made, NOW, DEFAULT)

    assert decision.eligible == 2


def test_looks_ahead_to_the_next_shift() -> None:
    """Who starts within the hour is as good as on shift, and starts when it does."""
    made = roster(somebody(shifts=((NOW + HOUR, NOW + 9 * HOUR),)))

    decision = choose(ticket(mode="remote"), made, NOW, DEFAULT)

    assert decision.winner is not None
    assert decision.winner.arrival == NOW + HOUR


def test_waits_for_the_end_of_leave() -> None:
    """Leave that covers the start of a shift moves it."""
    made = roster(
        somebody(shifts=((NOW - HOUR, NOW + 8 * HOUR),), leave=((NOW - DAY, NOW + 30 * MINUTE),))
    )

    decision = choose(ticket(mode="remote"), made, NOW, DEFAULT)

    assert decision.winner is not None
    assert decision.winner.arrival == NOW + 30 * MINUTE


def test_ends_the_day_when_leave_begins() -> None:
    """Work into leave is overtime."""
    short = ((NOW + 30 * MINUTE, NOW + DAY),)
    made = roster(somebody("ann", leave=short), somebody("bob"))

    decision = choose(ticket(mode="remote"), made, NOW, DEFAULT)

    over = {c.consultant: c.terms.overtime for c in decision.candidates}
    work = decision.candidates[0].terms.service
    assert over == {"bob": 0.0, "ann": pytest.approx(0.5 * (work - 30), abs=0.001)}


def test_calls_out_who_is_on_call() -> None:
    """Outside shifts people on call are eligible, and all of it is overtime."""
    call = ((NOW - HOUR, NOW + HOUR),)
    made = roster(somebody(shifts=(), on_call=call))

    decision = choose(ticket(), made, NOW, DEFAULT)

    assert decision.winner is not None
    terms = decision.winner.terms
    assert terms.overtime == pytest.approx(0.5 * (terms.travel + terms.service), abs=0.002)


@pytest.mark.parametrize(
    ("person", "need"),
    [
        ({"on_call": ((NOW - DAY, NOW),)}, {}),
        ({"on_call": ((NOW - DAY, NOW + DAY),), "leave": ((NOW - DAY, NOW + DAY),)}, {}),
        ({"on_call": ((NOW - DAY, NOW + DAY),)}, {"priority": 3}),
    ],
)
def test_does_not_call_out_everybody(person: dict[str, Any], need: dict[str, Any]) -> None:
    """Not after the call, not on leave, not for what the policy calls less urgent."""
    policy = msgspec.structs.replace(DEFAULT, on_call_priority=2)
    made = roster(somebody(shifts=(), **person))

    decision = choose(ticket(**({"priority": 2} | need)), made, NOW, policy)

    assert decision.consultant is None


def test_allows_another_language_at_a_cost() -> None:
    """A policy may take an interpreter into account instead."""
    policy = msgspec.structs.replace(DEFAULT, language_required=False)
    made = roster(somebody("ann"), somebody("luc", languages=frozenset({"fr"})))

    decision = choose(ticket(language="fr"), made, NOW, policy)

    assert decision.consultant == "luc"
    assert [c.terms.language for c in decision.candidates] == [0.0, 20.0]


def test_counts_everybody_once() -> None:
    """Who breaks several constraints is counted under the first of them, and told all."""
    made = roster(somebody(skills={}, country="CA", shifts=()))

    decision = choose(ticket(), made, NOW, DEFAULT)

    assert decision.excluded == {"country": 1}
    assert [lack.constraint for lack in decision.near[0].lacks] == ["country", "skill", "shift"]


def test_warns_of_what_an_assignment_by_hand_would_break() -> None:
    """A dispatcher learns every obstacle of one consultant, near or far; none is none."""
    made = roster(somebody("ann"), somebody("far", latitude=47.6, skills={}))

    broken = obstacles(ticket(), made, "far", NOW, DEFAULT)

    assert [lack.constraint for lack in broken] == ["travel", "skill"]
    assert obstacles(ticket(), made, "ann", NOW, DEFAULT) == ()
    with pytest.raises(KeyError):
        obstacles(ticket(), made, "nobody", NOW, DEFAULT)


@settings(max_examples=300, deadline=None)
@given(worlds)
def test_never_chooses_who_breaks_a_constraint(world: World) -> None:
    """Whatever the world: all candidates are eligible, all others are excluded for a reason."""
    made, job, policy = gather(world.team), world.job, world.policy

    decision = choose(job, made, NOW, policy)

    assert all(eligible(job, made, c.consultant, policy) for c in decision.candidates)
    assert not any(eligible(job, made, near.consultant, policy) for near in decision.near)
    assert all(near.lacks for near in decision.near)
    assert sum(decision.excluded.values()) + decision.eligible == len(made) == decision.roster
    assert set(decision.excluded) <= set(CONSTRAINTS)


@settings(max_examples=200, deadline=None)
@given(worlds)
def test_narrows_down_to_who_breaks_nothing(world: World) -> None:
    """Asked one constraint after the other, the same are left, of everybody and of some."""
    made = gather(world.team)
    made.advance(NOW)
    case = plan.case(world.job, NOW, world.policy)
    some = np.arange(0, len(made), 2)

    for rows in (None, some):
        scan = Scan(case, made, rows)
        left = rules.able(case, made, rows)

        assert left.tolist() == scan.rows[rules.check(scan) == 0].tolist()
