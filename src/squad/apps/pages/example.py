"""Example requests, made out of schemas."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Object = Mapping[str, Any]
Resolve = Callable[[Object], Object]
DEEP = 6  # levels of an example
_UUID = "0198f3a2-7c5e-7b41-9d20-3f6a1c8e4b57"
_TEXTS = {
    "title": "Till 3 does not start",
    "postal_code": "94103",
    "mail": "sam@example.com",
    "reason": "The customer asked for it.",
    "resolution": "Replaced the power supply.",
}


def sample(schema: Object, resolve: Resolve, name: str = "", deep: int = 0) -> Any:
    """This will make a small value that fits: required fields, and one of others if it has none."""
    schema = resolve(schema)
    if deep > DEEP:
        return None
    if schema.get("default") is not None:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if one.get("type") != "null"]
        return sample(kinds[0], resolve, name, deep + 1) if kinds else None
    match schema.get("type"):
        case "object":
            return _object(schema, resolve, deep)
        case "array":
            return [sample(schema.get("items") or {}, resolve, name, deep + 1)]
        case "string":
            return _string(schema, name)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return None


def _object(schema: Object, resolve: Resolve, deep: int) -> Any:
    fields = schema.get("properties", {})
    chosen = schema.get("required") or list(fields)[:1]
    return {field: sample(fields[field], resolve, field, deep + 1) for field in chosen}


def _string(schema: Object, name: str) -> str:
    if schema.get("pattern", "").startswith("^[0-9a-f]{8}-"):
        return _UUID
    if schema.get("format") == "date-time":
        return "2026-03-02T17:00:00Z"
    return _TEXTS.get(name, "text")


def curl(method: str, url: str, body: Any, *, secure: bool) -> str:
    """This will write a request for the command line; parts of the path are its variables."""
    url = re.sub(r"\{(\w+)\}", lambda part: f"${part[1].upper()}", url)
    lines = [f"curl {url}" if method == "get" else f"curl -X {method.upper()} {url}"]
    if secure:
        lines.append('-H "Authorization: Bearer $TOKEN"')
        if method != "get":
            lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if body is not None:
        lines.append('-H "Content-Type: application/json"')
        text = json.dumps(body, ensure_ascii=False).replace("'", "’")
        lines.append(f"-d '{text}'")
    return " \\\n  ".join(lines)
