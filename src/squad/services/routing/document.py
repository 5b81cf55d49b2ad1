"""The policy as a document: read, checked field by field, written, described, compared."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec.inspect import FloatType, IntType, Metadata, StructType, TupleType

from squad.services.routing.policy import DEFAULT, Policy

Path = tuple[str, ...]
_FIELDS = {field.name: field.type for field in msgspec.inspect.type_info(Policy).fields}  # type: ignore[attr-defined]


class Weight(NamedTuple):
    """What is known of a field beside its value.

    means: what it weighs. default, why: what it is without a change, and where that comes from.
    """

    unit: str
    means: str
    default: str
    why: str


class Wrong(NamedTuple):
    """One thing wrong in a document. path: the field, a JSON pointer. what: and what to do."""

    path: str
    what: str


class Unfit(ValueError):
    """A document that is no policy. faults: all of them."""

    def __init__(self, *faults: Wrong) -> None:
        super().__init__("policy: " + "; ".join(f"{path}: {what}" for path, what in faults))
        self.faults = faults


class Change(NamedTuple):
    """A number that differs between two versions. path: field, then priority or tier, if any."""

    path: Path
    old: Any
    new: Any


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the policy as kept: who drafted it when, and who last put it in force.

    version: the document's. note, reason: theirs. promotions: how often it was put in force.
    """

    version: int
    state: Literal["draft", "active", "retired"]
    document: Policy
    at: datetime
    author: str
    note: str
    promotions: int = 0
    promoted_at: datetime | None = None
    promoter: str = ""
    reason: str = ""


def weight(field: str) -> Weight:
    """This will tell what a field is. Raises KeyError: there is no such field."""
    told, default = _told(_FIELDS[field]), msgspec.to_builtins(getattr(DEFAULT, field))
    return Weight(told["unit"], told["description"], _toml(default), told["why"])


def load(text: str) -> Policy:
    """This will read a policy document: JSON if it starts with a brace, else TOML.

    Raises:
        Unfit: not a document, or fields are missing, unknown, of the wrong type or out of
            bounds: every one of them, by its path.
    """
    try:
        raw = msgspec.json.decode(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (msgspec.MsgspecError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unfit(Wrong("", f"this is neither JSON nor TOML ({error})")) from error
    return check(raw)


def check(raw: Mapping[str, Any]) -> Policy:
    """This will make a policy of a document's fields. Raises Unfit, with all that is wrong."""
    faults = list(_faults(raw))
    if faults:
        raise Unfit(*faults)
    try:
        return msgspec.convert(raw, Policy)
    except msgspec.ValidationError as error:  # what only several fields together can break
        field, _, what = str(error).partition(": ")
        raise Unfit(Wrong(f"/{field}", what)) from error


def restore(raw: Mapping[str, Any]) -> Policy:
    """This will read a document that was checked once, maybe by a release with other weights.

    A weight that it did not know has its default; one that there is no more is left out.
    """
    known = {name: value for name, value in raw.items() if name in _FIELDS}
    return msgspec.convert({**msgspec.to_builtins(DEFAULT), **known}, Policy)


def dump(policy: Policy) -> str:
    """This will write a policy as a JSON document that `load` reads back unchanged."""
    return msgspec.json.format(msgspec.json.encode(policy)).decode()


def toml(policy: Policy) -> str:
    """This will write it as TOML, with meaning, unit and reason above each weight.

    `load` reads it back unchanged.
    """
    values = msgspec.to_builtins(policy)
    return "\n".join(
        f"# {means} [{unit}].\n# Default {default}: {why}.\n{name} = {_toml(values[name])}\n"
        for name in _FIELDS
        for unit, means, default, why in (weight(name),)
    )


def schema() -> dict[str, Any]:
    """This will describe the document as JSON Schema, with units and reasons."""
    return msgspec.json.schema(Policy)


def changes(old: Policy, new: Policy) -> list[Change]:
    """This will list the numbers that differ, but not the version."""
    before, after = (dict(_leaves((), msgspec.to_builtins(one))) for one in (old, new))
    return [
        Change(path, before[path], after[path])
        for path in before
        if before[path] != after[path] and path != ("version",)
    ]


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, list | tuple):
        value = {f"P{index}": one for index, one in enumerate(value, 1)}
    if not isinstance(value, Mapping):
        yield path, value
        return
    for name, one in value.items():
        yield from _leaves((*path, name), one)


def _faults(raw: Any) -> Iterator[Wrong]:
    if not isinstance(raw, Mapping):
        yield Wrong("", "must be an object with a field for every weight")
        return
    for name, kind in _FIELDS.items():
        if name not in raw:
            yield Wrong(f"/{name}", f"is missing: {_must(kind)}")
        else:
            yield from _unfit(f"/{name}", raw[name], kind)
    for name in raw:
        if name not in _FIELDS:
            yield Wrong(f"/{str(name)[:60]}", "is not a field of a policy: take it out")


def _unfit(path: str, value: Any, kind: Any) -> Iterator[Wrong]:
    """What is wrong with one value, number by number."""
    kind, whole = _bare(kind), kind
    if isinstance(kind, TupleType) and isinstance(value, list | tuple):
        if len(value) == len(kind.item_types):
            for index, (one, each) in enumerate(zip(value, kind.item_types, strict=True)):
                yield from _unfit(f"{path}/{index}", one, each)
            return
    elif isinstance(kind, StructType) and isinstance(value, Mapping):
        fields = {field.name: field.type for field in kind.fields}
        for name in fields.keys() - value.keys():
            yield Wrong(f"{path}/{name}", f"is missing: {_must(fields[name])}")
        for name, one in value.items():
            if name in fields:
                yield from _unfit(f"{path}/{name}", one, fields[name])
            else:
                yield Wrong(f"{path}/{str(name)[:60]}", "is not a field of it: take it out")
        return
    elif _fits(value, kind):
        return
    yield Wrong(path, _must(whole))


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(kind, FloatType | IntType):
        whole = isinstance(kind, IntType)
        number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        return number and kind.ge <= value <= kind.le
    return not isinstance(kind, TupleType | StructType) and isinstance(value, bool)


def _must(kind: Any) -> str:
    """What a value has to be, in words."""
    told, kind = _told(kind), _bare(kind)
    unit = f" ({told['unit']})" if told else ""
    if isinstance(kind, IntType | FloatType):
        number = "whole number" if isinstance(kind, IntType) else "number"
        return f"must be a {number} from {kind.ge:.10g} to {kind.le:.10g}{unit}"
    if isinstance(kind, TupleType):
        return f"must be {len(kind.item_types)} numbers, for P1 to P4{unit}"
    if isinstance(kind, StructType):
        return f"must have {', '.join(field.name for field in kind.fields)}{unit}"
    return "must be true or false"


def _told(kind: Any) -> dict[str, Any]:
    return (kind.extra_json_schema or {}) if isinstance(kind, Metadata) else {}


def _bare(kind: Any) -> Any:
    return kind.type if isinstance(kind, Metadata) else kind


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value)
