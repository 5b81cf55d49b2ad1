"""Counterfactuals: apply the change, and the choice flips; with slightly less it does not."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.unit.routing.world import (
    DAY,
    HOUR,
    NOW,
    World,
    gather,
    roster,
    somebody,
    ticket,
    visit,
    worlds,
)

from squad.services.routing import counter
from squad.services.routing.choose import choose, obstacles, recompute
from squad.services.routing.counter import Flip
from squad.services.routing.explain import flipped, needed
from squad.services.routing.model import Consultant, Decision, Job, Lack
from squad.services.routing.policy import DEFAULT, Policy
from squad.services.routing.roster import Roster

ALL = 99
NAMES = {"ann": "Ann Lee", "bob": "Bob Roy", "cat": "Cat Paz"}


def _winner(decision: Decision, policy: Policy, flip: Flip) -> str | None:
    return recompute(*counter.apply(decision, policy, flip)).consultant


def _found(decision: Decision, kind: str, policy: Policy = DEFAULT) -> list[Flip]:
    return [flip for flip in counter.flips(decision, policy, most=ALL) if flip.kind == kind]


@settings(max_examples=25, deadline=None)
@given(worlds)
def test_flips_the_choice_and_not_with_less(world: World) -> None:
    """Every counterfactual of any record is true, and the smallest of its steps."""
    decision = choose(world.job, gather(world.team), NOW, world.policy)

    for flip in counter.flips(decision, world.policy, most=ALL):
        less = replace(flip, steps=flip.steps - (1 if flip.steps > 0 else -1))
        assert _winner(decision, world.policy, flip) == flip.consultant
        assert _winner(decision, world.policy, less) != flip.consultant


@settings(max_examples=20, deadline=None)
@given(worlds)
def test_holds_on_the_roster_too(world: World) -> None:
    """Not the record but the world is changed, with all who were not recorded: it still flips."""
    made = gather(world.team)
    decision = choose(world.job, made, NOW, world.policy)

    for flip in counter.flips(decision, world.policy, most=ALL):
        if flip.kind in ("rating", "declined", "lighter", "weight"):
            for less in (0, 1 if flip.steps > 0 else -1):
                less_flip = replace(flip, steps=flip.steps - less)
                job, other, policy = _changed(world, decision, less_flip)
                chosen = choose(job, other, NOW, policy).consultant
                assert (chosen == flip.consultant) == (not less)


def _changed(world: World, decision: Decision, flip: Flip) -> tuple[Job, Roster, Policy]:
    """The world with what a flip says, done by other means than the record's."""
    made, job = gather(world.team), world.job
    made.advance(NOW)
    _, policy = counter.apply(decision, world.policy, flip)
    if flip.kind == "declined" and flip.steps:
        job = replace(job, declined_by=job.declined_by | set(flip.name.split(",")))
    elif flip.kind == "rating":
        one = made.consultant(flip.consultant)
        made.put(replace(one, rating=round(one.rating + flip.by, 1)))
    elif flip.kind == "lighter" and flip.steps:
        made.release(flip.name)
    return job, made, policy


def _two(**bob: Any) -> Roster:
    return roster(somebody("ann"), somebody("bob", **bob))


def test_says_how_much_nearer_or_better_somebody_had_to_be() -> None:
    """Bob is farther away and worse rated: minutes, a rating, a level, or that Ann declines."""
    decision = choose(ticket(), _two(latitude=40.69, rating=3.0), NOW, DEFAULT)

    told = [flipped(decision, flip, NAMES) for flip in counter.flips(decision, DEFAULT)]

    assert decision.consultant == "ann"
    assert told == [
        "Bob Roy would have been chosen if 5 min nearer.",
        "Bob Roy would have been chosen with network at level 4 instead of 3.",
        "Bob Roy would have been chosen if they knew the case.",
        "Bob Roy would have been chosen if Ann Lee had declined.",
    ]


def test_moves_the_person_as_near_as_it_says() -> None:
    """The minutes are those of the real trip: on the roster Bob wins from there."""
    made = _two(latitude=40.9)
    decision = choose(ticket(), made, NOW, DEFAULT)
    (flip,) = _found(decision, "nearer")
    changed, _ = counter.apply(decision, DEFAULT, flip)
    seen = next(c.seen for c in changed.candidates if c.consultant == "bob")

    made.move("bob", seen.latitude, seen.longitude)

    moved = choose(ticket(), made, NOW, DEFAULT)
    trips = [
        next(c.terms.travel for c in one.candidates if c.consultant == "bob")
        for one in (decision, moved)
    ]
    assert moved.consultant == "bob"
    assert trips[0] - trips[1] == pytest.approx(flip.by, abs=0.01)


