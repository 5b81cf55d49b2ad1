"""Driving times are learnt by area."""

import pytest

from squad.services.routing import costs
from squad.services.routing.pace import Pace, paced
from squad.services.routing.policy import DEFAULT


def test_believes_the_plan_until_it_has_seen_trips() -> None:
    """Nothing learnt is a factor of 1, and the very same policy."""
    assert Pace().at(40.7, -74.0) == 1.0
    assert paced(DEFAULT, 1.0) is DEFAULT


def test_learns_an_area_apart_from_others() -> None:
    """New York is slow, the rest is as planned."""
    pace = Pace()
    for number in range(200):
        pace.learn(40.7, -74.0, 20.0, 32.0)
        pace.learn(35.0 + number % 5, -90.0, 20.0, 20.0)

    assert pace.at(40.7, -74.0) == pytest.approx(1.6, abs=0.06)
    assert pace.at(36.5, -90.0) == pytest.approx(1.0, abs=0.11)


def test_one_odd_trip_moves_little() -> None:
    """A flat tyre is no traffic jam."""
    pace = Pace()
    pace.learn(40.7, -74.0, 20.0, 400.0)

    assert pace.at(40.7, -74.0) <= 1.3


def test_slows_driving_but_not_the_way_to_the_door() -> None:
    """A factor of 1.5 makes the driving half as long again."""
    slow = paced(DEFAULT, 1.5)

    for km in (0.0, 3.0, 40.0):
        planned = float(costs.travel(km, DEFAULT)) - DEFAULT.trip_min
        assert float(costs.travel(km, slow)) == pytest.approx(DEFAULT.trip_min + 1.5 * planned)
