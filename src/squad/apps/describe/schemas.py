"""JSON Schemas of our types, with what their docstrings say of each field."""

import re
from collections.abc import Iterable, Iterator, Sequence
from inspect import cleandoc
from typing import Any

import msgspec
from msgspec import inspect

REF = "#/components/schemas/{name}"
Object = dict[str, Any]


def collect(types: Sequence[Any]) -> tuple[list[Object], Object]:
    """This will give a schema for each type, and the named parts that they refer to."""
    found, parts = msgspec.json.schema_components(types, ref_template=REF)
    for struct in _structs(inspect.multi_type_info(types)):
        name = struct.cls.__name__
        schema = parts.get(name) or parts[f"{struct.cls.__module__}.{name}"]
        for field in struct.fields:
            _mark_moments(field.type, schema["properties"][field.encode_name])
    for schema in parts.values():
        _explain(schema)
    _shorten([*found, parts], parts)
    return list(found), dict(sorted(parts.items()))


def _shorten(documents: Iterable[Any], parts: Object) -> None:
    """Names that two services have come with their whole path: `tickets_Change` is enough."""
    names = {long: "_".join(_told(long)) for long in parts if "." in long}
    for document in documents:
        for holder, key in _referring(document):
            name = holder[key].rsplit("/", 1)[-1]
            holder[key] = REF.format(name=names.get(name, name))
    for long, short in names.items():
        parts[short] = parts.pop(long)


def _told(path: str) -> list[str]:
    silent = ("squad", "contracts", "kernel", "services", "api", "model", "service")
    return [word for word in path.split(".") if word not in silent]


def _referring(value: Any) -> Iterator[tuple[Object, str]]:
    """Every object and key that names a part: `$ref`, and what tells the kinds of a union apart."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value, "$ref"
        if isinstance(mapping := value.get("mapping"), dict) and "propertyName" in value:
            yield from ((mapping, key) for key in mapping)
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _referring(inner)


def _structs(types: Iterable[inspect.Type]) -> list[inspect.StructType]:
    """Every struct in these types, each once, however deep."""
    found: dict[type, inspect.StructType] = {}
    waiting = list(types)
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, inspect.StructType):
            if kind.cls in found:
                continue
            found[kind.cls] = kind
            waiting.extend(field.type for field in kind.fields)
        waiting.extend(_inside(kind))
    return list(found.values())


def _inside(kind: inspect.Type) -> Iterator[inspect.Type]:
    for name in ("type", "item_type", "key_type", "value_type"):
        if isinstance(inner := getattr(kind, name, None), inspect.Type):
            yield inner
    yield from getattr(kind, "types", ())
    yield from getattr(kind, "item_types", ())


def _mark_moments(kind: inspect.Type, schema: Object) -> None:
    """msgspec gives moments without a stated zone no format; ours are RFC 3339 all the same."""
    if isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.DateTimeType):
        schema["format"] = "date-time"
    elif isinstance(kind, inspect.UnionType) and _has_moment(kind.types):
        for branch in schema.get("anyOf", [schema]):
            if branch.get("type") == "string":
                branch["format"] = "date-time"


def _has_moment(types: Iterable[inspect.Type]) -> bool:
    return any(isinstance(kind, inspect.DateTimeType) for kind in types)


def _explain(schema: Object) -> None:
    """Moves what a docstring says of a field to the field: `turn: + 1 with every routing.`"""
    if "description" in schema:  # Python 3.13 takes the indent away by itself
        schema["description"] = cleandoc(schema["description"])
    text = " ".join(schema.get("description", "").split())
    fields = schema.get("properties", {})
    pieces = re.split(r"(?:^|(?<=[.;] ))((?:\w+, )*\w+): ", text)
    names = [part.split(", ") for part in pieces[1::2]]
    if not text or not all(name in fields for group in names for name in group):
        return
    for group, said in zip(names, pieces[2::2], strict=True):
        for name in group:
            if "$ref" not in fields[name]:
                fields[name] = {**fields[name], "description": said.strip().rstrip(".;")}
    schema["description"] = pieces[0].strip()
