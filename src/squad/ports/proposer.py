"""Proposer: what a ticket's words and fields say it needs, and how sure that is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec


class Guess(msgspec.Struct, frozen=True):
    """A value with its probability, 0 to 1: of all guesses at .8, eight in ten are right."""

    value: str
    probability: float


class Ranking(msgspec.Struct, frozen=True):
    """Values from the most to the least probable, all of them together at most 1.

    confident: the first may be used without a person looking at it.
    """

    guesses: Sequence[Guess]
    confident: bool


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What is proposed, by what it is proposed for: "category", "priority", "group".

    model: its version; "" where there is none. skills: for the first category, levels 1–5 by
    name, empty: what is usual. minutes: of work for the first category, 0: what is usual.
    """

    model: str = ""
    rankings: Mapping[str, Ranking] = {}
    skills: Mapping[str, int] = {}
    minutes: int = 0


class Proposer(Protocol):
    """Guesses from words and fields. It computes only: no waiting, at most a few milliseconds."""

    version: str
    """Of the model; "" where there is none."""

    def propose(self, text: str, fields: Mapping[str, str], at: float = 0.0) -> Proposal:
        """This will rank what the ticket may be; the same is said of the same, however often.

        Any text and any fields are taken; what the model does not know counts for nothing.
        text: title and description; the first 20,000 characters count. at: epoch seconds.
        """
        ...

    def hear(
        self, id: str, fields: Mapping[str, str], outcomes: Mapping[str, str], at: float
    ) -> None:
        """This will take in how a ticket stands, for those that come after it.

        A model that remembers nothing takes no notice. id: of the ticket; heard again, the
        newer outcome counts. outcomes: by what is proposed. at: when it was logged, epoch seconds.
        """
        ...
