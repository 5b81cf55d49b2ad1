"""What rows say: fields by their columns' names, and personal parts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from squad.services.tickets.model import Extra

T = TypeVar("T", bound=msgspec.Struct)

_TIMES = {"at", "received_at"}
_encode = msgspec.json.Encoder().encode
_extra = msgspec.json.Decoder(Extra).decode


def conceal(extra: Extra) -> bytes:
    """This will turn personal parts into what is stored: the one place they pass through."""
    return _encode(extra)


def reveal(stored: bytes) -> Extra:
    """This will read personal parts back."""
    return _extra(stored)


def read(kind: type[T], row: Sequence[Any]) -> T:
    """This will make what a row says: columns are named as fields, times are seconds since 1970."""
    fields = dict(zip(kind.__struct_fields__, row, strict=True))
    for name in _TIMES & fields.keys():
        if fields[name] is not None:
            fields[name] = datetime.fromtimestamp(fields[name], UTC)
    return kind(**fields)
