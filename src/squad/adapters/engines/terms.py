"""Terms: what a typed text looks for, word by word: the word itself, its stems, likely slips."""

from typing import Final, NamedTuple

from squad.adapters.engines.spelling import Vocabulary
from squad.adapters.engines.words import fold, stem, stems, words

LONGEST: Final = 24  # different words of a text that count
_GUESSES = 5  # corrections tried for one word


class Slot(NamedTuple):
    """One typed word. exact, close: forms of it, close ones most frequent first."""

    exact: tuple[str, ...]
    close: tuple[str, ...]


class Plan(NamedTuple):
    """What to look for, and what to mark in what is found: folded words and stems."""

    slots: tuple[Slot, ...]
    folded: frozenset[str]
    stems: frozenset[str]

    def sought(self, word: str, language: str) -> bool:
        """This will tell whether a word of an entry in this language is one that was sought."""
        return fold(word) in self.folded or stem(word, language) in self.stems


def plan(text: str, vocabulary: Vocabulary) -> Plan:
    """This will read a typed text. Nothing in it is syntax; words beyond the 24th do not count."""
    slots: dict[str, Slot] = {}
    for word in words(text):
        folded = fold(word)
        if folded in slots:
            continue
        if len(slots) == LONGEST:
            break
        same, near = vocabulary.alike(folded)
        exact = tuple(dict.fromkeys((word, folded, *same)))
        slots[folded] = Slot(exact, tuple(near[:_GUESSES]))
    forms = [form for slot in slots.values() for form in slot.exact + slot.close]
    return Plan(
        slots=tuple(slots.values()),
        folded=frozenset(map(fold, forms)),
        stems=frozenset().union(*map(stems, forms)),
    )
