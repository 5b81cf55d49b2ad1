"""Asks: a port's query as a tantivy query, weighted word by word."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from tantivy import Occur, Schema, Searcher
from tantivy import Query as Ask

from squad.adapters.engines import fields
from squad.adapters.engines.terms import Plan, Slot
from squad.adapters.engines.words import fold, stems
from squad.ports.index import Query

# Weights found on a quarter of the query set of docs/search-relevance.md.
_WEIGHTS: Final = {"title": 0.5, "words": 0.5, "text": 1.0, "secret": 0.5, "private": 1.0}
_STEMMED: Final = {"text", "private"}
_OTHERS = 0.5  # what the other fields and forms of a word count beside the best
_SLIPPED, _MEANT = 0.8, 0.1  # a correction of a word that the index has not, and of one it has

_Term = tuple[str, str]


class Asker:
    """Makes queries for one state of an index."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema: Final = schema
        self._searcher: Final = searcher

    def find(self, plan: Plan, query: Query) -> Ask:
        """This will ask for any of the words, everything for a blank text, within the filters."""
        if not query.text.strip():
            return self.within([Ask.all_query()], query)
        slots = [(Occur.Should, self._slot(slot, query.private)) for slot in plan.slots]
        return self.within([Ask.boolean_query(slots) if slots else Ask.empty_query()], query)

    def complete(self, typed: Sequence[str], slips: int, query: Query) -> Ask:
        """This will ask for titles with all words typed, the last of which goes on.

        typed: folded, not empty. slips: edits forgiven in the last word, 0 or 1.
        """
        *whole, last = typed
        must = [Ask.term_query(self._schema, "title", word, "freq") for word in whole]
        must.append(Ask.fuzzy_term_query(self._schema, "title", last, slips, True, True))
        return self.within(must, query)

    def within(self, wanted: Iterable[Ask], query: Query) -> Ask:
        """This will keep to what the filters let through; they let through and score nothing."""
        must = [*wanted, *(self._any(name, values) for name, values in query.all.items())]
        if query.kinds:
            must.append(self._any("", query.kinds))
        return must[0] if len(must) == 1 else Ask.boolean_query([(Occur.Must, it) for it in must])

    def _any(self, name: str, values: Sequence[str]) -> Ask:
        terms = [fields.tag(name, value) for value in values]
        if len(terms) == 1:  # a list of entries is walked; a set of terms is gathered first
            wanted = Ask.term_query(self._schema, "tag", terms[0], "basic")
        else:
            wanted = Ask.term_set_query(self._schema, "tag", terms)
        return Ask.const_score_query(wanted, 0.0)

    def _slot(self, slot: Slot, private: bool) -> Ask:
        """One typed word: the best of its forms counts whole, the others in part."""
        rarity = self._present(slot.exact, private)
        weights = {term: _WEIGHTS[term[0]] for term in rarity}
        weights |= self._corrected(slot, private, rarity)
        asks = [
            Ask.boost_query(Ask.term_query(self._schema, field, text, "freq"), weight)
            for (field, text), weight in weights.items()
        ]
        return Ask.disjunction_max_query(asks, _OTHERS) if asks else Ask.empty_query()

    def _corrected(
        self, slot: Slot, private: bool, exact: Mapping[_Term, float]
    ) -> dict[_Term, float]:
        """Weights of corrections; of a word that the index has, by their stems alone.

        None outscores the word itself for being rarer than that.
        """
        near = self._present(slot.close, private)
        if not exact:
            return {term: _SLIPPED * _WEIGHTS[term[0]] for term in near}
        most = min(exact.values())
        return {
            term: _MEANT * _WEIGHTS[term[0]] * min(1.0, most / rarity)
            for term, rarity in near.items()
            if term not in exact and term[0] in _STEMMED
        }

    def _present(self, forms: Iterable[str], private: bool) -> dict[_Term, float]:
        """The forms' terms that the index has, with their rarity (BM25's idf)."""
        entries = self._searcher.num_docs
        found: dict[_Term, float] = {}
        for form in forms:
            for term in _terms(form, private):
                if term not in found and (holding := self._searcher.doc_freq(*term)):
                    others = max(0, entries - holding)  # holding counts replaced ones, too
                    found[term] = math.log1p((others + 0.5) / (holding + 0.5))
        return found


def _terms(form: str, private: bool) -> Iterator[_Term]:
    yield "title", fold(form)
    yield "words", form
    yield from (("text", stem) for stem in stems(form))
    if private:
        yield "secret", form
        yield from (("private", stem) for stem in stems(form))
