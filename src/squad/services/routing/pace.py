"""How long drives really take: learnt from trips, area by area."""

import math
from functools import lru_cache

import msgspec

from squad.services.routing import costs
from squad.services.routing.policy import Policy

AREA, ALL = 8.0, 20.0  # trips that weigh as much as what was believed before
STEP = 0.05  # factors are rounded to it, so that few policies are made
LEAST, MOST = 1.0, 2.0
SHORT = 1.0  # min of driving
Area = tuple[int, int]
"""A 1-degree cell: its south-west corner, degrees."""
Place = tuple[float, float]
"""Latitude and longitude, degrees."""
Learnt = tuple[Area, float, float]
"""An area with planned and actual minutes of driving."""


MIGRATION = """
create table paces(
    area text primary key, planned double precision not null, actual double precision not null,
    trips integer not null
);
"""


class Pace:
    """Actual over planned driving time by 1-degree cell of the destination, 1 until learnt.

    An area's mean is drawn to the mean of all, and that to 1, by AREA and ALL trips.
    """

    def __init__(self) -> None:
        self._areas: dict[Area, tuple[float, float]] = {}
        self._planned = self._actual = 0.0
        self._trips = 0

    def learn(
        self, latitude: float, longitude: float, planned: float, actual: float
    ) -> Learnt | None:
        """This will count a trip. planned, actual: minutes of driving, without the way to the door.

        Returns what `recall` takes; None: too short to learn from. Outliers are cut.
        """
        if planned < SHORT:
            return None
        actual = min(max(actual, planned * 0.4), planned * 3.0)
        area = math.floor(latitude), math.floor(longitude)
        self.recall(area, planned, actual, 1)
        return area, planned, actual

    def arrive(self, here: Place, there: Place, minutes: float, policy: Policy) -> Learnt | None:
        """This will learn from a whole trip, the way to the door included; see `learn`."""
        planned = costs.trip(here, there, policy) - policy.trip_min
        return self.learn(*there, planned, minutes - policy.trip_min)

    def recall(self, area: Area, planned: float, actual: float, trips: int) -> None:
        """This will add what was learnt before about an area: sums over trips, minutes."""
        before = self._areas.get(area, (0.0, 0.0))
        self._areas[area] = before[0] + planned, before[1] + actual
        self._planned += planned
        self._actual += actual
        self._trips += trips

    def overall(self) -> float:
        """This will give the factor of all areas together."""
        if not self._trips:
            return 1.0
        prior = ALL * self._planned / self._trips
        return _step((self._actual + prior) / (self._planned + prior))

    def at(self, latitude: float, longitude: float) -> float:
        """This will give the factor of a place."""
        if not self._trips:
            return 1.0
        planned, actual = self._areas.get((math.floor(latitude), math.floor(longitude)), (0.0, 0.0))
        prior = AREA * self._planned / self._trips
        return _step((actual + prior * self.overall()) / (planned + prior))


def _step(factor: float) -> float:
    return min(max(round(factor / STEP) * STEP, LEAST), MOST)


@lru_cache(maxsize=256)
def paced(policy: Policy, factor: float) -> Policy:
    """This will slow a policy's driving down by the factor."""
    if factor == 1.0:
        return policy
    near, far = policy.near_kmh / factor, policy.far_kmh / factor
    return msgspec.structs.replace(policy, near_kmh=near, far_kmh=far)
