"""A 1-degree grid over home bases: who could reach a place at all."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs
from squad.services.routing.columns import Columns
from squad.services.routing.costs import Array
from squad.services.routing.policy import Policy

# A cell's corner is nowhere farther from its centre than half its diagonal at the equator.
HALF_KM = costs.EARTH_KM * math.radians(math.sqrt(0.5))
Place = tuple[float, float]
# Places in one cube of space share an answer, which is kept until somebody comes or goes.
CUBES = 640.0  # to the Earth's radius: 10 km wide
WITHIN = math.sqrt(0.75) / CUBES  # from the middle of a cube to its corner, radii
KEPT = 1024  # answers


class Grid:
    """Rows by the cell of their home, with the farthest reach in each cell."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int], int] = {}
        self._members: list[dict[int, float]] = []
        self._packed: list[NDArray[np.intp] | None] = []
        self._near: dict[Any, NDArray[np.intp]] = {}
        self._cells = Columns(center=(3, np.float64), reach=(0, np.float64))

    def add(self, row: int, latitude: float, longitude: float, reach_min: float) -> None:
        """This will place a row. reach_min: longest trip from home, minutes."""
        cell = self._cell(latitude, longitude)
        self._members[cell][row] = reach_min
        self._packed[cell] = None
        self._near.clear()
        self._cells["reach"][cell] = max(self._cells["reach"][cell], reach_min)

    def drop(self, row: int, latitude: float, longitude: float) -> None:
        """This will take a row away; the place must be the one it was added with."""
        cell = self._cell(latitude, longitude)
        reach = self._members[cell].pop(row)
        self._packed[cell] = None
        self._near.clear()
        # Exact again, so that a decision does not depend on who was here once.
        if reach == self._cells["reach"][cell]:
            self._cells["reach"][cell] = max(self._members[cell].values(), default=0.0)

    def move(self, row: int, base: Place, home: Place, reach_min: float) -> None:
        """This will place a row anew, unless nothing has changed. base: where it was added."""
        if (*base, self._members[self._cell(*base)][row]) != (*home, reach_min):
            self.drop(row, *base)
            self.add(row, *home, reach_min)

    def near(self, place: Array, policy: Policy) -> NDArray[np.intp]:
        """This will list all rows that could reach the place, and some that could not.

        place: unit sphere, shape (3,).
        """
        x, y, z = place.tolist()
        cube = round(x * CUBES), round(y * CUBES), round(z * CUBES)
        drive = policy.detour, policy.trip_min, policy.near_km, policy.near_kmh, policy.far_kmh
        known = self._near.get((cube, drive))
        if known is None:
            if len(self._near) == KEPT:
                self._near.clear()
            known = self._near[cube, drive] = self._look(np.array(cube) / CUBES, policy)
        return known

    def _look(self, middle: Array, policy: Policy) -> NDArray[np.intp]:
        gap = self._cells["center"] - middle[:, None]
        chord = np.maximum(np.sqrt((gap * gap).sum(axis=0)) - WITHIN, 0.0)
        center = 2.0 * costs.EARTH_KM * np.arcsin(np.minimum(chord * 0.5, 1.0))
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
