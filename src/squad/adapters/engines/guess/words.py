"""Words of a ticket as numbers."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

LONGEST: Final = 20_000  # characters of a text that count
_WORD: Final = re.compile(r"[a-z]+")
# Words without a topic, which tell the language at most: they are neither counted nor missed.
_STOP: Final = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by can cannot could did do does doing done for from get"
        " got had has have he her here him his how i if in into is it its just me my no not of"
        " off on or our out she so some than that the their them then there these they this to"
        " too up us very was we were what when where which who will with would you your",
    )
)


_FOREIGN: Final = frozenset(
    re.findall(
        r"\w+",
        "au aucun aux avec ce cette comme con cuando dans de del depuis des desde du el ella elle"
        " en est esta este et il la las le les lo los ma mais mas mes mi mis mon muy ne nos notre"
        " nous nuestra nuestro para pas pero peut por pour puede puedo que qui se ses son sont sur"
        " sus tiene una une unos vos votre vous y",
    )
)  # of French and Spanish
_ENGLISH: Final = _STOP - {"a", "as", "me", "no", "on"}  # those are theirs as well


def tokens(text: str) -> list[str]:
    """This will give the words of two letters or more, in lower case, accents off, no numbers."""
    return [word for word in _words(text) if 1 < len(word) < 30 and word not in _STOP]


def foreign(text: str) -> bool:
    """This will tell whether more small words are French or Spanish than English."""
    words = _words(text)
    return sum(word in _FOREIGN for word in words) > sum(word in _ENGLISH for word in words)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text[:LONGEST].lower())
    return _WORD.findall(plain.encode("ascii", "ignore").decode())


def counted(
    words: Sequence[str], index: Mapping[str, int]
) -> tuple[NDArray[np.int64], float, float]:
    """This will look words up: their rows, what each weighs, and the share that is known, 0 to 1.

    Each known word counts once; a text's weights are a vector of length 1.
    """
    rows = sorted({index[word] for word in words if word in index})
    known = sum(word in index for word in words)
    weight = 1.0 / np.sqrt(len(rows)) if rows else 0.0
    return np.array(rows, np.int64), float(weight), known / len(words) if words else 0.0
