"""Asks: a port's query as OpenSearch's: first what its words may mean, then who holds them.

Weights and rules are those of the embedded index (engines/asks), so that answers are alike.
"""

import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from squad.adapters.engines import fields
from squad.adapters.engines.opensearch.layout import LANGUAGES
from squad.adapters.engines.spelling import SHORTEST, Vocabulary
from squad.adapters.engines.terms import LONGEST, Plan, Slot, plan
from squad.adapters.engines.words import fold, stem, words
from squad.ports.index import Query

_TITLE, _WORDS, _STEMS = 0.5, 0.5, 1.0
_OTHERS = 0.5  # what the other fields of a word count beside the best
_SLIPPED, _MEANT = 0.8, 0.1  # a correction of a word that the index has not, and of one it has
_CLAUSES = 900  # of a query at most; OpenSearch refuses more than 1,024
_CANDIDATES = 20  # words near a typed one that are looked at
_PREFIX = 15  # letters of a prefix that a slip is forgiven in; its pattern grows by the square

Ask = dict[str, Any]


class Meaning(NamedTuple):
    """What typed words mean. known: how many entries hold each typed word; entries: of all."""

    plan: Plan
    known: Mapping[str, int]
    seen: Mapping[str, int]
    entries: int


class Place(msgspec.Struct, array_like=True, frozen=True):
    """Where a page ended. seen: hits so far. after: the sort values of the last one."""

    seen: int
    after: list[float | str]


def typed(text: str) -> list[str]:
    """This will give the words of a text that count: different ones, folded alike only once."""
    return list({fold(word): word for word in reversed(words(text))}.values())[::-1][:LONGEST]


def about(asked: Sequence[str], private: bool) -> Ask:
    """This will ask how often words are held, and which ones are spelled nearly so."""
    guessed = [word for word in asked if len(fold(word)) >= SHORTEST and fold(word).isalpha()]
    known = [{"bool": {"should": list(_exact(word, private))}} for word in asked]
    near = {
        "analyzer": "whitespace",
        "suggest_mode": "always",
        "max_edits": 1,
        "prefix_length": 0,
        "min_word_length": SHORTEST - 1,
        "max_term_freq": 1e9,
        "size": _CANDIDATES,
        "shard_size": _CANDIDATES,
        "accuracy": 0.01,
    }
    suggest: Ask = {
        field: {"text": " ".join(guessed), "term": {"field": field, **near}}
        for field in (("words", "secret") if private else ("words",))
    }
    return {
        "size": 0,
        "track_total_hits": True,
        "aggs": {"known": {"filters": {"filters": known}}},
        **({"suggest": suggest} if guessed else {}),
    }


def meaning(text: str, asked: Sequence[str], answer: Mapping[str, Any]) -> Meaning:
    """This will read the answer to `about`."""
    buckets = answer["aggregations"]["known"]["buckets"]
    known = {fold(word): b["doc_count"] for word, b in zip(asked, buckets, strict=True)}
    options = [
        option
        for entries in answer.get("suggest", {}).values()
        for entry in entries
        for option in entry["options"]
    ]
    seen = {option["text"]: int(option["freq"]) for option in options}
    vocabulary = Vocabulary()
    vocabulary.learn(seen.items())
    return Meaning(plan(text, vocabulary), known, seen, answer["hits"]["total"]["value"])


def find(meant: Meaning, query: Query) -> Ask | None:
    """This will ask for any of the words within the filters; None: nothing can hold them."""
    budget = _CLAUSES
    slots = []
    for number, slot in enumerate(meant.plan.slots):
        share = budget // (len(meant.plan.slots) - number)
        clauses = list(_slot(slot, meant, query.private))[: max(share, 1)]
        budget -= len(clauses)
        if clauses:
            slots.append({"dis_max": {"queries": clauses, "tie_breaker": _OTHERS}})
    if not slots:
        return None
    wanted = {"bool": {"should": slots, "minimum_should_match": 1, "filter": within(query)}}
    fresh = {"field": "fresh", "modifier": "log2p", "missing": 1}
    return {"function_score": {"query": wanted, "field_value_factor": fresh}}


