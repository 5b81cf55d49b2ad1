"""Names of places, found by how they begin."""

import unicodedata
from bisect import bisect_left
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_SHORT: Final = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}  # before a name


class Titles:
    """Places by name: one a name and region, with the row of its most populous code."""

    def __init__(
        self, names: list[str], rows: NDArray[Any], name: NDArray[Any], region: NDArray[Any],
        population: NDArray[Any], american: NDArray[np.bool_],
    ) -> None:  # fmt: skip
        """Each code's row, index of its name and region, people, and whether it is in the US."""
        place = name.astype(np.int64) * 256 + region
        order = np.lexsort((rows, -population.astype(np.int64), place))
        _, first, number = np.unique(place[order], return_index=True, return_inverse=True)
        people = np.bincount(number, weights=population[order])
        best = order[first]
        folded = [fold(names[at]) for at in name[best]]
        sorted_ = sorted(range(len(folded)), key=folded.__getitem__)
        self._folded: Final = [folded[at] for at in sorted_]
        self._rows: Final = rows[best[sorted_]]
        self._people: Final = people[sorted_]
        self._american: Final = american[best[sorted_]]

    def find(self, start: str, country: str, limit: int) -> list[int]:
        """This will give the rows of places whose names begin so, most people first."""
        text = fold(start)
        if not text:
            return []
        low = bisect_left(self._folded, text)
        high = bisect_left(self._folded, text + chr(0x10FFFF), low)
        found = np.arange(low, high)
        if country:
            found = found[self._american[low:high] == (country == "US")]
        ranked = np.argsort(-self._people[found], kind="stable")[:limit]
        return [int(row) for row in self._rows[found[ranked]]]


def fold(text: str) -> str:
    """This will write a name without case, accents and the marks between its words."""
    apart = text.lower()
    if not apart.isascii():  # seldom, and ten times as slow
        apart = unicodedata.normalize("NFKD", text.casefold())
        apart = "".join(c for c in apart if not unicodedata.combining(c))
    bare = "".join(c if c.isalnum() else " " for c in apart) if not apart.isalpha() else apart
    *first, last = bare.split() or [""]
    return " ".join([*(_SHORT.get(word, word) for word in first), last])
