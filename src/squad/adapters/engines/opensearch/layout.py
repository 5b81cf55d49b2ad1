"""How an entry is laid out in OpenSearch: settings, mappings, documents."""

import math
from base64 import b64decode, b64encode
from typing import Any, Final

import msgspec

from squad.adapters.engines import fields
from squad.adapters.engines.fields import Change
from squad.adapters.engines.opensearch.client import Address
from squad.adapters.engines.words import fold, words
from squad.ports.index import Entry

FORMAT: Final = 1  # of all below: indices of another one are not read
LANGUAGES: Final = ("en", "fr", "es")  # the first also for those that nobody stems
SHIFT: Final = 1 << 62  # external versions begin at 0
LAST: Final = (1 << 63) - 1  # the highest version
_STEMMERS: Final = {"en": "porter2", "fr": "french", "es": "spanish"}
_BEGINNING = 200  # characters of a title that a prefix is compared with
_YEAR_2020 = 1_577_836_800.0  # s since 1970
_NEUTRAL = 1 << 23  # minutes: see fields._NEUTRAL
_LATEST = 1 << 30  # minutes


def settings(address: Address) -> dict[str, Any]:
    """This will give the settings of an index: seen when it is told to, durable with the answer.

    gc_deletes -1: a deletion leaves no version behind that a new put would have to exceed.
    """
    return {
        "index": {
            "number_of_shards": address.shards,
            "auto_expand_replicas": address.replicas,
            "refresh_interval": "-1",
            "gc_deletes": "-1",
            "translog.durability": "request",
        },
        "analysis": {
            "filter": {
                "both": {"type": "asciifolding", "preserve_original": True},
                **{
                    f"stem_{code}": {"type": "stemmer", "language": name}
                    for code, name in _STEMMERS.items()
                },
            },
            "analyzer": {
                "both": _analyzer("both"),
                **{code: _analyzer(f"stem_{code}", "asciifolding") for code in LANGUAGES},
            },
        },
    }


def mappings(*, whole: bool) -> dict[str, Any]:
    """This will describe the fields.

    Texts come cut into words in lower case (engines/words). en, fr, es: title and body, stemmed.
    words: the same as they stand and without accents. title: its words without accents; begins:
    its beginning. private_…, secret: of private text.
    id, tag: exact values. at, fresh: order. gone: removed while a rebuild runs.
    entry: the whole of it, given back with a hit.
    """
    exact = {"type": "keyword", "norms": False}
    text = {"type": "text", "index_options": "freqs"}
    both = {**text, "analyzer": "both", "search_analyzer": "whitespace"}
    laid: dict[str, Any] = {
        "id": {**exact, "index": False},
        "tag": {**exact, "doc_values": False},
        "at": {"type": "double", "index": False},
        "fresh": {"type": "integer", "index": False},
        "gone": {"type": "boolean"},
        "title": {**text, "analyzer": "whitespace"},
        "begins": exact,
        "words": both,
        "secret": both,
        "entry": {"type": "binary"},
    }
    for code in LANGUAGES:
        laid[code] = {**text, "analyzer": code, "copy_to": ["words"]}
        laid[f"private_{code}"] = {**text, "analyzer": code, "copy_to": ["secret"]}
    return {"dynamic": "strict", "_meta": meta(whole=whole), "properties": laid}


def meta(*, whole: bool) -> dict[str, Any]:
    """This will say in an index which format it has, and whether a rebuild has filled it."""
    return {"format": FORMAT, "whole": whole}


def id_of(id: str) -> str:
    """This will give the id of an entry's document: never blank, 200 bytes at most."""
    return fields.exact(id) or "-"


def version_of(entry: Entry) -> int:
    """This will give the version as OpenSearch counts: from 0."""
    return entry.version + SHIFT


def change(entry: Entry) -> Change:
    """This will make an entry ready. Raises ValueError: version or time out of bounds."""
    if not 0 <= version_of(entry) < LAST:
        raise ValueError("version or time out of bounds")
    return fields.change(entry)


def document(change: Change) -> dict[str, Any]:
    """This will lay out an entry."""
    entry = change.entry
    title = words(entry.title)
    beginning = " ".join([fold(word) for word in title])
    language = entry.language[:2].lower()
    code = language if language in LANGUAGES else LANGUAGES[0]
    laid = {
        "id": fields.exact(entry.id),
        "tag": _tags(entry),
        "at": entry.at,
        "fresh": _NEUTRAL + _minutes(entry.at),
        "title": beginning,
        "begins": beginning[:_BEGINNING],
        code: " ".join(title + words(entry.body)),
        "entry": b64encode(change.packed).decode(),
    }
    if entry.private:
        laid[f"private_{code}"] = " ".join(words(entry.private))
    return laid


def entry(source: Any) -> Entry:
    """This will read back what `document` laid out."""
    entry = msgspec.msgpack.decode(b64decode(source["entry"]), type=Entry)
    tags = {name: tuple(values) for name, values in entry.tags.items()}
    return msgspec.structs.replace(entry, tags=tags)


def _tags(entry: Entry) -> list[str]:
    named = [fields.tag(name, value) for name, values in entry.tags.items() for value in values]
    return [fields.tag("", entry.kind), *named]


def _minutes(at: float) -> int:
    return int(min(max(0.0, (at - _YEAR_2020) / 60), _LATEST)) if math.isfinite(at) else 0


def _analyzer(*filters: str) -> dict[str, Any]:
    return {"type": "custom", "tokenizer": "whitespace", "filter": list(filters)}
