"""One generation of a full-text index in tantivy: what waits, what is written, what is read."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import tantivy

from squad.adapters.engines import fields
from squad.adapters.engines.anchors import Anchors
from squad.adapters.engines.fields import Change
from squad.adapters.engines.spelling import Vocabulary
from squad.ports.index import Entry
from squad.ports.unit import Unavailable

_HEAP = 15_000_000  # bytes that a writer gathers before it starts a file: tantivy's least
_LEAP = 5_000  # addresses looked up at a time: each look-up counts all entries before them
_WAITING = 2_000  # unflushed changes kept in memory before they are written all the same


class Generation:
    """Entries in one folder, or in memory without one. One thread writes, any thread reads."""

    def __init__(self, folder: Path | None) -> None:
        """This will open the folder's index, or start an empty one.

        Raises:
            ValueError: what is there is not an index of this format.
            Unavailable: it cannot be written.
        """
        self.folder: Final = folder
        self.schema: Final = fields.schema()
        self._index: Final = tantivy.Index(self.schema, None if folder is None else str(folder))
        self._index.config_reader("manual", 0)
        self._waiting: dict[str, Change | None] = {}
        self._writer: tantivy.IndexWriter | None = self._pen()
        self._anchors: Final = Anchors(folder)
        self._reload()
        self.vocabulary: Final = Vocabulary()
        for field in ("words", "secret"):
            self.vocabulary.learn(self.searcher.terms_with_prefix(field, ""))

    def put(self, changes: Iterable[Change]) -> None:
        """This will keep those with a version above the one known. Raises Unavailable."""
        for change in changes:
            known = self.version(change.entry.id)
            if known is None or change.entry.version > known:
                self._waiting[change.entry.id] = change
        self._relieve()

    def remove(self, ids: Iterable[str]) -> None:
        """This will take entries out. Raises Unavailable."""
        self._waiting.update(dict.fromkeys(ids))
        self._relieve()

    def version(self, id: str) -> int | None:
        """This will give the version known, changes not yet flushed included."""
        if id in self._waiting:
            change = self._waiting[id]
            return None if change is None else change.entry.version
        found = self._find(self.searcher, id)
        return int(self.searcher.fast_field_values("version", found)[0] or 0) if found else None

    def get(self, id: str) -> Entry | None:
        """This will give the entry, changes not yet flushed included."""
        waiting = self._waiting  # before the searcher: a flush publishes, then forgets
        if id in waiting:
            change = waiting[id]
            return None if change is None else change.entry
        searcher = self.searcher
        return next((fields.entry(searcher.doc(at)) for at in self._find(searcher, id)), None)

    def every(self, step: int) -> Iterator[list[Entry]]:
        """This will read all entries flushed by now, `step` at a time."""
        searcher, query = self.searcher, tantivy.Query.all_query()
        for offset in range(0, searcher.num_docs, _LEAP):
            hits = searcher.search(query, _LEAP, count=False, offset=offset).hits
            for start in range(0, len(hits), step):
                few = hits[start : start + step]
                yield [fields.entry(searcher.doc(address)) for _, address in few]

    def flush(self) -> None:
        """This will make all changes durable, then visible.

        Raises Unavailable: the disk does not take them; they stay waiting.
        """
        if not self._waiting:
            return
        seen: Counter[str] = Counter()
        try:
            self._writer = self._writer or self._pen()
            for id, change in self._waiting.items():
                self._writer.delete_documents_by_term("id", fields.exact(id))
                if change is not None:
                    document, words = fields.document(change, self.schema)
                    self._writer.add_document(document)
                    seen.update(words)
            self._writer.commit()
            if self.folder is not None:
                sync(self.folder)  # tantivy renames its list of files, but does not sync that
        except (ValueError, OSError) as error:
            self._writer = None
            raise Unavailable("the index cannot be written") from error
        self.vocabulary.learn(seen.items())
        self._reload()
        self._waiting = {}

    def follow(self, other: "Generation") -> None:
        """This will take the place of another, whose files are to be deleted."""
        self._anchors.adopt(other._anchors)

    def close(self) -> None:
        """This will let go of the files once merges under way are done."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None
        self._anchors.close()

    def _pen(self) -> tantivy.IndexWriter:
        try:
            return self._index.writer(_HEAP, 1)
        except ValueError as error:
            raise Unavailable("the index cannot be opened for writing") from error

    def _reload(self) -> None:
        self._index.reload()
        self.searcher = self._index.searcher()
        self._anchors.turn()

    def _relieve(self) -> None:
        if len(self._waiting) >= _WAITING:
            self.flush()

    def _find(self, searcher: tantivy.Searcher, id: str) -> list[tantivy.DocAddress]:
        query = tantivy.Query.term_query(self.schema, "id", fields.exact(id), "basic")
        return [address for _, address in searcher.search(query, 1, count=False).hits]


def sync(folder: Path) -> None:
    """This will make the names in a folder durable (fsync(2): a file's own sync does not)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
