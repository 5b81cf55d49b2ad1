"""The shipped model: public tickets, and examples of ours for what they do not know."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from squad.adapters.engines.guess.words import tokens
from squad.apps.training.rows import Sample

EXAMPLES: Final = Path(__file__).with_name("examples.toml")
TIMES: Final = 6  # how often each of our examples counts
EARLY: Final = 12  # words of a ticket that tell its topic
NOTE: Final = (
    "Trained on IT Service Ticket Classification (Kaggle, adisongoh; CC0), derived from"
    " karolzak/support-tickets-classification (MIT; anonymised tickets of Endava),"
    " and on examples of Sysops Squad's own."
)


def _read() -> dict[str, Any]:
    return tomllib.loads(EXAMPLES.read_text("utf-8"))


def examples() -> list[Sample]:
    """This will give our examples, each as often as it counts."""
    return [
        Sample(
            id=f"{category}-{number}-{time}", text=text, fields={}, opened=0.0, done=0.0,
            outcomes={"category": category},
        )
        for category, phrases in _read()["phrases"].items()
        for number, text in enumerate(phrases)
        for time in range(TIMES)
    ]  # fmt: skip


def moved(samples: Sequence[Sample]) -> list[Sample]:
    """This will give tickets of a broad category a narrower one, where one word says which."""
    rules = [
        (category, frozenset(rule["from"]), frozenset(rule["words"]))
        for category, rule in _read()["moved"].items()
    ]
    found = []
    for sample in samples:
        first = set(tokens(sample.text)[:EARLY])
        now = sample.outcomes["category"]
        said = [name for name, broad, words in rules if now in broad and first & words]
        outcomes = {"category": said[0]} if len(said) == 1 else sample.outcomes
        found.append(replace(sample, outcomes=outcomes))
    return found
