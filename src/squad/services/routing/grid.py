"""A 1-degree grid over home bases: who could reach a place at all."""

import math

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs
from squad.services.routing.columns import Columns
from squad.services.routing.costs import Array
from squad.services.routing.policy import Policy

# A cell's corner is nowhere farther from its centre than half its diagonal at the equator.
HALF_KM = costs.EARTH_KM * math.radians(math.sqrt(0.5))


class Grid:
    """Rows by the cell of their home, with the farthest reach in each cell."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int], int] = {}
        self._members: list[dict[int, float]] = []
        self._packed: list[NDArray[np.intp] | None] = []
        self._cells = Columns(center=(3, np.float64), reach=(0, np.float64))

    def add(self, row: int, latitude: float, longitude: float, reach_min: float) -> None:
        """This will place a row. reach_min: longest trip from home, minutes."""
        cell = self._cell(latitude, longitude)
        self._members[cell][row] = reach_min
        self._packed[cell] = None
        self._cells["reach"][cell] = max(self._cells["reach"][cell], reach_min)

    def drop(self, row: int, latitude: float, longitude: float) -> None:
        """This will take a row away; the place must be the one it was added with."""
        cell = self._cell(latitude, longitude)
        reach = self._members[cell].pop(row)
        self._packed[cell] = None
        # Exact again, so that a decision does not depend on who was here once.
        if reach == self._cells["reach"][cell]:
            self._cells["reach"][cell] = max(self._members[cell].values(), default=0.0)

    def near(self, place: Array, policy: Policy) -> NDArray[np.intp]:
        """This will list all rows that could reach the place, and some that could not.

        place: unit sphere, shape (3,).
        """
        center = costs.distance_km(self._cells["center"], place[:, None])
        trip = costs.travel(np.maximum(center - HALF_KM, 0.0), policy)
        cells = np.flatnonzero(trip <= self._cells["reach"])
        rows = [self._rows(int(cell)) for cell in cells]
        return np.concatenate(rows) if rows else np.zeros(0, np.intp)

    def _rows(self, cell: int) -> NDArray[np.intp]:
        packed = self._packed[cell]
        if packed is None:
            packed = np.array(sorted(self._members[cell]), np.intp)
            self._packed[cell] = packed
        return packed

    def _cell(self, latitude: float, longitude: float) -> int:
        corner = math.floor(latitude), math.floor(longitude)
        if corner not in self._numbers:
            number = self._numbers[corner] = self._cells.append()
            self._cells["center"][:, number] = costs.point(corner[0] + 0.5, corner[1] + 0.5)
            self._members.append({})
            self._packed.append(None)
        return self._numbers[corner]
