"""Index: full-text search with filters, ranking, typos forgiven and highlights."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

DEEPEST = 10_000  # hits that pages reach at most (OpenSearch: index.max_result_window)


class Entry(msgspec.Struct, frozen=True):
    """One searchable document.

    id: unique in the index. kind: "ticket", "person" …
    version: a put with a version not above the stored one is ignored (late news).
    title, body: text; `language` ("en", "fr", "es" or "" for unknown) chooses the stemming.
    private: text only found and highlighted when the query allows `private`.
    tags: exact values by name ("status": ("assigned",), "reader": ("org:…", "person:…")).
    at: seconds since 1970, UTC; newer wins among equals, and by a trifle among near equals.
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

    text: what the person typed; "" finds everything that the filters let through, newest first.
        Any of its words is enough, more of them rank higher; the first 24 words count.
    all: each name must match one of its values (AND of ORs). Applied before counting.
    private: whether private text may match and be shown.
    limit: hits on the page; an adapter may give fewer than a large one.
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
    go to both, `finish` swaps; search stays up throughout. While it runs, what was removed
    stays out of both: a put is ignored unless its version is above the removed one (which is
    never so if none was known). So it is while `compact` runs.
    """

    @property
    def wants_rebuild(self) -> bool:
        """True from an open that found nothing usable (new, torn, older format) until a `finish`.

        The index is empty then, and works; only its owner knows what is missing in it.
        """
        ...

    async def put(self, entries: Sequence[Entry]) -> None:
        """This will add or replace entries, each only if its version is above the stored one.

        Raises:
            ValueError: a version beyond 64 bits (an adapter may refuse those beyond 62) or a time
                that is no number; nothing was put.
            Unavailable: the index does not take it; putting again is safe.
        """
        ...

    async def remove(self, ids: Sequence[str]) -> None:
        """This will remove entries and every word of them; unknown ids are ignored.

        No answer shows them after the next flush; their bytes leave the disk by the next
        `compact` or `finish`. Raises Unavailable.
        """
        ...

    async def flush(self) -> None:
        """This will make all changes so far visible and durable.

        Raises Unavailable: they are kept; flushing again is safe.
        """
        ...

    async def get(self, ids: Sequence[str]) -> list[Entry]:
        """This will give stored entries, unflushed changes included. Unknown ids are left out."""
        ...

    async def search(self, query: Query) -> Found:
        """This will find entries by words, forgiving one swapped, missing, wrong or extra letter.

        Any text is accepted: query syntax in it has no power. Words match without regard to
        case, accents and endings; only words of four letters or more, without digits, are
        forgiven a slip, and what was typed outranks what may have been meant.
        Raises ValueError: `after` is not a cursor of this index.
        """
        ...

    async def suggest(self, prefix: str, query: Query, limit: int) -> list[str]:
        """This will complete a prefix to titles that the query's filters let through.

        Titles that begin with it come first, then those with a word that does, newer first.
        The query's text does not matter.
        """
        ...

    async def count(self) -> int:
        """This will count entries of the living generation."""
        ...

    async def begin(self) -> None:
        """This will start an empty second generation (dropping an unfinished one).

        Raises Unavailable.
        """
        ...

    async def finish(self) -> None:
        """This will make the second generation the living one and drop the old one.

        Raises:
            RuntimeError: no rebuild was begun.
            Unavailable: the living one goes on; finishing again is safe.
        """
        ...

    async def compact(self) -> None:
        """This will rewrite what is stored, so that nothing removed or replaced is left on disk.

        Search and changes go on meanwhile. It does nothing while a rebuild runs, and gives way
        to one that begins: `finish` has the same effect. Raises Unavailable.
        """
        ...

    async def close(self) -> None:
        """This will flush and let go of the files."""
        ...
