"""Short forms of a message, for channels that carry little: its words, cut, and its link, whole."""

import re
from collections.abc import Callable
from typing import Final

_FOOTER = "\n-- \n"
_LINK: Final = re.compile(r"https?://\S+")


def parts(text: str) -> tuple[str, str]:
    """This will part a message's words from its last link ("" without one); the footer goes."""
    body = text.partition(_FOOTER)[0]
    links = _LINK.findall(body)
    link = str(links[-1]) if links else ""
    words = body.replace(link, "") if link else body
    return " ".join(words.split()), link


def cut(words: str, fits: Callable[[str], bool]) -> str:
    """This will give as many whole words as fit, with `...` where some are left out.

    "" where not even the dots fit. fits: true for all shorter texts of one for which it is true.
    """
    if fits(words):
        return words
    kept = words.split()
    low, high = 0, len(kept) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(_dots(kept[:middle])) else (low, middle - 1)
    return _dots(kept[:low]) if fits(_dots(kept[:low])) else ""


def _dots(words: list[str]) -> str:
    return f"{' '.join(words)}..."
