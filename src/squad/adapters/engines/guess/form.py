"""The file of a model: MessagePack and zstd, numbers in columns, and nothing that is run."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

FORMAT: Final = "squad.proposer.v1"
LARGEST: Final = 256 << 20  # bytes unpacked: a hostile file swells
Floats = NDArray[np.float32]


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """The tickets that a model remembers, oldest first.

    ids: of the tickets. fields: in the order of `names`. outcomes: of each, index into the labels.
    opened: epoch seconds, 8 bytes each.
    """

    names: list[str]
    ids: list[str]
    fields: list[list[str]]
    outcomes: list[int]
    opened: bytes


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What is known for one thing that is proposed.

    bias: (labels), float32. words: (vocabulary, labels), float16, "" where words do not count.
    keys: names of fields that together are remembered. recalled: (keys × views, labels), float32.
    scale: what scores are multiplied with, so that probabilities are true.
    threshold: probability from which it is confident.
    """

    target: str
    labels: list[str]
    bias: bytes
    scale: float = 1.0
    threshold: float = 1.0
    words: bytes = b""
    keys: list[list[str]] = []
    recalled: bytes = b""
    recall: Recall | None = None


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A model. skills and minutes: by category. note: whose data it was trained on.

    english: it is not confident of French and Spanish, which it has hardly read.
    """

    format: str = FORMAT
    version: str = ""
    note: str = ""
    english: bool = False
    vocabulary: list[str] = []
    heads: list[Head] = []
    skills: Mapping[str, Mapping[str, int]] = {}
    minutes: Mapping[str, int] = {}


def floats(column: bytes, kind: str, *shape: int) -> Floats:
    """This will unpack numbers. Raises ValueError: more or fewer than the shape holds."""
    values: NDArray[Any] = np.frombuffer(column, kind).reshape(shape).astype(np.float32)
    if not np.isfinite(values).all():
        raise ValueError("a weight is not a number")
    return values


def pack(form: Form) -> tuple[bytes, str]:
    """This will make the file's bytes, the same of the same model, and its version."""
    blank = msgspec.structs.replace(form, version="")
    digest = hashlib.sha256(msgspec.msgpack.encode(blank, order="deterministic")).hexdigest()
    named = msgspec.structs.replace(form, version=digest[:12])
    raw = msgspec.msgpack.encode(named, order="deterministic")
    return zstandard.ZstdCompressor(level=19).compress(raw), named.version


def read(path: Path) -> Form:
    """This will read a model.

    Raises:
        ValueError: not a model of ours, or one of another version of the product.
        OSError: the file cannot be read.
    """
    try:
        raw = zstandard.ZstdDecompressor().decompress(path.read_bytes(), LARGEST)
        form = msgspec.msgpack.decode(raw, type=Form)
    except (zstandard.ZstdError, msgspec.DecodeError, MemoryError) as error:
        raise ValueError(f"not a model of proposals: {path}. `squad train` makes one.") from error
    if form.format != FORMAT:
        raise ValueError(f"{path} is a model of {form.format!r}, not {FORMAT!r}: train it again")
    return form