def within(query: Query) -> list[Ask]:
    """This will keep to what the filters let through."""
    asked = [(name, values) for name, values in query.all.items()]
    if query.kinds:
        asked.append(("", query.kinds))
    return [{"terms": {"tag": [fields.tag(name, v) for v in values]}} for name, values in asked]


def complete(folded: Sequence[str], slip: bool, query: Query, limit: int) -> Ask | None:
    """This will ask for titles with all words typed, the last of which goes on.

    slip: whether one is forgiven in the last word. None: it is no word to forgive one in.
    """
    *whole, last = folded
    if not slip:
        goes_on: Ask = {"prefix": {"title": last}}
    elif SHORTEST <= len(last) <= _PREFIX and last.isalpha():
        goes_on = {"regexp": {"title": {"value": _nearly(last), "flags": "NONE"}}}
    else:
        return None
    must = [*within(query), *({"term": {"title": word}} for word in whole), goes_on]
    begun = {"constant_score": {"filter": {"prefix": {"begins": " ".join(folded)}}}}
    return {
        "query": {"bool": {"filter": must, "should": [begun]}},
        "collapse": {"field": "begins"},
        "sort": ["_score", {"at": "desc"}],
        "size": limit,
        "_source": ["entry"],
        "track_total_hits": False,
    }


def cursor(place: Place) -> str:
    """This will give a place as a cursor."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode()


def place(cursor: str, values: int) -> Place:
    """This will read a cursor with so many sort values. Raises ValueError: it is none of ours."""
    if not cursor:
        return Place(0, [])
    try:
        found = msgspec.json.decode(urlsafe_b64decode(cursor.encode("ascii")), type=Place)
    except ValueError as error:  # base64's, UTF-8's and msgspec's are ValueErrors
        raise ValueError("no cursor of this index") from error
    *order, id = found.after or [0]
    right = len(found.after) == values and isinstance(id, str) and found.seen > 0
    if not right or not all(isinstance(it, float) and math.isfinite(it) for it in order):
        raise ValueError("no cursor of this index")
    return found


def _slot(slot: Slot, meant: Meaning, private: bool) -> Iterator[Ask]:
    """One typed word: its own forms, then corrections, none of which outscores it by rarity."""
    word = slot.exact[0]
    holding = meant.known.get(fold(word), 0)
    if not holding:
        for form in slot.close:
            yield from _exact(form, private, _SLIPPED)
        return
    yield from _exact(word, private)
    for form in slot.exact[1:]:
        yield from _stemmed(form, private, _STEMS, word)
    most = _rarity(meant.entries, holding)
    for form in slot.close:
        weight = min(1.0, most / _rarity(meant.entries, meant.seen.get(form, 1)))
        yield from _stemmed(form, private, _MEANT * _STEMS * weight, *slot.exact)


def _exact(form: str, private: bool, weight: float = 1.0) -> Iterator[Ask]:
    """A word in all its forms."""
    yield _match("title", fold(form), _TITLE * weight)
    yield _match("words", fold(form), _WORDS * weight)
    if private:
        yield _match("secret", fold(form), _WORDS * weight)
    yield from _stemmed(form, private, _STEMS * weight)


def _stemmed(form: str, private: bool, weight: float, *but: str) -> Iterator[Ask]:
    """A word by its stems, except where one of the others has the same."""
    for code in LANGUAGES:
        if stem(form, code) not in {stem(other, code) for other in but}:
            yield _match(code, form, weight)
            if private:
                yield _match(f"private_{code}", form, weight)


def _match(field: str, word: str, weight: float) -> Ask:
    return {"match": {field: {"query": word, "boost": round(weight, 6)}}}


def _rarity(entries: int, holding: int) -> float:
    return math.log1p((max(0, entries - holding) + 0.5) / (holding + 0.5))  # BM25's idf


def _nearly(word: str) -> str:
    """A pattern of all words that begin with this one, one letter off."""
    cuts = range(len(word))
    near = [word[:i] + word[i + 1 :] for i in cuts]
    near += [f"{word[:i]}.{word[i + 1 :]}" for i in cuts]
    near += [f"{word[:i]}.{word[i:]}" for i in cuts]
    near += [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in cuts[:-1]]
    return f"({'|'.join(near)}).*"
