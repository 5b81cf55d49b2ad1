"""Trains a head and measures it on the last tickets, which it never saw."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from scipy.sparse import csr_matrix

from squad.adapters.engines.guess.form import Head, Recall
from squad.adapters.engines.guess.head import softmax
from squad.apps.training import measure
from squad.apps.training.fit import Weights, bag, fit, replay
from squad.apps.training.measure import Figures, Floats, Ints
from squad.apps.training.rows import Sample

FEWEST = 200  # tickets with an outcome that a head needs
STAGES = 4  # of training a head, each told
RARE = 3  # tickets that a label needs to be proposed
WARM = 0.35  # share of the log that only fills the memory
CALIBRATE, TEST = 0.68, 0.8  # where the slices begin, as shares of the log in order of time

Tell = Callable[[str], None]


class Unfit(ValueError):
    """There is too little to train on; says what is missing."""


class Slices(msgspec.Struct, frozen=True):
    """Numbers of samples to fit with, to calibrate on, to fit with then, to test on, and all."""

    early: Ints
    calibrate: Ints
    late: Ints
    test: Ints
    every: Ints


def slices(samples: Sequence[Sample], *, warm: bool) -> Slices:
    """This will cut the log by time; what was not known when a slice began is not fitted for it.

    warm: the first third only fills the memory.
    """
    many = len(samples)
    first, second = int(CALIBRATE * many), int(TEST * many)
    begin = int(WARM * many) if warm else 0

    def known(until: int) -> Ints:
        limit = samples[until].opened
        return np.array([n for n in range(begin, until) if samples[n].done < limit], np.int64)

    return Slices(
        known(first), np.arange(first, second), known(second), np.arange(second, many),
        np.arange(begin, many),
    )  # fmt: skip


class Table(msgspec.Struct, frozen=True):
    """A log as numbers. truth: −1 where the outcome is too rare to have a label."""

    words: csr_matrix
    features: Floats
    truth: Ints

    def fitted(self, rows: Ints) -> Weights:
        """This will fit on some rows."""
        rows = rows[self.truth[rows] >= 0]
        return fit(self.words[rows], self.features[rows], self.truth[rows])

    def scored(self, weights: Weights, rows: Ints) -> Floats:
        """This will score some rows, (rows, labels)."""
        return weights.scores(self.words[rows], self.features[rows])


def learn(
    samples: Sequence[Sample], target: str, index: Mapping[str, int],
    tokens: Sequence[Sequence[str]], keys: Sequence[Sequence[str]], tell: Tell,
    *, wanted: float, shipped: int = 0,
) -> tuple[Head, Figures]:  # fmt: skip
    """This will train a head on a log in order of time, and measure it on its last fifth.

    index: rows of the vocabulary. tokens: words by sample. keys: fields that are remembered.
    wanted: share of the confident part that shall be right.
    shipped: samples at the beginning that are examples of ours: fitted, never measured.

    Raises:
        Unfit: too few tickets, or all of them are one.
    """
    log = samples[shipped:]
    labels = _labels(samples, log, target)
    cut = slices(log, warm=bool(keys))
    tell(f"{target}: remembering")
    place = {label: number for number, label in enumerate(labels)}
    truth = np.array([place.get(s.outcomes.get(target, ""), -1) for s in samples], np.int64)
    features, _ = replay(samples, target, keys, labels)
    table = Table(bag(tokens, index), features, truth)
    ours = np.arange(shipped)
    tell(f"{target}: fitting, to calibrate")
    early = table.fitted(np.concatenate([ours, cut.early + shipped]))
    rows = cut.calibrate + shipped
    scores = table.scored(early, rows)
    times = measure.scale(scores, truth[rows])
    sure = measure.threshold(softmax(times * scores), truth[rows], wanted)
    tell(f"{target}: fitting, to measure")
    late = table.fitted(np.concatenate([ours, cut.late + shipped]))
    rows = cut.test + shipped
    shares = softmax(times * table.scored(late, rows))
    known = cut.late + shipped
    told = _figures(samples, target, keys, shares, truth, rows, known, sure)
    tell(f"{target}: fitting on everything")
    every = table.fitted(np.concatenate([ours, cut.every + shipped]))
    memory = recall(samples, target, keys, place) if keys else None
    return _head(target, labels, every, times, sure, index, keys, memory), told


def _head(
    target: str, labels: list[str], weights: Weights, scale: float, threshold: float,
    index: Mapping[str, int], keys: Sequence[Sequence[str]], memory: Recall | None,
) -> Head:  # fmt: skip
    return Head(
        target=target,
        labels=labels,
        bias=weights.bias.astype("<f4").tobytes(),
        scale=scale,
        threshold=threshold,
        words=weights.words.astype("<f2").tobytes() if index else b"",
        keys=[list(key) for key in keys],
        recalled=weights.recalled.astype("<f4").tobytes(),
        recall=memory,
    )


def _labels(samples: Sequence[Sample], log: Sequence[Sample], target: str) -> list[str]:
    """Outcomes that are frequent enough before the held-out part, in order."""
    seen = Counter(s.outcomes[target] for s in log[: int(TEST * len(log))] if target in s.outcomes)
    ours = {s.outcomes[target] for s in samples[: len(samples) - len(log)] if target in s.outcomes}
    labels = sorted({label for label, times in seen.items() if times >= RARE} | ours)
    total = sum(target in sample.outcomes for sample in log)
    if total < FEWEST:
        raise Unfit(f"{target}: {total} finished tickets; it takes {FEWEST} at least.")
    if len(labels) < 2:
        raise Unfit(f"{target}: every ticket has the same; there is nothing to propose.")
    return labels


def _figures(
    samples: Sequence[Sample], target: str, keys: Sequence[Sequence[str]],
    shares: Floats, truth: Ints, rows: Ints, known: Ints, sure: float,
) -> Figures:  # fmt: skip
    """Against the most frequent, a table by the first single field, and people's first choice."""
    frequent = Counter(truth[known].tolist()).most_common(1)[0][0]
    single = next((key[0] for key in keys if len(key) == 1), "")
    table = _table(samples, single, truth, rows, known, frequent) if single else None
    held = [samples[row] for row in rows.tolist()]
    people = np.array([s.first.get(target) == s.outcomes.get(target, "") for s in held])
    return measure.figures(
        target, shares, truth[rows], threshold=sure, frequent=frequent, table=table,
        people=people if any(sample.first for sample in held) else None,
    )  # fmt: skip


def _table(
    samples: Sequence[Sample], field: str, truth: Ints, rows: Ints, known: Ints, frequent: int
) -> list[int]:
    """What is most frequent where a field has the same value."""
    seen: dict[str, Counter[int]] = {}
    for row in known.tolist():
        seen.setdefault(samples[row].fields[field], Counter())[int(truth[row])] += 1
    usual = {value: counter.most_common(1)[0][0] for value, counter in seen.items()}
    return [usual.get(samples[row].fields[field], frequent) for row in rows.tolist()]


REMEMBERED = 20_000  # tickets that a file carries, the newest


def recall(
    samples: Sequence[Sample], target: str, keys: Sequence[Sequence[str]], place: dict[str, int]
) -> Recall:
    """This will pack what a new process remembers at its start."""
    names = sorted({name for key in keys for name in key})
    kept = [s for s in samples if s.outcomes.get(target) in place][-REMEMBERED:]
    return Recall(
        names=names,
        ids=[sample.id for sample in kept],
        fields=[[sample.fields.get(name, "") for name in names] for sample in kept],
        outcomes=[place[sample.outcomes[target]] for sample in kept],
        opened=np.array([sample.opened for sample in kept], "<f8").tobytes(),
    )
