"""Proposals by a linear model out of one file; `squad train` makes it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from squad.adapters.engines.guess.form import Form, read
from squad.adapters.engines.guess.head import Predictor
from squad.adapters.engines.guess.words import counted, foreign, tokens
from squad.ports.clock import Clock
from squad.ports.proposer import Proposal

DEFAULT: Final = Path(__file__).with_name("default.model")


class LinearProposer:
    """Adds up what each word and each memory says for each label. Raises ValueError: bad file."""

    def __init__(self, form: Form) -> None:
        self.version = form.version
        self._index = {word: row for row, word in enumerate(form.vocabulary)}
        self._heads = [Predictor(head, len(form.vocabulary)) for head in form.heads]
        self._english = form.english
        self._skills = form.skills
        self._minutes = form.minutes

    def propose(self, text: str, fields: Mapping[str, str], at: float = 0.0) -> Proposal:
        """This will rank the labels of every head."""
        rows, weight, known = counted(tokens(text), self._index)
        if self._english and foreign(text):
            known = 0.0
        rankings = {head.target: head.rank(rows, weight, known, fields, at) for head in self._heads}
        category = rankings.get("category")
        first = category.guesses[0].value if category else ""
        return Proposal(
            model=self.version,
            rankings=rankings,
            skills=self._skills.get(first, {}),
            minutes=self._minutes.get(first, 0),
        )

    def hear(
        self, id: str, fields: Mapping[str, str], outcomes: Mapping[str, str], at: float
    ) -> None:
        """This will remember how a ticket stands, in the heads that remember."""
        for head in self._heads:
            if head.target in outcomes:
                head.hear(id, fields, outcomes[head.target], at)


def load(path: Path) -> LinearProposer:
    """This will read a model. Raises ValueError: not one of ours; OSError: it cannot be read."""
    try:
        return LinearProposer(read(path))
    except ValueError as error:
        raise ValueError(f"SQUAD_PROPOSER: {error}") from error


async def open(url: str, clock: Clock) -> LinearProposer:
    """This will open `linear:`, the product's own model, or `linear:/another/file`.

    Raises:
        ValueError: not such a URL, or not such a file.
        OSError: the file cannot be read.
    """
    parts = urlsplit(url)
    if parts.scheme != "linear" or parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"not a linear model: {url!r}")
    path = Path(unquote(parts.path)).absolute() if parts.path else DEFAULT
    return await asyncio.to_thread(load, path)
