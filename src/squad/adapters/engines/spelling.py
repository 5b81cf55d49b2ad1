"""Spelling: which known words a typed word may have meant, one slip of a finger away.

Two words are one edit apart only if they meet after at most one letter is left out of each
(W. Garbe's symmetric delete). So every known word is filed under itself and under itself
without each of its letters, and a look-up files the typed word the same way.
"""

from array import array
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from squad.adapters.engines.words import fold

SHORTEST: Final = 4  # letters: a shorter word is taken as it was typed
_SETTLE = 20_000  # filings kept in a dict before they are sorted into the arrays
_BOUND: Final = 200_000  # words known at most (about 70 MB); later ones are not guessed


class Vocabulary:
    """Known words with how often they were seen. One thread teaches, any thread asks."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._words: list[str] = []
        self._seen = array("Q")
        self._filed: tuple[NDArray[np.int64], NDArray[np.int32]] = (
            np.empty(0, np.int64),
            np.empty(0, np.int32),
        )
        self._fresh: dict[int, list[int]] = {}
        self._unsettled = 0

    def learn(self, words: Iterable[tuple[str, int]]) -> None:
        """This will add words, each with how many texts hold it."""
        keys, numbers = array("q"), array("i")
        for word, times in words:
            number = self._ids.get(word)
            if number is None:
                if len(self._words) >= _BOUND:
                    continue
                number = self._ids[word] = len(self._words)
                self._words.append(word)
                self._seen.append(0)
                filings = _filings(fold(word), SHORTEST - 1)
                keys.extend(filings)
                numbers.extend([number] * len(filings))
            self._seen[number] += times
        self._file(keys, numbers)

    def alike(self, typed: str) -> tuple[list[str], list[str]]:
        """This will give known words of the same letters, and those one edit away.

        typed: folded. The first differ by accents only; the second come most frequent first
        and are empty for short words and for words with a digit: a number is never guessed.
        """
        same: list[str] = []
        near: list[tuple[int, str]] = []
        guess = _guessed(typed, SHORTEST)
        for number in self._meeting(typed):
            word = self._words[number]
            folded = fold(word)
            if folded == typed:
                same.append(word)
            elif guess and one_edit(folded, typed):
                near.append((-int(self._seen[number]), word))
        return same, [word for _, word in sorted(near)]

    def _file(self, keys: "array[int]", numbers: "array[int]") -> None:
        """Few go into a dict, many are sorted into the arrays with all that is in the dict.

        Askers see the old arrays with the dict, or the new ones with it: twice never harms.
        """
        if self._unsettled + len(keys) < _SETTLE:
            for key, number in zip(keys, numbers, strict=True):
                self._fresh.setdefault(key, []).append(number)
            self._unsettled += len(keys)
            return
        for key, found in self._fresh.items():
            keys.extend([key] * len(found))
            numbers.extend(found)
        filed = np.concatenate([self._filed[0], np.frombuffer(keys, np.int64)])
        owners = np.concatenate([self._filed[1], np.frombuffer(numbers, np.int32)])
        order = np.argsort(filed)
        self._filed = (filed[order], owners[order])
        self._fresh = {}
        self._unsettled = 0

    def _meeting(self, typed: str) -> set[int]:
        fresh, (keys, numbers) = self._fresh, self._filed
        found: set[int] = set()
        asked = _filings(typed, SHORTEST)
        found.update(*(fresh.get(key, ()) for key in asked))
        sought = np.array(asked)
        starts = np.searchsorted(keys, sought, "left").tolist()
        ends = np.searchsorted(keys, sought, "right").tolist()
        for start, end in zip(starts, ends, strict=True):
            found.update(numbers[start:end].tolist())
        return found


def one_edit(one: str, other: str) -> bool:
    """This will tell whether one letter too many, missing, wrong or swapped makes them equal."""
    if len(one) < len(other):
        one, other = other, one
    if len(one) - len(other) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(other))
    head, tail = one[same:], other[same:]
    if len(one) > len(other):
        return head[1:] == tail
    return head[1:] == tail[1:] or (head[:2] == tail[1::-1] and head[2:] == tail[2:])


def _guessed(folded: str, shortest: int) -> bool:
    return len(folded) >= shortest and folded.isalpha()


def _filings(folded: str, shortest: int) -> list[int]:
    """The word's keys; one alone if it is too short or has a digit."""
    if not _guessed(folded, shortest):
        return [hash(folded)]
    return [hash(folded), *{hash(folded[:i] + folded[i + 1 :]) for i in range(len(folded))}]
