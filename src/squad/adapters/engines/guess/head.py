"""One thing that is proposed: its labels, and how words and memories weigh for each."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from squad.adapters.engines.guess.form import Head, floats
from squad.adapters.engines.guess.memory import VIEWS, Memory
from squad.ports.proposer import Guess, Ranking

SHOWN: Final = 5  # guesses given at most
KNOWN: Final = 0.5  # share of the words that must be known before words make it confident
FEWEST: Final = 2  # known words, too

Floats = NDArray[np.float32]


class Predictor:
    """A head, unpacked. Raises ValueError: its numbers do not fit each other."""

    def __init__(self, head: Head, vocabulary: int) -> None:
        labels = len(head.labels)
        if not labels or len(set(head.labels)) < labels:
            raise ValueError(f"{head.target}: no labels, or one twice")
        if not (0 < head.scale < 1e3 and 0 <= head.threshold <= 1):
            raise ValueError(f"{head.target}: scale or threshold out of bounds")
        self.target = head.target
        self.labels = head.labels
        self._index = {label: place for place, label in enumerate(head.labels)}
        self._bias = floats(head.bias, "<f4", labels)
        self._scale = head.scale
        self._threshold = head.threshold
        self._words = floats(head.words, "<f2", vocabulary, labels) if head.words else None
        self._recalled = floats(head.recalled, "<f4", len(head.keys) * len(VIEWS), labels)
        self._memory = remembered(head)

    def scores(self, rows: NDArray[np.int64], weight: float, features: Floats | None) -> Floats:
        """This will add up what speaks for each label. features: as `Memory.features` gives."""
        total: Floats = self._bias
        if self._words is not None and len(rows):
            total = total + weight * self._words[rows].sum(0)
        if features is not None:
            recalled: Floats = np.einsum("kl,kl->l", features, self._recalled)
            total = total + recalled
        return total

    def rank(
        self, rows: NDArray[np.int64], weight: float, known: float,
        fields: Mapping[str, str], at: float,
    ) -> Ranking:  # fmt: skip
        """This will give the most probable labels. rows, weight, known: as `counted` gives."""
        features = self._memory.features(fields, at) if self._memory else None
        shares = softmax(self._scale * self.scores(rows, weight, features))
        order = np.argsort(-shares, kind="stable")[:SHOWN]
        guesses = tuple(Guess(self.labels[n], round(float(shares[n]), 4)) for n in order)
        read = self._words is None or (known >= KNOWN and len(rows) >= FEWEST)
        return Ranking(guesses, bool(read and shares[order[0]] >= self._threshold))

    def hear(self, id: str, fields: Mapping[str, str], outcome: str, at: float) -> None:
        """This will remember a ticket, if the head does that and knows the outcome."""
        place = self._index.get(outcome)
        if self._memory is not None and place is not None:
            self._memory.hear(id, fields, place, at)


def softmax(scores: Floats) -> Floats:
    """This will turn scores into shares of 1, over the last axis."""
    raised: Floats = np.exp(scores - scores.max(-1, keepdims=True))
    shares: Floats = raised / raised.sum(-1, keepdims=True)
    return shares


def remembered(head: Head) -> Memory | None:
    """This will fill a memory from the file. Raises ValueError: its columns do not fit."""
    if not head.keys:
        return None
    memory, recall = Memory(head.keys, len(head.labels)), head.recall
    if recall is None:
        return memory
    opened = np.frombuffer(recall.opened, "<f8")
    sizes = [len(opened), len(recall.ids), len(recall.fields), len(recall.outcomes)]
    fits = all(one == other for one, other in pairwise(sizes))
    if not fits or any(not 0 <= o < len(head.labels) for o in recall.outcomes):
        raise ValueError(f"{head.target}: what it remembers does not fit")
    rows = zip(recall.ids, recall.fields, recall.outcomes, opened, strict=True)
    for id, values, outcome, at in rows:
        fields = dict(zip(recall.names, values, strict=True))
        memory.hear(id, fields, outcome, float(at))
    return memory
