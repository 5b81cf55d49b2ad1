"""Columns: numpy arrays that grow together, one entry per row, without gaps."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from squad.services.routing.model import Consultant

FIRST = 16  # rows


class Columns:
    """Named arrays whose last axis is the row. Appending is O(1) amortised, removal O(1)."""

    def __init__(self, **kinds: tuple[int, DTypeLike]) -> None:
        """kinds: how many numbers a row has in the column (0: a plain one), and their type."""
        self.size = 0
        self._all: dict[str, NDArray[Any]] = {
            name: np.zeros((depth, FIRST) if depth else (FIRST,), kind)
            for name, (depth, kind) in kinds.items()
        }

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A view of the column, valid until the next append: shape (size,) or (depth, size)."""
        return self._all[name][..., : self.size]

    def append(self) -> int:
        """This will add a row of zeros and return its number."""
        if self.size == next(iter(self._all.values())).shape[-1]:
            for name, column in self._all.items():
                self._all[name] = np.concatenate((column, np.zeros_like(column)), axis=-1)
        for column in self._all.values():
            column[..., self.size] = 0
        self.size += 1
        return self.size - 1

    def drop(self, row: int) -> int:
        """This will remove a row by moving the last one there; returns the last's number."""
        self.size -= 1
        for column in self._all.values():
            column[..., row] = column[..., self.size]
        return self.size

    def deepen(self, name: str) -> None:
        """This will double how many numbers a row has in the column; the new ones are 0."""
        column = self._all[name]
        self._all[name] = np.concatenate((column, np.zeros_like(column)), axis=0)


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
