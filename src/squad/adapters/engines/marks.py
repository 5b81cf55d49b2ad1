"""Marks: the part of a text that shows best why it was found, as safe HTML."""

from bisect import bisect_right
from html import escape
from typing import Final

from squad.adapters.engines.terms import Plan
from squad.adapters.engines.words import normal, spans

WIDTH: Final = 240  # characters of a text that are shown
_BEFORE = 60  # characters shown ahead of the first mark
_LONGEST = 120  # characters of a word that is marked
_STRETCH, _STRETCHES = 800, 25  # characters looked through at a time until one has a mark

_Span = tuple[int, int]


class Marker:
    """Marks texts in one language for one plan; it remembers each word it met."""

    def __init__(self, plan: Plan, language: str) -> None:
        self._plan: Final = plan
        self._language: Final = language
        self._met: Final[dict[str, bool]] = {}

    def highlight(self, text: str) -> str | None:
        """This will give the text, or its best part, HTML-escaped, <mark> around what was sought.

        None: nothing in its first 20,000 characters was sought.
        """
        for start in range(0, min(len(text), _STRETCH * _STRETCHES), _STRETCH):
            if found := self._found(text, start, start + _STRETCH):
                return _marked(text, found)
        return None

    def _found(self, text: str, start: int, end: int) -> list[_Span]:
        met, found = self._met, []
        for span in spans(text, start, end):
            word = text[span[0] : span[1]]
            sought = met.get(word)
            if sought is None:
                sought = met[word] = self._sought(word)
            if sought:
                found.append(span)
        return found

    def _sought(self, word: str) -> bool:
        return len(word) <= _LONGEST and self._plan.sought(normal(word), self._language)


def _marked(text: str, found: list[_Span]) -> str:
    start, end = (0, len(text)) if len(text) <= WIDTH else _window(text, found)
    parts = ["…" if start else ""]
    for one, two in found:
        if start <= one and two <= end:
            parts += escape(text[start:one]), "<mark>", escape(text[one:two]), "</mark>"
            start = two
    parts += escape(text[start:end]), "…" if end < len(text) else ""
    return "".join(parts)


def _window(text: str, found: list[_Span]) -> _Span:
    """The stretch with the most marks, the earliest of equals, cut between words."""
    ends = [end for _, end in found]
    reach = WIDTH - _BEFORE
    best = max(range(len(found)), key=lambda i: (bisect_right(ends, found[i][0] + reach) - i, -i))
    first, last = found[best]
    start = max(0, min(first - _BEFORE, len(text) - WIDTH))
    if start:
        start = text.find(" ", start, first) + 1 or start
    end = start + WIDTH
    if end < len(text):
        end = max(text.rfind(" ", last, end), last)
    return start, min(end, len(text))
