"""The decision: the cheapest eligible consultant, and a record that can be computed again."""

from typing import Any

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from tests.unit.routing.world import (
    HOUR,
    NOW,
    World,
    cost,
    eligible,
    gather,
    roster,
    somebody,
    ticket,
    visit,
    worlds,
)

from squad.services.routing import contest
from squad.services.routing.choose import choose, fits, recompute, score
from squad.services.routing.model import Decision
from squad.services.routing.policy import DEFAULT


@settings(max_examples=300, deadline=None)
@given(worlds)
def test_chooses_what_costing_everybody_would_choose(world: World) -> None:
    """Pruned, in columns and in a loop written from the rules: the same winner at the same cost."""
    made, job, policy = gather(world.team), world.job, world.policy

    decision = choose(job, made, NOW, policy)

    able = [name for name in made.ids if eligible(job, made, name, policy)]
    prices = {name: cost(job, made, name, policy)[0] for name in able}
    assert decision.eligible == len(able)
    assert (decision.consultant is None) == (not able)
    best = sorted(prices.values())[: contest.KEPT]
    assert [c.cost for c in decision.candidates] == pytest.approx(best, abs=0.01)
    for one in decision.candidates:
        assert one.cost == pytest.approx(prices[one.consultant], abs=0.01)


@settings(max_examples=300, deadline=None)
@given(worlds)
def test_spares_nobody_who_could_have_won(world: World) -> None:
    """Without pruning the record is the same to the last byte."""
    made, job, policy = gather(world.team), world.job, world.policy
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contest, "KEPT", 1)
        patch.setattr(contest, "CHUNK", 3)
        patch.setattr(contest, "FIRST", 1)
        few = choose(job, made, NOW, policy)
        patch.setattr(contest._Race, "limit", float("inf"))

        everybody = choose(job, made, NOW, policy)

    assert msgspec.json.encode(few) == msgspec.json.encode(everybody)


@settings(max_examples=200, deadline=None)
@given(worlds)
def test_recomputes_a_stored_decision(world: World) -> None:
    """From its bytes alone a record gives an equal record: winner, terms, digest."""
    decision = choose(world.job, gather(world.team), NOW, world.policy)

    stored = msgspec.json.decode(msgspec.json.encode(decision), type=Decision)

    assert stored == decision
    assert recompute(stored, world.policy) == decision


@settings(max_examples=100, deadline=None)
@given(worlds, st.randoms())
def test_does_not_depend_on_the_order_of_the_roster(world: World, random: Any) -> None:
    """Whoever came first, and whoever came and went: the same record to the last byte."""
    job, first, second = world.job, gather(world.team), gather([])
    names = [*first.ids, "gone"]
    random.shuffle(names)
    second.put(somebody("gone"))
    for name in names:
        if name != "gone":
            second.put(first.consultant(name))
        for stop in first.plan(name) if name != "gone" else ():
            second.reserve(name, stop)
    second.remove("gone")

    one, other = choose(job, first, NOW, DEFAULT), choose(job, second, NOW, DEFAULT)

    assert msgspec.json.encode(one, order="sorted") == msgspec.json.encode(other, order="sorted")


@settings(max_examples=200, deadline=None)
@given(worlds)
def test_puts_the_job_at_the_cheapest_place(world: World) -> None:
    """The position is that of the cheapest plan, and never before work under way."""
    work = [stop for _, stops in world.team for stop in stops][:8]
    made = gather([(somebody(skills={}, capacity=9, max_travel_min=999.0), work)])
    job = msgspec.structs.replace(ticket(), skills={}, due_at=world.job.due_at, **_site(world))

    decision = choose(job, made, NOW, DEFAULT)

    price, position = cost(job, made, "c00", DEFAULT)
    assert decision.winner is not None
    assert decision.cost == pytest.approx(price, abs=0.01)
    assert decision.winner.position >= sum(stop.under_way for stop in work)
    assert decision.winner.position <= len(work)
    event(f"same place: {decision.winner.position == position}")


def _site(world: World) -> dict[str, Any]:
    job = world.job
    return {"latitude": job.latitude, "longitude": job.longitude, "mode": job.mode}


def test_prefers_the_nearer_of_two_equals() -> None:
    """Travel decides where nothing else differs."""
    made = roster(somebody("far", latitude=41.2), somebody("near"))

    decision = choose(ticket(), made, NOW, DEFAULT)

    assert decision.consultant == "near"
    assert [c.consultant for c in decision.candidates] == ["near", "far"]


def test_breaks_ties_by_id() -> None:
    """Of equals the first by id wins, whoever came first."""
    made = roster(*(somebody(name) for name in ("zoe", "bob", "eve", "ann", "kim", "lee")))

    decision = choose(ticket(), made, NOW, DEFAULT)

    assert [c.consultant for c in decision.candidates] == ["ann", "bob", "eve", "kim", "lee"]


def test_goes_on_the_way() -> None:
    """A job between two stops is done between them."""
    made = roster(somebody(latitude=40.0, max_travel_min=300.0))
    made.reserve("ann", visit("s-1", latitude=40.2, longitude=-74.0))
    made.reserve("ann", visit("s-2", latitude=40.6, longitude=-74.0))

    decision = choose(ticket(latitude=40.4, longitude=-74.0, priority=4), made, NOW, DEFAULT)

    assert decision.winner is not None
    assert decision.winner.position == 1


def test_leaves_work_under_way_alone() -> None:
    """The most urgent job comes after the trip that has begun."""
    made = roster(somebody())
    made.reserve("ann", visit("s-1"))
    made.reserve("ann", visit("s-2"))
    made.mark("s-2", "travelling", NOW + 600)

    decision = choose(ticket(priority=1, due_at=NOW + HOUR), made, NOW, DEFAULT)

    assert decision.winner is not None
    assert [stop.ticket for stop in made.plan("ann")] == ["s-2", "s-1"]
    assert decision.winner.position == 1
    assert decision.winner.arrival > NOW + 600 + 60 * 60


