"""Seek: queries answered from one generation: ranked, filtered, paged and marked."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from tantivy import Query as Ask

from squad.adapters.engines import fields
from squad.adapters.engines.asks import Asker
from squad.adapters.engines.marks import Marker
from squad.adapters.engines.tantivy import Generation
from squad.adapters.engines.terms import LONGEST, Plan, plan
from squad.adapters.engines.words import fold, words
from squad.ports.index import DEEPEST, Found, Hit, Query

LARGEST: Final = 200  # hits on a page
_AHEAD, _TIES = 20, 1_000  # hits looked at beyond a page, and where they tie, to order equals
_TITLES = 200  # of which suggestions are picked


class Seeker:
    """Answers from a generation as it stood when the seeker was made."""

    def __init__(self, generation: Generation) -> None:
        self._vocabulary: Final = generation.vocabulary
        self._searcher: Final = generation.searcher
        self._asker: Final = Asker(generation.schema, self._searcher)

    def search(self, query: Query) -> Found:
        """This will find entries, the best first. Raises ValueError: a cursor none of ours."""
        start = _start(query.after)
        end = min(start + min(max(query.limit, 0), LARGEST), DEEPEST)
        sought = plan(query.text, self._vocabulary)
        ranked, total = self._ranked(self._asker.find(sought, query), end, bool(sought.slots))
        hits = tuple(self._hits(ranked[start:end], sought, query.private))
        return Found(hits, total, str(end) if hits and end < min(total, DEEPEST) else "")

    def suggest(self, prefix: str, query: Query, limit: int) -> list[str]:
        """This will complete titles: those that begin so first, the newer first."""
        typed = [fold(word) for word in words(prefix)[:LONGEST]]
        if not typed:
            return []
        found = self._titles(self._asker.complete(typed, 0, query))
        if not found and len(typed[-1]) > 3:
            found = self._titles(self._asker.complete(typed, 1, query))
        begun = " ".join(typed)
        found.sort(key=lambda title: not " ".join(map(fold, words(title))).startswith(begun))
        return list(dict.fromkeys(found))[: max(limit, 0)]

    def _ranked(self, ask: Ask, count: int, scored: bool) -> tuple[list[tuple[float, Any]], int]:
        """The first hits in order, at least `count` if there are so many, and how many match.

        Scores favor newer ones by steps of a quarter of an hour; within those, `at` decides.
        """
        by, weight = (None, "fresh") if scored else ("at", None)
        for asked in (count + _AHEAD, count + _TIES):
            result: Any = self._searcher.search(
                ask, asked, order_by_field=by, weight_by_field=weight
            )
            hits = result.hits
            if len(hits) < asked or hits[-1][0] != hits[count - 1][0]:
                break
        moments = self._searcher.fast_field_values("at", [at for _, at in hits])
        pairs = sorted(zip(hits, moments, strict=True), key=lambda it: (-it[0][0], -(it[1] or 0)))
        return [hit for hit, _ in pairs], result.count

    def _hits(
        self, ranked: Iterable[tuple[float, Any]], sought: Plan, private: bool
    ) -> Iterator[Hit]:
        markers: dict[str, Marker] = {}
        for score, address in ranked:
            entry = fields.entry(self._searcher.doc(address))
            marker = markers.setdefault(entry.language, Marker(sought, entry.language))
            texts = entry.title, entry.body, entry.private if private else ""
            shown = tuple(text for text in map(marker.highlight, texts) if text is not None)
            yield Hit(entry.id, entry.kind, score, entry.payload, shown)

    def _titles(self, ask: Ask) -> list[str]:
        newest = self._searcher.search(ask, _TITLES, count=False, order_by_field="at")
        return [fields.entry(self._searcher.doc(at)).title for _, at in newest.hits]


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 6):
        raise ValueError("no cursor of this index")
    return int(cursor)
