"""Windows: work does not start before the customer's window opens, and a wait absorbs delay."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.routing.world import (
    HOUR,
    MINUTE,
    NOW,
    World,
    draw,
    gather,
    roster,
    somebody,
    ticket,
    visit,
)

from squad.services.routing import contest, costs
from squad.services.routing.choose import choose, recompute
from squad.services.routing.model import Decision, Stop
from squad.services.routing.policy import DEFAULT


def _windowed(number: int) -> World:
    """A drawn world in which every stop that is not late has a window, and the job at times."""
    world = draw(number)
    team = [
        (one, [msgspec.structs.replace(stop, opens_at=stop.due_at - HOUR) for stop in stops])
        for one, stops in world.team
    ]
    opens = world.job.due_at if number % 2 else 0.0
    return world._replace(team=team, job=msgspec.structs.replace(world.job, opens_at=opens))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**64 - 1).map(_windowed))
def test_spares_nobody_who_could_have_won_with_windows(world: World) -> None:
    """Where waits absorb work the bounds are lower: without pruning the record is the same."""
    made, job, policy = gather(world.team), world.job, world.policy
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contest, "KEPT", 1)
        patch.setattr(contest, "CHUNK", 2)
        patch.setattr(contest, "FIRST", 1)
        few = choose(job, made, NOW, policy)
        patch.setattr(contest._Race, "limit", float("inf"))

        everybody = choose(job, made, NOW, policy)

    assert msgspec.json.encode(few) == msgspec.json.encode(everybody)


def test_waits_for_the_window() -> None:
    """Who is there early waits, paid for an hour at most; the customer's wait counts from then."""
    job = ticket(opens_at=NOW + 3 * HOUR, due_at=NOW + 5 * HOUR)

    decision = choose(job, roster(somebody()), NOW, DEFAULT)

    assert decision.winner is not None
    assert decision.winner.arrival == NOW + 3 * HOUR
    assert decision.winner.terms.idle == costs.LONGEST_WAIT
    assert decision.winner.terms.waiting == 0.0
    assert decision.stop is not None
    assert decision.stop.opens_at == NOW + 3 * HOUR


def test_fills_a_wait_at_no_cost_to_who_waits() -> None:
    """Work that fits before an appointment delays nobody, and saves the idle time."""
    made = roster(somebody())
    made.reserve("ann", visit(opens_at=NOW + 2 * HOUR, due_at=NOW + 4 * HOUR))

    decision = choose(ticket(service_min=80.0), made, NOW, DEFAULT)

    assert decision.winner is not None
    assert decision.winner.position == 0
    assert decision.winner.terms.others == 0.0
    assert decision.winner.terms.idle < 0.0
    assert recompute(decision, DEFAULT) == decision


def test_does_not_count_a_later_shift_as_overtime() -> None:
    """Tomorrow's appointment makes nothing of today idle or overtime; today's overtime stays."""
    tomorrow = visit(opens_at=NOW + 24 * HOUR, due_at=NOW + 26 * HOUR)
    free, booked = roster(somebody()), roster(somebody())
    booked.reserve("ann", tomorrow)
    long = ticket(service_min=7 * 60.0)

    alone = choose(long, free, NOW, DEFAULT).winner
    before = choose(long, booked, NOW, DEFAULT).winner

    assert alone is not None
    assert before is not None
    assert before.terms.overtime == alone.terms.overtime > 0.0
    assert before.terms.idle == 0.0
    assert before.position == 0


def test_does_not_care_for_a_window_that_is_open() -> None:
    """A window in the past changes nothing, to the last byte of the record but itself."""
    plain, open_ = roster(somebody()), roster(somebody())
    plain.reserve("ann", visit())
    open_.reserve("ann", visit(opens_at=NOW - MINUTE))

    one, other = (choose(ticket(), made, NOW, DEFAULT) for made in (plain, open_))

    assert one.candidates[0].terms == other.candidates[0].terms
    assert one.cost == other.cost


def test_reads_records_from_before_windows() -> None:
    """A stop and a decision that were stored without windows have none, and agree with today's."""
    made = roster(somebody())
    made.reserve("ann", visit())
    decision = choose(ticket(), made, NOW, DEFAULT)
    stored = msgspec.to_builtins(decision)
    for candidate in stored["candidates"]:
        candidate["seen"][10] = [stop[:10] for stop in candidate["seen"][10]]

    old = msgspec.convert(stored, Decision)

    assert msgspec.convert(["s", 40.0, -74.0, 60.0, NOW], Stop).opens_at == 0.0
    assert old == decision
    assert recompute(old, DEFAULT) == old


def test_asks_only_who_works_when_the_window_opens() -> None:
    """On shift now is nothing worth tomorrow: a later window needs a later shift."""
    day = 24 * HOUR
    now, then = (NOW - HOUR, NOW + 7 * HOUR), (NOW + day - HOUR, NOW + day + 7 * HOUR)
    made = roster(somebody("now", shifts=(now,)), somebody("then", shifts=(then,)))
    made.put(somebody("both", latitude=41.2, shifts=(now, then)))
    job = ticket(opens_at=NOW + day, due_at=NOW + day + 2 * HOUR)

    decision = choose(job, made, NOW, DEFAULT)

    assert [c.consultant for c in decision.candidates] == ["then", "both"]
    assert decision.excluded == {"shift": 1}
    assert decision.candidates[1].terms.overtime == decision.candidates[1].terms.idle == 0.0


def test_gives_room_to_today_beside_appointments_far_off() -> None:
    """What is booked for next week takes no capacity today; a day before it does."""
    shifts = tuple((NOW + d * 24 * HOUR - HOUR, NOW + d * 24 * HOUR + 7 * HOUR) for d in range(3))
    made = roster(somebody(capacity=1, shifts=shifts))
    made.advance(NOW)
    made.reserve("ann", visit(opens_at=NOW + 47 * HOUR, due_at=NOW + 49 * HOUR))

    today = choose(ticket(), made, NOW, DEFAULT)
    tomorrow = choose(ticket(), made, NOW + 24 * HOUR, DEFAULT)

    assert today.consultant == "ann"
    assert tomorrow.excluded == {"capacity": 1}
