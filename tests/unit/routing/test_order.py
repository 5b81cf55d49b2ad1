"""The day's order: never worse, the best of a short day, and nobody moved who is fixed."""

import itertools
from random import Random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.routing.world import DAY, HOUR, NOW, draw, drive, somebody, ticket, visit

from squad.services.routing import order
from squad.services.routing.model import Stop
from squad.services.routing.policy import DEFAULT

SPOT = (40.7, -74.0)  # degrees


def _stops(number: int, most: int) -> list[Stop]:
    """The queues of a drawn world, up to so many stops, half of them with a window."""
    rng = Random(number)
    pool: list[Stop] = []
    while len(pool) < most:
        pool += [stop for _, stops in draw(rng.randrange(2**32)).team for stop in stops]
    chosen = rng.sample(pool, rng.randint(0, most))
    return [
        msgspec.structs.replace(
            stop, ticket=f"s{n}", state="assigned", opens_at=rng.choice((0.0, stop.due_at - HOUR))
        )
        for n, stop in enumerate(chosen)
    ]


def _day(stops: list[Stop], fixed: tuple[str, ...] = ()) -> order.Day:
    return order.day(stops, SPOT, 0.0, 300.0, now=NOW, policy=DEFAULT, fixed=fixed)


def _price(day: order.Day, stops: tuple[int, ...]) -> float:
    return float(order.cost(day, np.array([stops], np.intp))[0])


numbers = st.integers(0, 2**64 - 1)


def _reference(stops: list[Stop]) -> float:
    """What the slow reference of the decision says, less the work itself."""
    one = somebody(latitude=SPOT[0], longitude=SPOT[1], shifts=((NOW, NOW + 5 * HOUR),))
    return drive(ticket(), one, [], stops, DEFAULT) - sum(stop.service_min for stop in stops)


@settings(max_examples=40, deadline=None)
@given(numbers)
def test_finds_the_best_of_a_short_day(number: int) -> None:
    """Of up to five stops no order is cheaper, as the decision's slow reference costs them."""
    stops = _stops(number, 5)

    found = order.best(_day(stops))

    least = min(_reference(list(one)) for one in itertools.permutations(stops))
    assert found.cost == pytest.approx(least, abs=order.GAIN)
    assert _reference([stops[n] for n in found.stops]) == pytest.approx(least, abs=order.GAIN)


@settings(max_examples=25, deadline=None)
@given(numbers, st.integers(0, 4))
def test_is_never_worse_and_leaves_the_fixed(number: int, steps: int) -> None:
    """However few steps: every stop once, the fixed in place, and nothing lost by it."""
    stops = _stops(number, 14)
    fixed = tuple(stop.ticket for stop in stops[::4])
    day = _day(stops, fixed)

    found = order.best(day, steps)

    assert sorted(found.stops) == list(range(len(stops)))
    assert [found.stops[n] for n in range(0, len(stops), 4)] == list(range(0, len(stops), 4))
    assert found.saved >= 0.0
    assert found.cost <= _price(day, tuple(range(len(stops)))) + 1e-9
    assert found == order.best(day, steps)


def test_goes_round_instead_of_to_and_fro() -> None:
    """Three sites on a road, given out of order: outward in one go."""
    stops = [visit(f"s{n}", latitude=40.7 + n / 10) for n in (2, 1, 3)]

    found = order.best(_day(stops))

    assert found.stops == (1, 0, 2)
    assert found.saved > 0.0


def test_keeps_an_appointment_before_a_shorter_way() -> None:
    """The far site first, where its window closes before the near one's work would end."""
    near = visit("near", latitude=40.71, due_at=NOW + DAY, priority=4)
    far = visit("far", latitude=41.1, opens_at=NOW + HOUR, due_at=NOW + 1.3 * HOUR, tier="gold")

    found = order.best(_day([near, far]))

    assert found.stops == (1, 0)
    assert found.begins[0] >= 60.0


def test_searches_a_long_day_well() -> None:
    """Fifteen sites on a circle, shuffled: within two percent of going round it."""
    angles = np.linspace(0.0, np.pi, 15)
    places = [(40.7 + np.sin(a) / 4, -74.0 + np.cos(a) / 3) for a in angles]
    stops = [visit(f"s{n}", latitude=x, longitude=y) for n, (x, y) in enumerate(places)]
    shuffled = Random(3).sample(stops, len(stops))
    day = msgspec.structs.replace(DEFAULT, waiting=(0.0,) * 4)
    rounded = order.day(stops, places[0], 0.0, 9999.0, now=NOW - DAY, policy=day)
    tangled = order.day(shuffled, places[0], 0.0, 9999.0, now=NOW - DAY, policy=day)

    found = order.best(tangled)

    assert found.cost <= 1.02 * _price(rounded, tuple(range(15)))
