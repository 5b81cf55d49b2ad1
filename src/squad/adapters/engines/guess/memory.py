"""What became of tickets with the same fields: recent ones count more, and rare ones are doubted.

For each key (a field, or a few together) the outcomes of earlier tickets with the same values are
counted, each halved with its age; `(count + a · prior) / (total + a)` makes shares of them
(Dirichlet smoothing), and their logarithms are the features of a log-linear model.
"""

from array import array
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

DAY: Final = 86_400.0  # s
VIEWS: Final = ((5.0, 1.0), (5.0, 10.0))  # half-life in days, a
WHEN: Final = "when"  # a field that every ticket has: part of the day, and whether it is a weekend
MOST: Final = 8_000  # tickets of a key that are looked at, the newest


class Memory:
    """Tickets by the values of their fields, and what each was last heard to be."""

    def __init__(self, keys: Sequence[Sequence[str]], labels: int) -> None:
        self.keys = [tuple(key) for key in keys]
        self.labels = labels
        self.ids: list[str] = []
        self._place: dict[str, int] = {}
        self._opened = array("d")
        self._outcome = array("q")
        self._found: dict[tuple[int, tuple[str, ...]], array[int]] = {}

    def hear(self, id: str, fields: Mapping[str, str], outcome: int, at: float) -> None:
        """This will take in a ticket, or another outcome of one. at: logged, epoch seconds."""
        place = self._place.get(id)
        if place is not None:
            self._outcome[place] = outcome
            return
        place = self._place[id] = len(self._opened)
        self._opened.append(at)
        self._outcome.append(outcome)
        for number, key in enumerate(self.keys):
            values = _values(key, fields, at)
            self._found.setdefault((number, values), array("q")).append(place)

    def features(self, fields: Mapping[str, str], at: float) -> NDArray[np.float32]:
        """This will give log shares of each outcome, (keys × views, labels). at: epoch seconds.

        The first key's shares, of the first `a`, are what the others are drawn to.
        """
        counts = np.zeros((len(self.keys), len(VIEWS), self.labels))
        for number, key in enumerate(self.keys):
            found = self._found.get((number, _values(key, fields, at)))
            if found is not None:
                counts[number] = self._counts(found, at)
        spread = np.array([a for _, a in VIEWS])[:, None]
        first = counts[:1] + 0.5 / self.labels
        prior = first / first.sum(2, keepdims=True)
        shares = (counts + spread * prior) / (counts.sum(2, keepdims=True) + spread)
        logs: NDArray[np.float32] = np.log(shares).astype(np.float32)
        return logs.reshape(-1, self.labels)

    def _counts(self, found: "array[int]", at: float) -> NDArray[np.float64]:
        """Outcomes of some tickets by label, halved with age, (views, labels)."""
        places = np.array(found[-MOST:], np.int64)
        age = np.maximum(at - np.frombuffer(self._opened)[places], 0.0) / DAY
        outcome = np.frombuffer(self._outcome, np.int64)[places]
        counts = {
            half: np.bincount(outcome, weights=0.5 ** (age / half), minlength=self.labels)
            for half in {half for half, _ in VIEWS}
        }
        return np.array([counts[half] for half, _ in VIEWS])


def _values(key: Sequence[str], fields: Mapping[str, str], at: float) -> tuple[str, ...]:
    return tuple(when(at) if name == WHEN else fields.get(name, "") for name in key)


def when(at: float) -> str:
    """This will give the three hours of the day and the kind of day. at: epoch seconds, UTC."""
    day, second = divmod(at, DAY)
    weekend = int(day + 3) % 7 >= 5  # 1970-01-01 was a Thursday
    return f"{int(second // 10_800)}{'w' if weekend else 'd'}"
