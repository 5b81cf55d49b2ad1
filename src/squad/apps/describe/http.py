"""The HTTP interface as OpenAPI 3.1, from the rows of the services."""

import importlib
import re
from collections.abc import Iterable, Sequence
from inspect import getdoc
from typing import Any

import msgspec

from squad import __version__
from squad.apps.describe.schemas import REF, Object, collect
from squad.kernel.access import PUBLIC, TABLE
from squad.kernel.http import KEY, Empty, Endpoint
from squad.kernel.problem import PROBLEMS, Fault
from squad.kernel.service import Service

ALWAYS = (400, 422, 429, 503, 504)  # any request may be unreadable, unfit, or come at a bad time

_INFO = """Trouble tickets and field dispatch. Errors are problem documents (RFC 9457). Commands
take an Idempotency-Key and may be sent again; changes take the ETag of what was read as If-Match;
lists come in pages, by `limit` and `cursor`, with a Link to the next one."""
_ETAG = {"description": "The version, for If-Match.", "schema": {"type": "string"}}
_REPLAY = {
    "description": "true where the command had been applied before.",
    "schema": {"type": "string"},
}
_NEXT = {
    "description": "The next page (RFC 8288); none on the last.",
    "schema": {"type": "string"},
}
_WAIT = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}


class Problem(msgspec.Struct):
    """What went wrong (RFC 9457). trace: names the request in our logs."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    trace: str = ""
    errors: list[Fault] = []


def document(services: Sequence[Service]) -> Object:
    """This will describe the rows of these services."""
    rows = [(service.name, row) for service in services for row in service.rows]
    types = _types(row for _, row in rows)
    found, components = collect(types)
    schemas = dict(zip(map(repr, types), found, strict=True))
    paths: Object = {}
    for name, row in rows:
        operation = _Operation(name, row, schemas, components).describe()
        paths.setdefault(row.path, {})[row.method.lower()] = operation
    used = {code for _, row in rows for code in _codes(row)}
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": "/", "description": "The node, or the edge before many."}],
        "security": [{"bearer": []}],
        "tags": [_tag(service) for service in services],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": components,
            "responses": {f"Problem{code}": _refusal(code) for code in sorted(used)},
            "parameters": _headers(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _info() -> Object:
    return {
        "title": "Sysops Squad",
        "version": __version__,
        "description": " ".join(_INFO.split()),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


def _tag(service: Service) -> Object:
    module = importlib.import_module(f"squad.services.{service.name}")
    return {"name": service.name, "description": (getdoc(module) or "").split("\n")[0]}


def _types(rows: Iterable[Endpoint]) -> list[Any]:
    """Every type that is spoken of, each once, by its repr: annotated ones may not hash."""
    found: dict[str, Any] = {repr(Problem): Problem}
    for row in rows:
        for kind in (row.shown or row.body, row.answer):
            if kind is not None:
                found.setdefault(repr(kind), kind)
    return list(found.values())


def _codes(row: Endpoint) -> list[int]:
    """The statuses of the problems that a row may answer with."""
    codes = {*ALWAYS, *row.problems}
    if row.action != PUBLIC:
        codes |= {401, 403}
    if row.body is not None or row.stream:
        codes |= {413, 415}
    if "{" in row.path:
        codes.add(404)
    return sorted(codes)


def _refusal(code: int) -> Object:
    kinds = [problem for problem in PROBLEMS if problem.status == code]
    text = " ".join((getdoc(kind) or kind.title).split("\n")[0] for kind in kinds)
    answer: Object = {
        "description": text or "Refused.",
        "content": {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}},
    }
    if code in (429, 503):
        answer["headers"] = {"Retry-After": _WAIT}
    if code == 401:
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answer


def _headers() -> Object:
    text = {"type": "string"}
    return {
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Chosen by the client; the same key again gets the first answer.",
            "schema": {**text, "minLength": 1, "maxLength": KEY, "pattern": "^[!-~]+$"},
        },
        "IfMatch": {
            "name": "If-Match",
            "in": "header",
            "description": "The ETag of what was read; another version is 412.",
            "schema": {**text, "pattern": '^"[0-9]{1,9}"$', "examples": ['"3"']},
        },
    }


class _Operation:
    """One row, described."""

    def __init__(self, service: str, row: Endpoint, schemas: Object, components: Object) -> None:
        self._service = service
        self._row = row
        self._schemas = schemas
        self._components = components

    def describe(self) -> Object:
        row = self._row
        text = (getdoc(row.run) or "").split("\n", 1)
        described: Object = {
            "operationId": self._id(),
            "tags": [self._service],
            "summary": row.summary.rstrip("."),
            "x-criticality": row.criticality,
            "responses": self._responses(),
        }
        if len(text) > 1 and text[1].strip():
            described["description"] = " ".join(text[1].split())
        if row.action == PUBLIC:
            described["security"] = []
        else:
            described["x-roles"] = list(TABLE.get(row.action, ()))
        if parameters := [*self._path(), *self._query(), *self._given()]:
            described["parameters"] = parameters
        if row.body is not None or row.stream:
            described["requestBody"] = self._body()
        return described

    def _id(self) -> str:
        """The service and the function, with its file where api is a folder of several."""
        parts = self._row.run.__module__.split(".api")[-1].strip(".").split(".")
        return "_".join([self._service, *filter(None, parts), self._row.run.__name__])

    def _path(self) -> list[Object]:
        schema = {"type": "string", "minLength": 1}
        names = re.findall(r"\{(\w+)\}", self._row.path)
        return [{"name": n, "in": "path", "required": True, "schema": schema} for n in names]

    def _query(self) -> list[Object]:
        if self._row.query is Empty:
            return []
        if self._row.query is None:
            free = {"type": "object", "additionalProperties": {"type": "string"}}
            return [{"name": "parameters", "in": "query", "explode": True, "schema": free}]
        (schema,), parts = collect([self._row.query])
        struct = parts[schema["$ref"].rsplit("/", 1)[-1]]
        required = struct.get("required", ())
        return [
            _parameter(field, schema, field in required)
            for field, schema in struct["properties"].items()
        ]

    def _given(self) -> list[Object]:
        """The headers that the row reads."""
        names = ["IdempotencyKey"] if self._row.command else []
        if 412 in self._row.problems:
            names.append("IfMatch")
        return [{"$ref": f"#/components/parameters/{name}"} for name in names]

    def _body(self) -> Object:
        row = self._row
        if row.stream:
            return {"required": True, "content": {row.takes: {"schema": {}}}}
        schema = self._schema(row.shown or row.body)
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        required = bool(self._components.get(name, {}).get("required", True))
        return {"required": required, "content": {"application/json": {"schema": schema}}}

    def _responses(self) -> Object:
        row = self._row
        answer: Object = {"description": "Done."}
        if row.status not in (204, 302, 303):
            answer["content"] = {row.media: {"schema": self._answer()}}
        headers = {"ETag": _ETAG} if "version" in _fields(row.answer) else {}
        if row.command:
            headers["Idempotent-Replay"] = _REPLAY
        if "cursor" in _fields(row.query):
            headers["Link"] = _NEXT
        if headers:
            answer["headers"] = headers
        found: Object = {str(row.status): answer}
        if "ETag" in headers and row.method == "GET":
            found["304"] = {"description": "You have this version (If-None-Match)."}
        for code in _codes(row):
            found[str(code)] = {"$ref": f"#/components/responses/Problem{code}"}
        return found

    def _answer(self) -> Object:
        if self._row.answer is not None:
            return self._schema(self._row.answer)
        return {} if self._row.media == "application/json" else {"type": "string"}

    def _schema(self, kind: Any) -> Object:
        found: Object = self._schemas[repr(kind)]
        return found


def _fields(kind: Any) -> tuple[str, ...]:
    fields: tuple[str, ...] = getattr(kind, "__struct_fields__", ())
    return fields


def _parameter(name: str, schema: Object, required: bool) -> Object:
    """A field of a query: there is no null in an address, so an optional one is just left out."""
    if "anyOf" in schema:
        kinds = [kind for kind in schema["anyOf"] if kind != {"type": "null"}]
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        schema = {**rest, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})}
    text = schema.get("description")
    schema = {key: value for key, value in schema.items() if key != "description"}
    found = {"name": name, "in": "query", "required": required, "schema": schema}
    if schema.get("type") == "array":
        found |= {"style": "form", "explode": False}  # several with commas
    return {**found, "description": text} if text else found
