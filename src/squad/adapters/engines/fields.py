"""Fields: how an entry is laid out in a tantivy index."""

import hashlib
import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec
import tantivy

from squad.adapters.engines.words import fold, stem, words
from squad.ports.index import Entry

FORMAT: Final = 1  # of all below: an index of another one is not opened
_LONGEST = 200  # bytes of an exact value; a longer one is known by its digest
_INTEGERS = range(-(1 << 63), 1 << 63)
_YEAR_2020 = 1_577_836_800.0  # s since 1970
# tantivy multiplies scores by log2(2 + fresh): counted in minutes from here, ten years make 3 %,
# and a quarter of an hour the smallest step that a score (a 32-bit float) can show.
_NEUTRAL = 1 << 23


class Change(NamedTuple):
    """An entry waiting to be written, and its bytes."""

    entry: Entry
    packed: bytes


def schema() -> tantivy.Schema:
    """This will describe the fields.

    id, tag: exact values. version, at: of the entry. fresh: what lifts newer ones.
    title, words: words as they stand. text: stems of title and body.
    secret, private: words and stems of private text, which no other query touches.
    entry: the whole of it, given back with a hit.
    """
    builder = tantivy.SchemaBuilder()
    for name in ("id", "tag"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("version", fast=True)
    builder.add_float_field("at", fast=True)
    builder.add_unsigned_field("fresh", fast=True)
    for name in ("title", "words", "text", "secret", "private"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_bytes_field("entry", stored=True)
    return builder.build()


def change(entry: Entry) -> Change:
    """This will make an entry ready to be kept; halves of characters in its text become "?".

    Raises ValueError: a version beyond 64 bits, or a time that is no number.
    """
    if entry.version not in _INTEGERS or not math.isfinite(entry.at):
        raise ValueError("version or time out of bounds")
    try:
        return Change(entry, msgspec.msgpack.encode(entry))
    except UnicodeEncodeError:
        plain = msgspec.structs.replace(
            entry, title=_whole(entry.title), body=_whole(entry.body), private=_whole(entry.private)
        )
        return Change(plain, msgspec.msgpack.encode(plain))


def entry(document: tantivy.Document) -> Entry:
    """This will read back what `document` laid out."""
    return msgspec.msgpack.decode(bytes(document.get_first("entry") or b""), type=Entry)


def document(change: Change, schema: tantivy.Schema) -> tuple[tantivy.Document, set[str]]:
    """This will lay out an entry, and give the words that are in it."""
    entry = change.entry
    title, body, private = words(entry.title), words(entry.body), words(entry.private)
    text = title + body
    laid = {
        "id": exact(entry.id),
        "tag": list(_tags(entry)),
        "version": entry.version,
        "at": entry.at,
        "fresh": _NEUTRAL + max(0, int((entry.at - _YEAR_2020) / 60)),
        "title": " ".join([fold(word) for word in title]),
        "words": " ".join(text),
        "text": " ".join([stem(word, entry.language) for word in text]),
        "secret": " ".join(private),
        "private": " ".join([stem(word, entry.language) for word in private]),
        "entry": change.packed,
    }
    return tantivy.Document.from_dict(laid, schema), {*text, *private}


def exact(value: str) -> str:
    """This will give a value as a term of bounded length."""
    raw = value.encode("utf-8", "surrogatepass")
    plain = len(raw) <= _LONGEST and value.isprintable()
    return value if plain else hashlib.blake2b(raw, digest_size=20).hexdigest()


def tag(name: str, value: str) -> str:
    """This will give a tag as a term. The name "" is for the kind."""
    return exact(f"{name}={value}")


def _tags(entry: Entry) -> Iterator[str]:
    yield tag("", entry.kind)
    for name, values in entry.tags.items():
        for value in values:
            yield tag(name, value)


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
