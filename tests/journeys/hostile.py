"""Hostile text and JSON: our own list, the corpora where they are there, and where to put them."""

import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import zstandard
from tests.journeys.inside import DOCUMENT, ROWS, resolve

from squad.apps.pages.example import sample
from squad.kernel.http import Endpoint
from squad.kernel.ids import uuid7

Object = Mapping[str, Any]
Make = Callable[[Any], Any]
CORPORA = Path(__file__).parents[3] / "shared/data/fuzz"
HOLE = "@hole@"
EXAMPLE = sample({"type": "string", "pattern": "^[0-9a-f]{8}-"}, lambda schema: schema)

# Text that must be taken and come back as it is, wherever any text is taken.
TEXTS = (
    " ", "\t\n\r", "\u00a0", "\u200b\u200d\ufeff", "\ufffe\uffff", "\x01\x02\x1b[31m\x7f", "\x85",
    "\u2028\u2029", "\u202etxt.exe\u202c", "שלום עולם", "مرحبا بالعالم", "أ\u0651\u064b", "日本語",
    "𝕋𝕖𝕩𝕥",     "👩‍👩‍👧‍👦🏳️‍🌈", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤a͎͓l̙̹g̙̻o̠", "e\u0301 é", "İıſß", "ﷺ" * 20, "a" * 200,
    "' OR 1=1 --", "'; drop table tickets; --", "\" or \"\"=\"", "%' and '%'='", "\\'); --", "''",
    "1) union select * from people --", "$1 ? :id @p1 %s {0}", "title:*", "NEAR(a b, 3)",
    "\"unclosed", "a AND (b OR", "+-&&||!(){}[]^\"~*?:\\/", "*", "-", "NOT", "a^9e99", "[a TO *]",
    "/.*(a+)+$/", "a~9999", "col:\"x\" AND -y", "\r\nSet-Cookie: a=b", "x\r\nBcc: all@example.org",
    "{{7*7}}", "${7*7}", "<%= 7*7 %>", "#{7*7}", "{% debug %}", "${jndi:ldap://127.0.0.1/a}",
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", "file:///etc/passwd", "/dev/null", "CON",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)",
    "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>&b;", "=cmd|' /C calc'!A0", "`id`",
    "; cat /etc/passwd |", "null", "undefined", "None", "true", "0", "-1", "1e400", "NaN",
    "\\u0000", "%00", "%ff%fe", "&amp;&#0;", "a\\", "\\", "{}", "[]", "()", "[[", "0x7fffffff",
)  # fmt: skip

# JSON of other kinds, out of every range, or of no text that there is.
TOKENS = (
    '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udfff\\ud800"', '"a\\udc00"', '"\\ud83d\\ud83d"',
    "1e400", "-1e400", "1e-400", "-0", "1.7e308", "9" * 5_000, "-" + "9" * 5_000, "true", "null",
    "18446744073709551616", "-9223372036854775809", "[]", "{}", "[[]]", '{"": ""}', '""',
    '{"a": 1, "a": 2}', '"2026-02-30T00:00:00Z"', '"0001-01-01T00:00:00+14:00"', '"2026-03-02"',
    '"9999-12-31T23:59:59-14:00"', '"2026-03-02T17:00:60Z"', f'"{"a" * 25_000}"',
)  # fmt: skip

# What is not JSON, or too much of it.
BROKEN = (
    "NaN", "Infinity", "-Infinity", "0.1e+", "01", "+1", "0x1", '"', "'a'", "undefined", '"\\x41"',
    '"\t"', '"\\u12"', "[" * 100_000, '{"a":' * 40_000, "[" * 100_000 + "]" * 100_000, "/**/1",
    f'"{"a" * 200_000}"', "\ufeff1", "1,", "}", '"a" "b"',
)  # fmt: skip


class Field:
    """A place in a row's body. body: its JSON with a hole there. text: whether it takes text."""

    def __init__(self, row: Endpoint, name: str, text: bool, body: Any) -> None:
        self.row = row
        self.name = name
        self.text = text
        self._body = json.dumps(body)

    def fill(self, token: str) -> bytes:
        """This will put JSON into the hole."""
        body = self._body.replace(EXAMPLE, uuid7())  # a new thing each time
        return body.replace(f'"{HOLE}"', token).encode("utf-8")


