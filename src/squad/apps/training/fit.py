"""Fits a head: multinomial logistic regression on words, and on memories by label.

The same loss as scikit-learn's, but a memory's feature differs from label to label (McFadden's
conditional logit), which scikit-learn does not have. SciPy's L-BFGS finds the minimum.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from squad.adapters.engines.guess.head import softmax
from squad.adapters.engines.guess.memory import Memory
from squad.adapters.engines.guess.words import counted
from squad.apps.training.measure import Floats, Ints
from squad.apps.training.rows import Sample

STEPS = 120  # of L-BFGS at most
SHARED, OWN = 1e-3, 1e-2  # penalty of a memory's weight for all labels, and of one label's own
BIAS = 3e-3
WORDS = 0.125  # penalty of a word's weight, by tickets: C = 4 in scikit-learn's terms


Move = tuple[float, int, int]  # when, number of the ticket, label


class Weights(msgspec.Struct, frozen=True):
    """What was fitted: (labels), (words, labels), (keys × views, labels)."""

    bias: Floats
    words: Floats
    recalled: Floats

    def scores(self, words: csr_matrix, features: Floats) -> Floats:
        """This will score tickets, (tickets, labels)."""
        recalled = np.einsum("mkl,kl->ml", features, self.recalled)
        total: Floats = (words @ self.words + recalled + self.bias).astype(np.float32)
        return total


def bag(tokens: Sequence[Sequence[str]], index: Mapping[str, int]) -> csr_matrix:
    """This will count words as the product does, (tickets, vocabulary)."""
    starts, rows, weights = [0], [], []
    for words in tokens:
        found, weight, _ = counted(words, index)
        rows.extend(found.tolist())
        weights.extend([weight] * len(found))
        starts.append(len(rows))
    return csr_matrix((weights, rows, starts), (len(tokens), len(index)), dtype=np.float32)


def replay(
    samples: Sequence[Sample], target: str, keys: Sequence[Sequence[str]], labels: Sequence[str]
) -> tuple[Floats, Memory]:
    """This will live through the log: what was remembered when each ticket came.

    A ticket hears only what was written before it was logged: nothing of itself, nothing later.
    Returns (tickets, keys × views, labels), and the memory at the end.
    """
    index = {label: place for place, label in enumerate(labels)}
    memory = Memory(keys, len(labels))
    moves = sorted(_moves(samples, target, index))
    heard, features = 0, []
    for sample in samples:
        while heard < len(moves) and moves[heard][0] < sample.opened:
            _tell(memory, samples, moves[heard])
            heard += 1
        features.append(memory.features(sample.fields, sample.opened))
    for move in moves[heard:]:
        _tell(memory, samples, move)
    return np.array(features, np.float32), memory


def _moves(samples: Sequence[Sample], target: str, index: Mapping[str, int]) -> Iterator[Move]:
    """Each outcome with the time from when it stood."""
    for number, sample in enumerate(samples):
        for at, stands in sample.moves:
            if stands.get(target) in index:
                yield at, number, index[stands[target]]


def _tell(memory: Memory, samples: Sequence[Sample], move: Move) -> None:
    _, number, outcome = move
    sample = samples[number]
    memory.hear(sample.id, sample.fields, outcome, sample.opened)


def fit(words: csr_matrix, features: Floats, truth: Ints) -> Weights:
    """This will find the weights under which the outcomes are likeliest, each kept small.

    words: (tickets, vocabulary). features: (tickets, keys × views, labels). truth: (tickets).
    """
    tickets, many, labels = features.shape
    sizes = np.cumsum([many, labels, many * labels])
    tokens = words.shape[1]
    penalty = _penalties(tickets, many, labels, tokens)
    turned = words.T.tocsr()

    def parts(point: NDArray[Any]) -> list[Any]:
        shared, bias, own, weights = np.split(point, sizes)
        recalled = shared[:, None] + own.reshape(many, labels)
        return [bias, weights.reshape(tokens, labels), recalled.astype(np.float32)]

    def loss(point: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        shares = softmax(Weights(*parts(point)).scores(words, features))
        rows = np.arange(tickets)
        total = -np.log(shares[rows, truth] + 1e-12).mean() + (penalty * point**2).sum()
        shares[rows, truth] -= 1
        shares /= tickets
        recalled = np.einsum("mkl,ml->kl", features, shares)
        slope = [recalled.sum(1), shares.sum(0), recalled.ravel(), (turned @ shares).ravel()]
        return float(total), np.concatenate(slope).astype(np.float64) + 2 * penalty * point

    start = np.zeros(len(penalty))
    start[:many] = 1 / max(many, 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return Weights(*(np.asarray(part, np.float32) for part in parts(found.x)))


def _penalties(tickets: int, many: int, labels: int, tokens: int) -> NDArray[np.float64]:
    kinds = ((SHARED, many), (BIAS, labels), (OWN, many * labels))
    known = [np.full(size, value) for value, size in kinds]
    return np.concatenate([*known, np.full(tokens * labels, WORDS / tickets)])
