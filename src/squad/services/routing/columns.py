"""Columns: numpy arrays that grow together, one entry per row, without gaps."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from squad.services.routing.model import Consultant

FIRST = 16  # rows


class Columns:
    """Named arrays whose last axis is the row. Appending is O(1) amortised, removal O(1).

    blocks: by type of number, all columns of that type one below the other, with the room to
    grow that they have: shape (columns, at least size).
    """

    def __init__(self, **kinds: tuple[int, DTypeLike]) -> None:
        """kinds: how many numbers a row has in the column (0: a plain one), and their type."""
        self.size = 0
        self.blocks: dict[np.dtype[Any], NDArray[Any]] = {}
        self._where: dict[str, tuple[np.dtype[Any], int | slice]] = {}
        for name, (depth, kind) in kinds.items():
            block = self.blocks.get(np.dtype(kind), np.zeros((0, FIRST), kind))
            first, more = len(block), np.zeros((depth or 1, FIRST), kind)
            self.blocks[block.dtype] = np.concatenate((block, more))
            self._where[name] = block.dtype, slice(first, first + depth) if depth else first

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A view of the column, valid until the next append: shape (size,) or (depth, size)."""
        kind, where = self._where[name]
        column: NDArray[Any] = self.blocks[kind][where, : self.size]
        return column

    def append(self) -> int:
        """This will add a row of zeros and return its number."""
        for kind, block in self.blocks.items():
            if self.size == block.shape[1]:
                self.blocks[kind] = np.concatenate((block, np.zeros_like(block)), axis=1)
            self.blocks[kind][:, self.size] = 0
        self.size += 1
        return self.size - 1

    def drop(self, row: int) -> int:
        """This will remove a row by moving the last one there; returns the last's number."""
        self.size -= 1
        for block in self.blocks.values():
            block[:, row] = block[:, self.size]
        return self.size

    def deepen(self, name: str) -> None:
        """This will double how many numbers a row has in the column; the new ones are 0.

        It must be the last column of its type.
        """
        kind, where = self._where[name]
        assert isinstance(where, slice)
        block, depth = self.blocks[kind], where.stop - where.start
        self.blocks[kind] = np.concatenate((block, np.zeros((depth, block.shape[1]), kind)))
        self._where[name] = kind, slice(where.start, where.stop + depth)


def traits(consultant: Consultant) -> dict[tuple[str, str], int]:
    """This will list everything that a job can demand of somebody, with its level."""
    traits = {("skill", name): level for name, level in consultant.skills.items()}
    for kind, names in (
        ("certification", consultant.certifications),
        ("language", consultant.languages),
        ("territory", consultant.territories or ("",)),
        ("country", (consultant.country,)),
    ):
        traits.update({(kind, name): 1 for name in names})
    return traits


def people() -> Columns:
    """This will make the columns of the roster, see there."""
    return Columns(
        base=(2, float),
        place=(2, float),
        spot=(2, float),
        home=(3, float),
        here=(3, float),
        reach=(0, float),
        rating=(0, float),
        capacity=(0, np.int32),
        load=(0, np.int32),
        queued=(0, float),
        latest=(0, float),
        free=(0, float),
        opens=(0, float),
        closes=(0, float),
        turn=(0, float),
        status=(0, np.uint8),
        full=(0, np.uint8),
        traits=(16, np.uint8),
        offset=(0, np.int32),
        done=(0, np.int32),
    )
