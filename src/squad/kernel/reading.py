"""Reading bodies and queries: typed, bounded, and with the place of what is wrong."""

import math
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from squad.kernel.problem import Fault, Invalid, Malformed

T = TypeVar("T")

_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_PLACE: Final = re.compile(r"(.*?)(?: - at `(?:key` in `)?(\$[^`]*)`)?", re.DOTALL)
_NAMED: Final = re.compile(r"(?:unknown|required) field `(.*)`", re.DOTALL)
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_TEXT = 200  # characters of a message: it may quote what was sent


def decode(decoder: msgspec.json.Decoder[T], raw: bytes, *, apart: bool = False) -> T:
    """This will read JSON of one type. Raises Malformed, Invalid with the path of the fault.

    apart: parts of it are read by themselves later, and then looked at as closely.
    """
    try:
        value = decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise Invalid("One field is wrong; see errors.", [fault(str(error))]) from error
    except RecursionError as error:
        raise Malformed("The body is nested too deeply. Send a flat JSON object.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"The body is not JSON: {error}. Send one JSON object, UTF-8.") from error
    # Stores differ in what they make of NUL (PostgreSQL refuses it): nobody needs it in a text.
    if not apart and b"\\u0000" in raw and _NUL.search(raw):
        raise Invalid("Text may not have the character NUL.", [Fault("", "leave out \\u0000")])
    return value


def ask(items: Iterable[tuple[str, str]], kind: Any) -> Any:
    """This will read query parameters as a struct, or as a dict where kind is None.

    A list takes several values, with commas or as the parameter again.
    Raises Invalid: one is unknown, unfit, not a number, has a NUL, or came twice.
    """
    found: dict[str, Any] = {}
    lists = _lists(kind)
    for name, value in items:
        if name in found and name not in lists:
            raise _wrong(name, "give it once")
        if "\0" in value:
            raise _wrong(name, "leave out the character NUL")
        found[name] = [*found.get(name, ()), *value.split(",")] if name in lists else value
    if kind is None:
        return found
    try:
        asked = msgspec.convert(found, kind, strict=False)
    except msgspec.ValidationError as error:
        wrong = fault(str(error))
        raise _wrong(wrong.path.strip("/").split("/")[0], wrong.message) from error
    for name in asked.__struct_fields__:
        value = getattr(asked, name)
        if isinstance(value, float) and not math.isfinite(value):  # "nan" passes every bound
            raise _wrong(name, "give a number")
    return asked


@cache
def _lists(kind: Any) -> frozenset[str]:
    """The parameters that take several values."""
    if kind is None:
        return frozenset()
    struct = msgspec.inspect.type_info(kind)
    assert isinstance(struct, msgspec.inspect.StructType)  # as every query is
    return frozenset(field.encode_name for field in struct.fields if _several(field.type))


def _several(kind: msgspec.inspect.Type) -> bool:
    bare = kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind
    return isinstance(bare, msgspec.inspect.ListType)


def _wrong(name: str, message: str) -> Invalid:
    return Invalid("One parameter is wrong; see errors.", [Fault(f"query.{name[:_TEXT]}", message)])


def fault(message: str) -> Fault:
    """This will turn msgspec's `… - at `$.a.b[0]`` into a message and a JSON pointer (RFC 6901)."""
    found = _PLACE.fullmatch(message)
    assert found is not None  # the pattern takes any text
    text, path = found.groups(default="")
    steps = [name or number for name, number in _STEP.findall(path)]
    if named := _NAMED.search(text):
        steps.append(named[1])
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
    return Fault(pointer[:_TEXT], text[:_TEXT])