def test_tells_what_to_reserve() -> None:
    """The winner's stop at the winner's position makes the plan that was costed."""
    made = roster(somebody(skills={"network": 4}))
    decision = choose(ticket(), made, NOW, DEFAULT)
    assert decision.winner is not None
    assert decision.stop is not None

    made.reserve(decision.winner.consultant, decision.stop, decision.winner.position)

    (stop,) = made.plan("ann")
    assert stop.ticket == "t-1"
    assert stop.service_min == pytest.approx(60 * (1 - 2 * 0.06))
    assert decision.winner.arrival == pytest.approx(NOW + decision.winner.terms.travel * 60, abs=1)


def test_adds_up_to_the_cost() -> None:
    """The terms of every candidate are its cost, to the thousandth of a minute."""
    made = roster(somebody("ann"), somebody("bob", latitude=40.9, rating=2.0))
    made.reserve("bob", visit())

    decision = choose(ticket(), made, NOW, DEFAULT)

    for one in decision.candidates:
        terms = msgspec.to_builtins(msgspec.structs.asdict(one.terms))
        assert sum(terms.values()) == pytest.approx(one.cost, abs=1e-9)


def test_finds_nobody_on_an_empty_roster() -> None:
    """No consultants: nobody, and no reasons either."""
    decision = choose(ticket(), roster(), NOW, DEFAULT)

    assert decision.consultant is None
    assert decision.winner is None
    assert decision.stop is None
    assert decision.excluded == {}
    assert recompute(decision, DEFAULT) == decision


def test_says_who_came_nearest_when_nobody_can() -> None:
    """Far away or not, whoever lacks least is named with what they lack."""
    made = roster(
        somebody("ann", skills={"network": 1}, capacity=1),
        somebody("bob", skills={"network": 1}),
        somebody("far", latitude=47.6, longitude=-122.3),
    )
    made.reserve("ann", visit())

    decision = choose(ticket(), made, NOW, DEFAULT)

    assert decision.consultant is None
    assert decision.excluded == {"travel": 1, "skill": 2}
    assert [near.consultant for near in decision.near] == ["bob", "far", "ann"]
    (lack,) = decision.near[0].lacks
    assert (lack.constraint, lack.name, lack.need, lack.have) == ("skill", "network", 2, 1)


def test_names_who_is_excluded_beside_a_winner() -> None:
    """Why not: everybody excluded is counted once, the nearest are named."""
    made = roster(
        somebody("ann"),
        somebody("bob", skills={}),
        somebody("cat", shifts=()),
        somebody("far", latitude=47.6, longitude=-122.3),
    )

    decision = choose(ticket(), made, NOW, DEFAULT)

    assert decision.consultant == "ann"
    assert decision.roster == 4
    assert decision.eligible == 1
    assert decision.excluded == {"travel": 1, "skill": 1, "shift": 1}
    assert {near.consultant for near in decision.near} == {"bob", "cat"}


def test_refuses_to_recompute_under_another_policy() -> None:
    """A record names its policy's version."""
    decision = choose(ticket(), roster(somebody()), NOW, DEFAULT)
    other = msgspec.structs.replace(DEFAULT, version=2)

    with pytest.raises(ValueError, match="policy: decided under version 1"):
        recompute(decision, other)


def test_notices_a_policy_that_changed_under_its_version() -> None:
    """The digest covers the weights, not only the version's number."""
    decision = choose(ticket(), roster(somebody()), NOW, DEFAULT)
    other = msgspec.structs.replace(DEFAULT, rework_min=76.0)

    again = recompute(decision, other)

    assert again.snapshot != decision.snapshot


def test_keeps_a_record_small() -> None:
    """Five candidates with two stops each and five near misses fit in 4 KB, with long ids."""
    made = roster(*(somebody(f"0190a5b2-7c3e-7000-8000-{n:012d}") for n in range(40)))
    for n, name in enumerate(list(made.ids)):
        for k in range(2 if n < 20 else 5):
            made.reserve(name, visit(f"0190a5b2-7c3e-7000-9000-{n:06d}{k:06d}"))

    decision = choose(ticket(previous=made.ids[3]), made, NOW, DEFAULT)

    assert len(decision.candidates) == 5
    assert len(decision.near) == 5
    assert len(msgspec.json.encode(decision)) < 4096


@settings(max_examples=150, deadline=None)
@given(worlds)
def test_scores_only_who_is_eligible(world: World) -> None:
    """Without plans somebody eligible is found whenever there is one; `fits` tells of each."""
    made, job, policy = gather(world.team), world.job, world.policy

    found = score(job, made, NOW, policy)

    able = [name for name in made.ids if eligible(job, made, name, policy)]
    assert (found is None) == (not able)
    assert found is None or found in able
    assert [name for name in made.ids if fits(job, made, name, NOW, policy)] == able


def test_scores_by_trip_and_load() -> None:
    """The nearer, unless they have much to do; ids decide between equals."""
    made = roster(somebody("near"), somebody("far", latitude=40.9), somebody("also", latitude=40.9))

    assert score(ticket(), made, NOW, DEFAULT) == "near"
    made.reserve("near", visit("s-1"))
    made.reserve("near", visit("s-2"))
    made.reserve("near", visit("s-3"))
    assert score(ticket(), made, NOW, DEFAULT) == "also"
    with pytest.raises(KeyError):
        fits(ticket(), made, "nobody", NOW, DEFAULT)
