"""How good guesses are: as often right as they say, and where they are sure."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

BINS = 15  # of equal width, as in Guo et al. 2017, On Calibration of Modern Neural Networks
WANTED = 0.85  # share of the confident part that shall be right
FLOOR = 0.5  # nothing less probable is ever confident
LEAST = 50  # tickets that a threshold must rest on

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Measured on held-out tickets; shares of 1, None where it cannot be known.

    coverage: share that is confident. sure: how much of that is right. first_sure: how much of
    that the first choice of people had right; first: of everything.
    """

    target: str
    tickets: int
    labels: int
    top1: float
    top3: float
    error: float
    threshold: float
    coverage: float
    sure: float | None
    frequent: float
    table: float | None
    first: float | None
    first_sure: float | None


def calibration_error(shares: Floats, right: NDArray[np.bool_]) -> float:
    """This will give the expected calibration error: mean distance of confidence and accuracy.

    shares: (tickets, labels). right: whether the first guess was.
    """
    sure = shares.max(1)
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [
        abs(right[place == one].mean() - sure[place == one].mean()) * (place == one).mean()
        for one in range(BINS)
        if (place == one).any()
    ]
    return float(sum(gaps))


def first_right(shares: Floats, truth: Ints) -> NDArray[np.bool_]:
    """This will tell for each ticket whether the first guess is right. truth: −1: no such label."""
    right: NDArray[np.bool_] = shares.argmax(1) == truth
    return right


def threshold(shares: Floats, truth: Ints, wanted: float) -> float:
    """This will find the lowest confidence from which so many first guesses are right.

    Nothing reaches what it gives where that cannot be had on at least 50 tickets: 1.
    """
    sure, right = shares.max(1), first_right(shares, truth)
    order = np.argsort(-sure, kind="stable")
    rate = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(rate >= wanted)
    good = good[good >= LEAST - 1]
    return max(FLOOR, float(sure[order[good[-1]]])) if len(good) else 1.0


def scale(scores: Floats, truth: Ints) -> float:
    """This will find what scores must be multiplied with so that probabilities are true.

    Temperature scaling (Guo et al. 2017): the likeliest of a grid from .3 to 3.
    """
    known = truth >= 0
    scores, truth = scores[known], truth[known]

    def loss(times: float) -> float:
        raised = scores * times
        raised = raised - raised.max(1, keepdims=True)
        total = np.log(np.exp(raised).sum(1))
        return float((total - raised[np.arange(len(truth)), truth]).mean())

    return float(min(np.geomspace(0.3, 3.0, 93), key=loss))


def figures(
    target: str, shares: Floats, truth: Ints, *, threshold: float, frequent: int,
    table: Sequence[int] | None = None, people: NDArray[np.bool_] | None = None,
) -> Figures:  # fmt: skip
    """This will measure. truth, table: labels by ticket, −1: none. people: were they right."""
    right, sure = first_right(shares, truth), shares.max(1) >= threshold
    three = (np.argsort(-shares, 1)[:, :3] == truth[:, None]).any(1)
    looked = None if table is None else np.array(table) == truth
    return Figures(
        target=target,
        tickets=len(truth),
        labels=shares.shape[1],
        top1=float(right.mean()),
        top3=float(three.mean()),
        error=calibration_error(shares, right),
        threshold=threshold,
        coverage=float(sure.mean()),
        sure=float(right[sure].mean()) if sure.any() else None,
        frequent=float((truth == frequent).mean()),
        table=None if looked is None else float(looked.mean()),
        first=None if people is None else float(people.mean()),
        first_sure=float(people[sure].mean()) if people is not None and sure.any() else None,
    )
