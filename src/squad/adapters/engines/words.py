"""Words of a text: cut, cased, folded and stemmed alike when stored, sought and highlighted."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

LONGEST: Final = 64  # characters of a word that count
_WORD: Final = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_CACHED = 10_000  # words; the commonest ones make up nearly all of any text


def _analyzer(*filters: Filter) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.raw())
    for one in filters:
        builder = builder.filter(one)
    return builder.build()


_FOLD: Final = _analyzer(Filter.ascii_fold())
_STEM: Final = {
    language: _analyzer(Filter.stemmer(name), Filter.ascii_fold())
    for language, name in (("en", "english"), ("fr", "french"), ("es", "spanish"))
}


def words(text: str) -> list[str]:
    """This will give the words in order, in lower case, accents kept."""
    return [normal(word) for word in _WORD.findall(text)]


def spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """This will give where words stand between two places of a text, characters."""
    for match in _WORD.finditer(text, start, end):
        yield match.span()


@lru_cache(_CACHED)
def fold(word: str) -> str:
    """This will take the accents off a word: `café` and `cafe` are one."""
    return _FOLD.analyze(word)[0]


@lru_cache(_CACHED)
def stem(word: str, language: str) -> str:
    """This will cut a word to its stem (Snowball), accents off. Any other language: as English.

    language: ISO 639-1, with or without a region ("fr-CA").
    """
    return _STEM.get(language[:2].lower(), _STEM["en"]).analyze(word)[0]


@lru_cache(_CACHED)
def stems(word: str) -> frozenset[str]:
    """This will give the word's stems in every language: a query does not say which it is in."""
    return frozenset(stem(word, language) for language in _STEM)


@lru_cache(_CACHED)
def normal(word: str) -> str:
    """This will give a word in NFKC and lower case, 64 characters at most.

    Marks that NFKC could not absorb are left out, and so are blanks that it made.
    """
    plain = unicodedata.normalize("NFKC", word).lower()
    kept = (c for c in plain if not (unicodedata.combining(c) or c.isspace()))
    return "".join(kept)[:LONGEST] or word[:LONGEST]
