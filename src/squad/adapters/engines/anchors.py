"""Anchors: large files kept open, so that letting go of them never holds Python's lock."""

import os
from contextlib import suppress
from pathlib import Path

_LARGE = 1 << 20  # bytes


class Anchors:
    """Open handles on the large files of a folder, deleted ones for a while longer.

    tantivy deletes files that a searcher still maps. When the last map goes, and Python frees
    searchers with its global lock held, the disk takes their blocks back: up to 150 ms for 40 MB.
    With a handle left open this happens when the handle is closed, which lets others run.
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
        with os.scandir(self._folder) as files:
            large = {file.path for file in files if _large(file)}
        for path in self._held.keys() - large:
            self._deleted.append(self._held.pop(path))
        for path in large - self._held.keys():
            with suppress(FileNotFoundError):  # a merge ended meanwhile
                self._held[path] = os.open(path, os.O_RDONLY)

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


def _large(file: os.DirEntry[str]) -> bool:
    with suppress(FileNotFoundError):
        return file.stat().st_size >= _LARGE
    return False
