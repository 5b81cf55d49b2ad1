"""The queues of the whole roster, laid out in one array that a loop can walk through."""

from collections import defaultdict

import numpy as np

from squad.services.routing.columns import Columns
from squad.services.routing.costs import Array
from squad.services.routing.frame import NOTHING, URGENCY, WIDTH

FIRST = 64  # places
STEP = 4  # places; longer queues get slots by whole steps, so that freed ones fit others


class Pool:
    """Layouts as from `plan.lay` in slots of one array, shape (places, WIDTH).

    columns: of the roster; `offset` tells where the slot of a row begins, `queued` how much of
    it is used. Rows without a queue share the first place, which is never costed.
    """

    def __init__(self, columns: Columns) -> None:
        self.places = np.zeros((FIRST, WIDTH))
        self.places[0, URGENCY] = NOTHING
        self._columns = columns
        self._used = 1
        self._free: dict[int, list[int]] = defaultdict(list)

    def __getitem__(self, row: int) -> Array:
        """A view of somebody's layout, valid until their plan changes."""
        first = int(self._columns["offset"][row])
        return self.places[first : first + int(self._columns["queued"][row]) + 1]

    def put(self, row: int, layout: Array | None) -> None:
        """This will take over somebody's layout; `queued` must be set after, not before."""
        if layout is None:
            self.drop(row)
            return
        offset, size = int(self._columns["offset"][row]), _slot(len(layout))
        if not offset or _slot(int(self._columns["queued"][row]) + 1) != size:
            self.drop(row)
            offset = self._free[size].pop() if self._free[size] else self._grow(size)
            self._columns["offset"][row] = offset
        self.places[offset : offset + len(layout)] = layout

    def drop(self, row: int) -> None:
        """This will free somebody's slot, if they have one; `queued` must still be as it was."""
        if offset := int(self._columns["offset"][row]):
            self._free[_slot(int(self._columns["queued"][row]) + 1)].append(offset)
            self._columns["offset"][row] = 0

    def _grow(self, size: int) -> int:
        first, self._used = self._used, self._used + size
        if self._used > len(self.places):
            more = np.zeros((len(self.places) // 2 + size, WIDTH))
            self.places = np.concatenate((self.places, more))
        return first


def _slot(places: int) -> int:
    return places if places <= STEP else -(-places // STEP) * STEP
