"""Anchors: files kept open, so that letting go of deleted ones never holds Python's lock."""

import os
from contextlib import suppress
from pathlib import Path

_REPLACED = (".", "meta.json")  # beginnings of names of files that are replaced, never mapped


class Anchors:
    """Open handles on the files of a folder, about 150; on deleted ones for a while longer.

    tantivy deletes files that a searcher still maps, and Python frees searchers with its global
    lock held. If the last map goes then, the disk takes the blocks back meanwhile: 40 to 150 ms
    in which nothing else runs. A handle left open moves that to its closing, without the lock.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}
        self._deleted: list[int] = []

    def turn(self) -> None:
        """This will close what was deleted a turn ago, and hold what is new."""
        self._close_deleted()
        if self._folder is None:
            return
        names = (path.name for path in self._folder.iterdir())
        there = {name for name in names if not name.startswith(_REPLACED)}
        for name in self._held.keys() - there:
            self._deleted.append(self._held.pop(name))
        for name in there - self._held.keys():
            with suppress(FileNotFoundError):  # a merge ended meanwhile
                self._held[name] = os.open(self._folder / name, os.O_RDONLY)

    def adopt(self, other: "Anchors") -> None:
        """This will take over another's handles and close them next turn."""
        self._deleted += [*other._held.values(), *other._deleted]
        other._held, other._deleted = {}, []

    def close(self) -> None:
        """This will close all of them."""
        self._deleted += self._held.values()
        self._held = {}
        self._close_deleted()

    def _close_deleted(self) -> None:
        while self._deleted:
            os.close(self._deleted.pop())