def fields() -> Iterator[Field]:
    """Every field of every body, found in the schemas that the Structs make."""
    for row in ROWS:
        operation = DOCUMENT["paths"][row.path][row.method.lower()]
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            for name, text, make in _holes(content["application/json"]["schema"], ""):
                yield Field(row, name, text, make(HOLE))


def _holes(schema: Object, name: str) -> Iterator[tuple[str, bool, Make]]:
    """A name, whether it is text, and what makes the value around what is put there."""
    schema = resolve(schema)
    for one in schema.get("anyOf", ()):
        yield from _holes(one, name)
    if schema.get("type") == "object":
        yield from _members(schema, name)
    elif schema.get("type") == "array":
        for inner, text, make in _holes(schema.get("items") or {}, f"{name}[]"):
            yield inner, text, _inside(lambda value: [value], make)
    elif "anyOf" not in schema and schema.get("type") != "null":
        text = schema.get("type") == "string" and "enum" not in schema
        yield name, text, lambda value: value


def _members(schema: Object, name: str) -> Iterator[tuple[str, bool, Make]]:
    whole = sample(schema, resolve) or {}
    for field, part in schema.get("properties", {}).items():
        for inner, text, make in _holes(part, f"{name}.{field}"):
            yield inner, text, _inside(partial(_member, whole, field), make)
    if isinstance(extra := schema.get("additionalProperties"), dict):
        yield f"{name}.*", True, lambda value: {value: sample(extra, resolve)}
        for inner, text, make in _holes(extra, f"{name}.*"):
            yield inner, text, _inside(partial(_member, {}, "pos"), make)


def _inside(outer: Make, inner: Make) -> Make:
    return lambda value: outer(inner(value))


def _member(whole: Object, field: str, value: Any) -> Object:
    return {**whole, field: value}


def asked() -> Iterator[tuple[Endpoint, str]]:
    """Every query parameter of every row."""
    for row in ROWS:
        for parameter in DOCUMENT["paths"][row.path][row.method.lower()].get("parameters", ()):
            found = resolve(parameter)
            if found["in"] == "query":
                yield row, found["name"]


def needed(row: Endpoint, but: str) -> str:
    """The parameters that a row cannot do without, but for one, and the sign before that one."""
    operation = DOCUMENT["paths"][row.path][row.method.lower()]
    found = (resolve(parameter) for parameter in operation.get("parameters", ()))
    values = {
        one["name"]: sample(one["schema"], resolve, one["name"])
        for one in found
        if one["in"] == "query" and one.get("required") and one["name"] != but
    }
    return f"{urlencode(values)}&" if values else ""


def naughty() -> Sequence[str]:
    """The big list of naughty strings; none where the corpora are not."""
    path = CORPORA / "blns.json.zst"
    return tuple(json.loads(_unpacked(path))) if path.exists() else ()


def lines() -> Sequence[str]:
    """The lines of fuzzdb that are UTF-8."""
    found = (text.splitlines() for _, text in _members_of("fuzzdb_subset.tar.zst"))
    return tuple(dict.fromkeys(line for part in found for line in part if line))


def suite() -> Mapping[str, bytes]:
    """The files of JSONTestSuite's test_parsing, by name."""
    path = CORPORA / "jsontestsuite.tar.zst"
    return {} if not path.exists() else {
        name.rpartition("/")[2]: raw for name, raw in _files(path) if "test_parsing" in name
    }  # fmt: skip


def _members_of(name: str) -> Iterator[tuple[str, str]]:
    path = CORPORA / name
    for file, raw in _files(path) if path.exists() else ():
        yield file, raw.decode("utf-8", "ignore")


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(_unpacked(path))) as tar:
        for member in tar:
            if (file := tar.extractfile(member)) is not None:
                yield member.name, file.read()


def _unpacked(path: Path) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
