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


def tokens(text: str) -> list[str]:
    """This will give the words of two letters or more, in lower case, accents off, no numbers."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST].lower())
    folded = plain.encode("ascii", "ignore").decode()
    return [word for word in _WORD.findall(folded) if 1 < len(word) < 30 and word not in _STOP]


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
