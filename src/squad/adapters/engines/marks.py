"""Marks: the part of a text that shows best why it was found, as safe HTML."""

from bisect import bisect_right
from html import escape
from typing import Final

from squad.adapters.engines.terms import Plan
from squad.adapters.engines.words import Token, tokens

WIDTH: Final = 240  # characters of a text that are shown
_BEFORE = 60  # characters shown ahead of the first mark
_SEARCHED = 20_000  # characters of a text that are looked through


def highlight(text: str, language: str, plan: Plan) -> str | None:
    """This will give the text, or its best part, HTML-escaped with <mark> around what was sought.

    None: nothing in it was sought.
    """
    found = [
        token
        for token in tokens(text, _SEARCHED)
        if token.end - token.start <= _BEFORE * 2 and plan.marks(token.word, language)
    ]
    if not found:
        return None
    start, end = (0, len(text)) if len(text) <= WIDTH else _window(text, found)
    parts = ["…" if start else ""]
    for token in found:
        if start <= token.start and token.end <= end:
            parts += escape(text[start : token.start]), "<mark>"
            parts += escape(text[token.start : token.end]), "</mark>"
            start = token.end
    parts += escape(text[start:end]), "…" if end < len(text) else ""
    return "".join(parts)


def _window(text: str, found: list[Token]) -> tuple[int, int]:
    """The stretch with the most marks, the earliest of equals, cut between words."""
    ends = [token.end for token in found]
    reach = WIDTH - _BEFORE
    best = max(
        range(len(found)), key=lambda i: (bisect_right(ends, found[i].start + reach) - i, -i)
    )
    first = found[best].start
    start = max(0, min(first - _BEFORE, len(text) - WIDTH))
    if start:
        start = text.find(" ", start, first) + 1 or start
    end = start + WIDTH
    if end < len(text):
        end = max(text.rfind(" ", found[best].end, end), found[best].end)
    return start, min(end, len(text))
