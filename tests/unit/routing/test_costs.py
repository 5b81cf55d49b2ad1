"""Each term of the cost, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from squad.services.routing import costs
from squad.services.routing.policy import DEFAULT

numbers = st.floats(-1000, 1000)


@pytest.mark.parametrize(
    ("km", "minutes"),
    [
        (0.0, 4.0),
        (10.0, 4.0 + 13.0 / 35 * 60),
        (15 / 1.3, 4.0 + 15 / 35 * 60),
        (100.0, 4.0 + 15 / 35 * 60 + 115 / 80 * 60),
    ],
)
def test_drives_slowly_in_town_and_fast_beyond(km: float, minutes: float) -> None:
    """Great circle times 1.3: four minutes, 15 km at 35 km/h, the rest at 80."""
    assert costs.travel(km, DEFAULT) == pytest.approx(minutes)


def test_measures_the_great_circle() -> None:
    """New York to Los Angeles is 3,936 km, and nowhere is 0."""
    new_york, los_angeles = costs.point(40.7128, -74.0060), costs.point(34.0522, -118.2437)

    assert costs.distance_km(new_york, los_angeles) == pytest.approx(3936, abs=2)
    assert costs.distance_km(new_york, new_york) == 0.0


def test_knows_half_a_chance_at_the_deadline() -> None:
    """P(late) is a half with no slack, small with much, and near 1 long after."""
    assert costs.late(30.0, 30.0, DEFAULT) == 0.5
    assert costs.late(0.0, 120.0, DEFAULT) == pytest.approx(1 / (1 + np.exp(120 / 12)))
    assert costs.late(600.0, 30.0, DEFAULT) > 0.999


@given(numbers, numbers, st.floats(0, 100))
def test_never_gets_better_by_coming_later(arrival: float, due: float, more: float) -> None:
    """The risk of a broken promise never falls with a later arrival: pruning rests on it."""
    sooner = costs.late(arrival, due, DEFAULT)

    assert costs.late(arrival + more, due, DEFAULT) >= sooner - 1e-12


@given(*[st.tuples(st.floats(-80, 80), st.floats(-179, 179))] * 3)
def test_has_no_shorter_way_than_the_direct_one(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> None:
    """Travel obeys the triangle inequality: pruning rests on it."""
    one, two, three = (costs.point(*place) for place in (a, b, c))
    ways = [(one, three), (one, two), (two, three)]
    direct, first, second = (costs.travel(costs.distance_km(*way), DEFAULT) for way in ways)

    assert direct <= first + second + 1e-9


def test_expects_less_rework_from_the_skilled() -> None:
    """75 minutes times the chance: 12 % at the level needed, less above, never below 0."""
    assert costs.rework(0.0, 4.0, DEFAULT) == pytest.approx(9.0)
    assert costs.rework(1.0, 5.0, DEFAULT) == pytest.approx(75 * 0.05)
    assert costs.rework(4.0, 5.0, DEFAULT) == 0.0


def test_adds_up_by_the_thousandth() -> None:
    """A sum is the same alone and among many."""
    terms = np.random.default_rng(1).uniform(-500, 500, (len(costs.TERMS), 100))

    alone = [float(costs.total(terms[:, [n]])[0]) for n in range(100)]

    assert costs.total(terms).tolist() == alone
