"""Rows of a CSV file, plain or packed by zstd, one at a time, whatever is wrong with it."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

MAGIC = b"\x28\xb5\x2f\xfd"  # a zstd frame begins so (RFC 8878, 3.1.1)
SIP = 512  # bytes unpacked at once: a hostile file swells up to 32,768 times, to 16 MiB
CHUNK = 65_536  # bytes of a plain file read at once
LONGEST = 131_072  # bytes of a row at most; the csv module bounds a field at as many characters
TOO_LONG = ("too long", f"a row may have {LONGEST} bytes")
WINDOW = 1 << 27  # bytes of zstd's window at most: what `zstd --long` makes

Progress = Callable[[int], None]


class Unreadable(Exception):
    """The file as a whole cannot be read; says why and what to do."""


class Row(msgspec.Struct, frozen=True):
    """A record, by column. line: where it begins; the header is line 1."""

    line: int
    fields: Mapping[str, str]


class Refused(msgspec.Struct, frozen=True):
    """A record that is not taken. reason: the kind of fault. detail: this one's."""

    line: int
    reason: str
    detail: str = ""
    number: str = ""


def read(
    path: Path, columns: Sequence[str], progress: Progress = lambda read: None
) -> Iterator[Row | Refused]:
    """This will give one record after the other; what is wrong with one harms no other.

    columns: those that must be there. progress: is told how many bytes of the file were read.

    Raises:
        Unreadable: not a file, not zstd or cut off, not UTF-8, or columns are missing.
    """
    try:
        with path.open("rb") as file:
            records = _records(_Lines(_unpacked(file, progress)))
            header = _header(next(records, None), columns)
            for record in records:
                yield record if isinstance(record, Refused) else _row(record, header)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}.") from error
    except zstandard.ZstdError as error:
        raise Unreadable(f"{path} is damaged: {error}. Fetch it again.") from error


def _unpacked(file: BinaryIO, progress: Progress) -> Iterator[bytes]:
    """Pieces of the content. The stream reader of zstandard would not tell a file cut short."""
    packed = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    unpack = zstandard.ZstdDecompressor(max_window_size=WINDOW)
    frame = None
    while piece := file.read(SIP if packed else CHUNK):
        progress(file.tell())
        while packed and piece:
            frame = frame or unpack.decompressobj()
            yield frame.decompress(piece)
            piece, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
        yield piece
    if frame is not None:
        raise zstandard.ZstdError("it ends too early")


class _Lines:
    """Physical lines with their numbers. One that is too long is cut, and says so by its length."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._split = self._splits(pieces)
        self._back: list[bytes] = []
        self.number = 0

    def _splits(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        rest = b""
        for piece in pieces:
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield line[:LONGEST] + b"\n"
            rest = rest[:LONGEST]
        if rest:
            yield rest

    def __next__(self) -> bytes:
        line = self._back.pop() if self._back else next(self._split)
        self.number += 1
        return line

    def back(self, lines: Sequence[bytes]) -> None:
        """This will give lines back, to be read again."""
        self._back.extend(reversed(lines))
        self.number -= len(lines)


def _records(lines: _Lines) -> Iterator[tuple[int, list[str]] | Refused]:
    """Records of one or more lines. After a broken one, reading goes on with its second line."""
    while True:
        taken: list[bytes] = []
        try:
            fields = next(csv.reader(_taking(lines, taken), strict=True))
        except StopIteration:
            return
        except csv.Error as error:
            lines.back(taken[1:])
            yield Refused(lines.number, *_broken(taken[0], error))
            continue
        first = lines.number - len(taken) + 1
        fault = _fault(taken, fields)
        if fault:
            yield Refused(first, *fault)
        elif fields:
            yield first, fields


def _taking(lines: _Lines, taken: list[bytes]) -> Iterator[str]:
    size = 0
    while size < LONGEST:
        try:
            line = next(lines)
        except StopIteration:
            return
        taken.append(line)
        size += len(line)
        yield line.decode("utf-8-sig" if lines.number == 1 else "utf-8", "surrogateescape")


def _broken(line: bytes, error: csv.Error) -> tuple[str, str]:
    if len(line) >= LONGEST:
        return TOO_LONG
    if "unexpected end" in str(error) or "field limit" in str(error):
        return "a quote is opened and never closed", ""
    return "not CSV", str(error)


def _fault(taken: Sequence[bytes], fields: Sequence[str]) -> tuple[str, str] | None:
    if sum(map(len, taken)) >= LONGEST:
        return TOO_LONG
    for place, field in enumerate(fields, 1):
        if "\0" in field:
            return "NUL byte", f"field {place}"
        if not field.isascii() and any("\udc80" <= c <= "\udcff" for c in field):
            return "not UTF-8", f"field {place}"
    return None


def _header(record: tuple[int, list[str]] | Refused | None, columns: Sequence[str]) -> list[str]:
    if record is None:
        raise Unreadable(f"The file is empty. Its first line must name {', '.join(columns)}.")
    if isinstance(record, Refused):
        raise Unreadable(
            f"Line {record.line} cannot be read: {record.reason}. Save the file as CSV in UTF-8."
        )
    missing = [column for column in columns if column not in record[1]]
    if missing:
        raise Unreadable(
            f"Line 1 does not name {', '.join(missing)}. It must be the header, with commas between"
            f" the names: {', '.join(columns)}."
        )
    return record[1]


def _row(record: tuple[int, list[str]], header: Sequence[str]) -> Row | Refused:
    line, fields = record
    if len(fields) != len(header):
        detail = f"{len(fields)} instead of {len(header)}"
        return Refused(line, "another number of fields than the header", detail)
    return Row(line, dict(zip(header, fields, strict=True)))
