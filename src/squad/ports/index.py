"""Index: full-text search with filters, ranking, typos forgiven and highlights."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """One searchable document.

    id: unique in the index. kind: "ticket", "person" …
    version: a put with a version not above the stored one is ignored (late news).
    title, body: text; `language` ("en", "fr", "es" or "" for unknown) chooses the stemming.
    private: text only found and highlighted when the query allows `private`.
    tags: exact values by name ("status": ("assigned",), "reader": ("org:…", "person:…")).
    at: seconds since 1970, UTC; newer wins among equals.
    payload: given back with a hit; not searched.
    """

    id: str
    kind: str
    version: int
    title: str
    body: str = ""
    private: str = ""
    language: str = ""
    tags: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)
    at: float = 0.0
    payload: bytes = b""


class Query(msgspec.Struct, frozen=True):
    """What to look for.

    text: what the person typed; "" finds everything that the filters let through.
    all: each name must match one of its values (AND of ORs). Applied before counting.
    private: whether private text may match and be shown.
    after: cursor of the previous page, "" for the first.
    """

    text: str
    kinds: Sequence[str] = ()
    all: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)
    private: bool = False
    limit: int = 20
    after: str = ""


class Hit(msgspec.Struct, frozen=True):
    """A found entry. highlights: HTML-escaped text with <mark>…</mark> around what matched."""

    id: str
    kind: str
    score: float
    payload: bytes
    highlights: Sequence[str]


class Found(msgspec.Struct, frozen=True):
    """A page of hits. total: all that match, after the filters. after: next cursor or ""."""

    hits: Sequence[Hit]
    total: int
    after: str


class Index(Protocol):
    """What `put` and `remove` changed is found after `flush` returned, and durable then.

    A rebuild fills a second generation beside the living one: `begin`, then puts and removes
    go to both, `finish` swaps; search stays up throughout.
    """

    async def put(self, entries: Sequence[Entry]) -> None:
        """This will add or replace entries, each only if its version is above the stored one."""
        ...

    async def remove(self, ids: Sequence[str]) -> None:
        """This will remove entries and every word of them."""
        ...

    async def flush(self) -> None:
        """This will make all changes so far visible and durable."""
        ...

    async def get(self, ids: Sequence[str]) -> list[Entry]:
        """This will give stored entries, changes not yet flushed included. Unknown ids are left out."""
        ...

    async def search(self, query: Query) -> Found:
        """This will find entries by words, forgiving one swapped, missing or wrong letter.

        Any text is accepted: query syntax in it has no power.
        """
        ...

    async def suggest(self, prefix: str, query: Query, limit: int) -> list[str]:
        """This will complete a prefix to titles that the query's filters let through."""
        ...

    async def count(self) -> int:
        """This will count entries of the living generation."""
        ...

    async def begin(self) -> None:
        """This will start an empty second generation (dropping an unfinished one)."""
        ...

    async def finish(self) -> None:
        """This will make the second generation the living one and drop the old one."""
        ...

    async def close(self) -> None:
        """This will flush and let go of the files."""
        ...
