"""The roster: people and plans change one by one, hours turn with the clock."""

import random

import msgspec
import pytest
from tests.unit.routing.world import DAY, HOUR, MINUTE, NOW, roster, somebody, ticket, visit

from squad.services.routing.choose import choose
from squad.services.routing.policy import DEFAULT
from squad.services.routing.roster import Roster


def test_gives_back_who_was_put() -> None:
    """A consultant comes back whole; a change replaces all of it."""
    one = somebody(certifications=frozenset({"site"}), leave=((NOW, NOW + 1),))
    made = roster(one)
    assert made.consultant("ann") == one

    made.put(somebody(skills={}))

    assert made.consultant("ann") == somebody(skills={})
    assert len(made) == 1


def test_keeps_the_plan_of_who_changes() -> None:
    """New skills do not lose old work."""
    made = roster(somebody())
    made.reserve("ann", visit())

    made.put(somebody(skills={"server": 1}))

    assert made.plan("ann") == (visit(),)
    assert choose(ticket(), made, NOW, DEFAULT).excluded == {"skill": 1}


def test_returns_the_work_of_who_leaves() -> None:
    """What nobody has now must be routed again."""
    made = roster(somebody("ann"), somebody("bob"))
    made.reserve("ann", visit("s-1"))
    made.reserve("ann", visit("s-2"))

    left = made.remove("ann")

    assert [stop.ticket for stop in left] == ["s-1", "s-2"]
    assert "ann" not in made
    assert made.holder("s-1") is None
    assert choose(ticket(), made, NOW, DEFAULT).consultant == "bob"


def test_moves_a_ticket_that_is_reserved_again() -> None:
    """A ticket is in one plan at most."""
    made = roster(somebody("ann"), somebody("bob"))
    made.reserve("ann", visit())

    made.reserve("bob", visit())

    assert made.plan("ann") == ()
    assert made.holder("s-1") == "bob"


def test_puts_a_stop_where_it_belongs() -> None:
    """At its position, at the end without one, never before work under way."""
    made = roster(somebody())
    made.reserve("ann", visit("a"))
    made.reserve("ann", visit("b"))
    made.mark("a", "travelling", NOW)

    made.reserve("ann", visit("c"), 1)
    made.reserve("ann", visit("d"), 0)
    made.reserve("ann", visit("e"))

    assert [stop.ticket for stop in made.plan("ann")] == ["a", "d", "c", "b", "e"]


def test_follows_who_works() -> None:
    """After a visit they set out from its site; after remote work from where they were."""
    made = roster(somebody())
    made.reserve("ann", visit("s-1", latitude=40.75, longitude=-73.98))
    made.reserve("ann", visit("s-2", mode="remote", latitude=41.4))

    made.release("s-1", done=True)
    made.release("s-2", done=True)

    seen = choose(ticket(), made, NOW, DEFAULT).candidates[0].seen
    assert (seen.latitude, seen.longitude) == (40.75, -73.98)


def test_starts_at_home_the_next_day() -> None:
    """Wherever the day ended, the next shift begins at home."""
    shifts = ((NOW - HOUR, NOW + HOUR), (NOW + DAY, NOW + DAY + 8 * HOUR))
    made = roster(somebody(shifts=shifts))
    made.advance(NOW)
    made.move("ann", 40.9, -73.9)
    assert choose(ticket(), made, NOW, DEFAULT).candidates[0].seen.latitude == 40.9

    decision = choose(ticket(), made, NOW + DAY, DEFAULT)

    assert decision.candidates[0].seen.latitude == 40.7


def test_waits_for_what_is_under_way() -> None:
    """The next job starts when the work should be done; overdue work takes a little longer."""
    made = roster(somebody())
    made.reserve("ann", visit(service_min=30.0, latitude=40.7, longitude=-74.0))
    made.mark("s-1", "on_site", NOW - 10 * MINUTE)

    in_time = choose(ticket(), made, NOW, DEFAULT).candidates[0].seen.start
    overdue = choose(ticket(), made, NOW + HOUR, DEFAULT).candidates[0].seen.start

    assert (in_time, overdue) == (20.0, DEFAULT.overrun_min)


def test_goes_on_and_off_shift_with_the_clock() -> None:
    """Every border counts at once: shift, leave, call."""
    one = somebody(
        shifts=((NOW, NOW + 4 * HOUR), (NOW + DAY, NOW + DAY + HOUR)),
        leave=((NOW + HOUR, NOW + 3 * HOUR),),
        on_call=((NOW + 5 * HOUR, NOW + 6 * HOUR),),
    )
    made, policy = roster(one), msgspec.structs.replace(DEFAULT, look_ahead_min=0.0)
    works = {}

    for minute in range(-10, 26 * 60, 10):
        decision = choose(ticket(mode="remote"), made, NOW + minute * MINUTE, policy)
        works[minute] = decision.consultant is not None

    hours = {minute // 60 for minute, work in works.items() if work}
    assert hours == {0, 3, 5, 24}
    assert all(works[minute] for minute in works if minute // 60 in hours)


def test_joins_shifts_that_touch() -> None:
    """Work over a shift change is not overtime."""
    made = roster(somebody(shifts=((NOW - HOUR, NOW + 600), (NOW + 600, NOW + 8 * HOUR))))

    decision = choose(ticket(), made, NOW, DEFAULT)

    assert decision.candidates[0].terms.overtime == 0.0


def test_ignores_time_that_goes_back() -> None:
    """A late event does not turn the hours back."""
    made = roster(somebody())
    made.advance(NOW + 7 * HOUR)

    made.advance(NOW)

    assert choose(ticket(), made, NOW, DEFAULT).excluded == {"shift": 1}


@pytest.mark.parametrize("act", ["plan", "remove", "consultant"])
def test_knows_only_who_is_on_it(act: str) -> None:
    """A stranger is a KeyError, not an empty plan."""
    with pytest.raises(KeyError):
        getattr(Roster(), act)("nobody")


def test_releases_what_nobody_has_without_a_word() -> None:
    """Releasing twice is as good as once."""
    assert Roster().release("t-1") is None


def test_stays_right_through_many_changes() -> None:
    """After a thousand changes it decides like a roster built anew."""
    rng, made = random.Random(7), Roster()
    skills = [f"skill{n}" for n in range(40)]
    for step in range(1000):
        name = f"c{rng.randrange(60):02d}"
        if rng.random() < 0.25 and name in made:
            made.remove(name)
        elif rng.random() < 0.4 and name in made:
            made.reserve(name, visit(f"s-{step % 90}", latitude=40.7 + rng.random() / 2))
        else:
            latitude = 40.7 + rng.choice((0, 0, 0.4, 7))
            has = {skill: rng.randint(1, 5) for skill in rng.sample(skills, 20)}
            made.put(somebody(name, latitude=latitude, skills=has, capacity=9))
    fresh = Roster()
    for name in sorted(made.ids):
        fresh.put(made.consultant(name))
        for stop in made.plan(name):
            fresh.reserve(name, stop)

    for skill in skills:
        job = ticket(skills={skill: 3}, mode=rng.choice(("onsite", "remote")))
        assert choose(job, made, NOW, DEFAULT) == choose(job, fresh, NOW, DEFAULT)
