"""Training: a model of proposals out of a log, measured on its last fifth, written at once."""

import os
import secrets
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec

from squad.adapters.engines.guess.form import Form, pack
from squad.adapters.engines.guess.words import tokens
from squad.apps.training.heads import Tell, Unfit, learn
from squad.apps.training.measure import WANTED, Figures
from squad.apps.training.rows import Sample

__all__ = ["Figures", "Form", "Report", "Sample", "Unfit", "train", "write"]

VOCABULARY = 6_000  # words at most, those in most tickets
IN = 3  # tickets that a word must be in
USUAL = 5  # tickets of a category that its minutes and skills must rest on


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was trained, and how good it is. size: bytes of the file. left_out: targets, and why."""

    version: str
    tickets: int
    words: int
    size: int
    figures: Sequence[Figures]
    left_out: Sequence[str] = ()


def train(
    samples: Sequence[Sample], targets: Sequence[str], keys: Sequence[Sequence[str]],
    *, tell: Tell = lambda step: None, wanted: float = WANTED, note: str = "",
    shipped: Sequence[Sample] = (),
) -> tuple[bytes, Report]:  # fmt: skip
    """This will train a head a target on tickets in order of time; the same log, the same file.

    The first target must succeed; the others are left out where there is too little for them.
    keys: fields that are remembered together. wanted: share of the confident part that shall be
    right. shipped: examples of ours, always part of it.

    Raises:
        Unfit: too little to train the first target on.
    """
    whole = [*shipped, *samples]
    read = [tokens(sample.text) for sample in whole]
    index = {word: row for row, word in enumerate(vocabulary(read, len(shipped)))}
    heads, figures, left = [], [], []
    for target in targets:
        try:
            head, told = learn(
                whole, target, index, read, keys, tell, wanted=wanted, shipped=len(shipped)
            )
        except Unfit as unfit:
            if target == targets[0]:
                raise
            left.append(str(unfit))
            continue
        heads.append(head)
        figures.append(told)
    form = Form(
        note=note, english=bool(shipped), vocabulary=list(index), heads=heads,
        skills=skills(samples), minutes=minutes(samples),
    )  # fmt: skip
    packed, version = pack(form)
    report = Report(
        version=version, tickets=len(samples), words=len(index), size=len(packed),
        figures=figures, left_out=left,
    )  # fmt: skip
    return packed, report


def vocabulary(read: Sequence[Sequence[str]], shipped: int = 0) -> list[str]:
    """This will list the words that are in most tickets, and all of our examples', in order."""
    seen = Counter(word for words in read[shipped:] for word in set(words))
    usual = sorted((-times, word) for word, times in seen.items() if times >= IN)
    ours = {word for words in read[:shipped] for word in words}
    return sorted(ours | {word for _, word in usual[:VOCABULARY]})


def minutes(samples: Sequence[Sample]) -> dict[str, int]:
    """This will tell how long work usually takes, by category: the median."""
    found: dict[str, list[float]] = {}
    for sample in samples:
        if sample.minutes and "category" in sample.outcomes:
            found.setdefault(sample.outcomes["category"], []).append(sample.minutes)
    rested = {category: spans for category, spans in found.items() if len(spans) >= USUAL}
    return {category: max(1, round(median(spans))) for category, spans in sorted(rested.items())}


def skills(samples: Sequence[Sample]) -> dict[str, dict[str, int]]:
    """This will tell which skills are asked for most often, by category."""
    found: dict[str, Counter[tuple[tuple[str, int], ...]]] = {}
    for sample in samples:
        if sample.skills and "category" in sample.outcomes:
            asked = tuple(sorted(sample.skills.items()))
            found.setdefault(sample.outcomes["category"], Counter())[asked] += 1
    rested = {name: seen for name, seen in found.items() if seen.total() >= USUAL}
    return {name: dict(seen.most_common(1)[0][0]) for name, seen in sorted(rested.items())}


def write(path: Path, packed: bytes) -> None:
    """This will put the file there whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            file.write(packed)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
