"""JSON Schemas as readable lists of fields."""

from collections.abc import Mapping
from typing import Any

from squad.apps.pages.html import Html, join, prose, tag

Object = Mapping[str, Any]
DEEP = 5  # levels of fields inside fields that are shown
_UUID = "^[0-9a-f]{8}-"


class Fields:
    """Writes the fields of schemas, those inside them included, once each on the way down."""

    def __init__(self, doc: Object) -> None:
        self._doc = doc

    def resolve(self, value: Object) -> Object:
        """This will follow a reference into the document."""
        while "$ref" in value:
            found: Any = self._doc
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            value = found
        return value

    def all(self, schema: Object, seen: tuple[str, ...] = (), *, asked: bool = True) -> Html | None:
        """This will write what is inside a schema; None where there is nothing to open.

        asked: it is sent to us, and some of it is required.
        """
        name, found = self._inside(schema)
        properties = found.get("properties", {})
        if not properties or name in seen or len(seen) >= DEEP:
            return None
        required = found.get("required", ()) if asked else ()
        rows = [
            self.row(field, inner, required=field in required, seen=(*seen, name), asked=asked)
            for field, inner in properties.items()
        ]
        text = found.get("description")
        about = tag("p", prose(text), class_="about") if text else None
        return join(about, tag("ul", *rows, class_="fields"))

    def _inside(self, schema: Object) -> tuple[str, Object]:
        """The object behind references, lists, maps and alternatives, with its name."""
        for key in ("items", "additionalProperties"):
            if isinstance(schema.get(key), Mapping):
                return self._inside(schema[key])
        for one in schema.get("anyOf", ()):
            if one.get("type") != "null":
                return self._inside(one)
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        found = self.resolve(schema)
        if name and "properties" not in found and found is not schema:
            return self._inside(found)
        return name, found

    def row(
        self,
        name: str,
        schema: Object,
        *,
        required: bool = False,
        place: str = "",
        seen: tuple[str, ...] = (),
        asked: bool = True,
    ) -> Html:
        """This will write one field, and behind a click what is inside it."""
        known = self.resolve(schema) if "$ref" in schema else schema
        text = schema.get("description") or ("" if known is schema else known.get("description"))
        inner = self.all(schema, seen, asked=asked)
        line = [tag("code", name), tag("span", kind(schema, self.resolve), class_="type")]
        if place:
            line.append(tag("span", place, class_="place"))
        if required:
            line.append(tag("span", "required", class_="required"))
        if (default := schema.get("default")) not in (None, "", [], {}):
            line.append(tag("span", "default ", tag("code", default), class_="default"))
        return tag(
            "li",
            tag("div", *line, class_="field"),
            tag("p", prose(text)) if text else None,
            inner and tag("details", tag("summary", "fields"), inner),
        )


def kind(schema: Object, resolve: Any = lambda value: value) -> Html:
    """This will say in words what a schema takes."""
    if "$ref" in schema:
        found = resolve(schema)
        plain = "properties" not in found and "$ref" not in found
        return kind(found, resolve) if plain else join(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return _or([kind(one, resolve) for one in schema["anyOf"]])
    if "enum" in schema:
        return _or([tag("code", value) for value in schema["enum"]])
    if "const" in schema:
        return tag("code", schema["const"])
    return _typed(schema, resolve)


def _typed(schema: Object, resolve: Any) -> Html:
    match schema.get("type"):
        case "null":
            return join("null")
        case "string":
            return join(_text(schema))
        case "integer" | "number" as name:
            return join(name, _span(schema.get("minimum"), schema.get("maximum")))
        case "array":
            inner = schema.get("items") or {}
            span = _span(schema.get("minItems"), schema.get("maxItems"))
            return join("list of ", kind(inner, resolve), span)
        case "object" if isinstance(schema.get("additionalProperties"), Mapping):
            return join("map to ", kind(schema["additionalProperties"], resolve))
        case str() as name:
            return join(name)
    return join("any JSON")


def _text(schema: Object) -> str:
    if schema.get("pattern", "").startswith(_UUID):
        return "UUID"
    if schema.get("format"):
        return "moment, RFC 3339" if schema["format"] == "date-time" else str(schema["format"])
    span = _span(schema.get("minLength"), schema.get("maxLength"))
    pattern = schema.get("pattern")
    return f"text{span}" + (f", like {pattern}" if pattern else "")


def _span(low: Any, high: Any) -> str:
    if low is None and high is None:
        return ""
    if low is None:
        return f" ≤ {high}"
    return f" ≥ {low}" if high is None else f" {low}–{high}"


def _or(parts: list[Html]) -> Html:
    last = parts.pop()
    if not parts:
        return last
    return join(*(join(part, ", ") for part in parts[:-1]), parts[-1], " or ", last)
