"""The events as a page for people, with the AsyncAPI document at its end."""

from collections.abc import Iterator

import msgspec

from squad.apps.describe.schemas import Object

_HEAD = """# Events

Made by `make docs` from `src/squad/contracts` and what the services consume; do not edit.
How events keep their promises: [ADR 0004](adr/0004-outbox-and-inbox.md),
[ADR 0006](adr/0006-ack-retry-or-bury.md); why each ticket event carries the whole ticket:
[ADR 0011](adr/0011-events-carry-the-state.md).
"""
_END = """
## AsyncAPI

<details><summary>The same for programs: AsyncAPI 3.0</summary>

```json
{}
```

</details>
"""


def write(document: Object) -> str:
    """This will write an AsyncAPI document as Markdown."""
    parts = [_HEAD, " ".join(document["info"]["description"].split()) + "\n"]
    parts.append("\n".join(_overview(document)) + "\n")
    parts.append("## Envelope\n\n" + "\n".join(_fields(document, "Letter")) + "\n")
    for name, message in _ordered(document):
        parts.append(f"## {name}\n\n`{message['name']}` · {message['summary']}\n")
        parts.append("\n".join(_fields(document, name)) + "\n")
    parts.append("# What events are made of\n")
    for name in _parts(document):
        text = document["components"]["schemas"][name].get("description", "")
        parts.append(f"## {name}\n\n{text}\n\n" + "\n".join(_fields(document, name)) + "\n")
    body = msgspec.json.format(msgspec.json.encode(document), indent=1).decode()
    return "\n".join(parts) + _END.format(body)


def _ordered(document: Object) -> list[tuple[str, Object]]:
    messages: dict[str, Object] = document["components"]["messages"]
    return list(messages.items())


def _overview(document: Object) -> Iterator[str]:
    yield "| event | when | sent by | handled by |"
    yield "|---|---|---|---|"
    for name, message in _ordered(document):
        sender = message["tags"][0]["name"]
        sender = "every service" if sender == "operations" else sender
        readers = ", ".join(_readers(document, name)) or "–"
        yield f"| [{name}](#{name.lower()}) | {message['summary']} | {sender} | {readers} |"


def _readers(document: Object, name: str) -> Iterator[str]:
    for operation in document["operations"].values():
        here = operation["channel"]["$ref"] == f"#/channels/{name}"
        if here and operation["action"] == "receive":
            yield operation["tags"][0]["name"]


def _parts(document: Object) -> list[str]:
    """The structures that are no events themselves."""
    events = {"Letter", *document["components"]["messages"]}
    return [name for name in document["components"]["schemas"] if name not in events]


def _fields(document: Object, name: str) -> Iterator[str]:
    schema = document["components"]["schemas"][name]
    yield "| field | type | meaning |"
    yield "|---|---|---|"
    required = schema.get("required", ())
    for field, kind in schema.get("properties", {}).items():
        mark = "" if field in required else "?"
        text = "" if kind.get("pattern") else kind.get("description", "")
        yield f"| `{field}`{mark} | {_kind(kind)} | {text} |"


def _kind(schema: Object) -> str:
    """A short word for a JSON Schema."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(kind) for kind in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if schema.get("type") == "object":
        return f"map to {_kind(schema.get('additionalProperties', {}))}"
    if schema.get("format") == "date-time":
        return "moment"
    if str(schema.get("pattern", "")).startswith("^[0-9a-f]{8}-"):
        return "UUID"
    return str(schema.get("type", "anything")) + _bounds(schema)


def _bounds(schema: Object) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" {low}–{high}"
    if "maxLength" in schema:
        return f" ≤ {schema['maxLength']}"
    return ""