def test_names_the_ticket_that_was_in_the_way() -> None:
    """Bob lives at the door, but has work to do first."""
    made = _two(latitude=40.75, longitude=-73.98)
    made.reserve("bob", visit("s-1", service_min=240.0, due_at=NOW + HOUR, priority=1))
    decision = choose(ticket(priority=1, due_at=NOW + HOUR), made, NOW, DEFAULT)

    (flip,) = _found(decision, "lighter")

    assert flip == Flip("bob", "lighter", 1, "s-1")
    assert flipped(decision, flip, NAMES) == (
        "Bob Roy would have been chosen without ticket s-1 in their plan."
    )


def test_knows_overtime_language_and_continuity() -> None:
    """A shift that ends later, the customer's language, and who knew the case."""
    late = choose(
        ticket(service_min=120.0),
        _two(latitude=40.71, shifts=((NOW - HOUR, NOW + HOUR),)),
        NOW,
        DEFAULT,
    )
    near = choose(ticket(), _two(latitude=40.69), NOW, DEFAULT)
    soft = replace(DEFAULT, language_required=False)
    mute = choose(ticket(), _two(latitude=40.71, languages=frozenset({"fr"})), NOW, soft)

    assert [flip.steps for flip in _found(late, "longer")] == [63]
    assert [flip.name for flip in _found(mute, "language", soft)] == ["en"]
    assert [flip.consultant for flip in _found(near, "known")] == ["bob"]


def test_weighs_the_policy_only_where_it_saw_everybody() -> None:
    """With more people than recorded, another weight might have chosen one of them."""
    near = somebody("ann", latitude=40.72, rating=3.0)
    few = roster(near, somebody("bob", latitude=40.70, rating=5.0, capacity=9))
    many = roster(near, *(somebody(f"x{n}", latitude=40.70, rating=5.0) for n in range(9)))

    decisions = [choose(ticket(), one, NOW, DEFAULT) for one in (few, many)]

    assert decisions[0].eligible == 2
    assert _found(decisions[0], "weight")
    assert not _found(decisions[1], "weight")


def test_refuses_another_version_of_the_policy() -> None:
    """A record is recomputed with its own weights only."""
    decision = choose(ticket(), _two(), NOW, DEFAULT)

    with pytest.raises(ValueError, match="policy: decided under version 1"):
        counter.flips(decision, replace(DEFAULT, version=2))


@settings(max_examples=25, deadline=None)
@given(worlds, st.sampled_from(("en", "fr-CA", "es")))
def test_says_it_in_every_language(world: World, language: str) -> None:
    """Whatever it is: a whole sentence."""
    decision = choose(world.job, gather(world.team), NOW, world.policy)

    told = [
        *(
            flipped(decision, one, {}, language)
            for one in counter.flips(decision, world.policy, most=ALL)
        ),
        *(needed(miss, {}, language) for miss in decision.near),
    ]

    assert all(line.endswith(".") and "{" not in line for line in told)


@settings(max_examples=25, deadline=None)
@given(worlds)
def test_names_exactly_what_keeps_somebody_out(world: World) -> None:
    """With all of it mended they are eligible; with one thing left as it was they are not."""
    made = gather(world.team)
    decision = choose(world.job, made, NOW, world.policy)

    for consultant, lacks in counter.needs(decision):
        for left in (None, *lacks):
            job, one, loads = _mended(world, made, consultant, [k for k in lacks if k != left])
            other = roster(one)
            other.advance(NOW)
            for stop in made.plan(consultant)[:loads]:
                other.reserve(consultant, stop)
            remains = obstacles(job, other, consultant, NOW, world.policy)
            assert bool(remains) == (left is not None)


def _mended(
    world: World, made: Roster, consultant: str, lacks: list[Lack]
) -> tuple[Job, Consultant, int]:
    """Somebody without some of what they lack, the job, and how many tickets they have."""
    one, job, loads = made.consultant(consultant), world.job, len(made.plan(consultant))
    for lack in lacks:
        match lack.constraint:
            case "skill":
                one = replace(one, skills={**one.skills, lack.name: int(lack.need)})
            case "certification":
                one = replace(one, certifications=one.certifications | {lack.name})
            case "language":
                one = replace(one, languages=one.languages | {lack.name})
            case "territory":
                one = replace(one, territories=one.territories | {lack.name})
            case "country":
                one = replace(one, country=job.country)
            case "travel":
                one = replace(one, max_travel_min=lack.have + 0.1)
            case "capacity":
                loads = int(lack.need) - 1
            case "declined":
                job = replace(job, declined_by=job.declined_by - {consultant})
            case "leave" | "shift":
                shift = (NOW - HOUR, NOW + 3 * DAY)
                one = replace(one, leave=(), shifts=(shift,))
    return job, one, loads
