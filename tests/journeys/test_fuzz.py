"""Hostile input, at every field and parameter: refused clearly or kept as it came, never a bug.

SQUAD_FUZZ=full puts every text everywhere; else each place gets an eighth of them, in turn.
"""

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from tests.journeys import hostile
from tests.journeys.hostile import BROKEN, TEXTS, TOKENS, Field
from tests.journeys.inside import DOCUMENT, ROWS, TICKET, Inside, address, place, sent

from squad.kernel.access import PUBLIC, allowed
from squad.kernel.http import Endpoint
from squad.kernel.ids import uuid7

SHARE = 1 if os.environ.get("SQUAD_FUZZ") == "full" else 8
JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"
MEMBERS = {"type", "title", "status", "detail", "instance", "trace"}
PREFERRED = ("administrator", "customer", "dispatcher", "consultant", "manager")
QUERIES = (*TEXTS, "a" * 5_000, "\ud800", "\x00", "a\x00b", "1" * 5_000, "1e9", "-0", "+1", "１")
RAW = ("%", "%zz", "%ff", "%c0%ae", "%u0041", "a%00", "&&", "=", "+", ";", "a" * 20_000)
PATHS = (
    "%00", "a%00b", "%0d%0aX: y", "%ff", "%ED%A0%80", "..%2f..%2fetc", "%2e%2e", "%252e", "*",
    "'%20or%201=1", "a" * 4_000, "%F0%9F%92%A9", "null", "-1", "%7Bid%7D", "%20", ";a=b",
)  # fmt: skip
FIELDS = list(enumerate(hostile.fields()))
FIRSTS = list({address(field.row): field for _, field in FIELDS}.values())
ASKED = [(number, *one) for number, one in enumerate(hostile.asked())]
LIVE = "/api/tickets/live"  # never ends by itself
OPERATIONS = schemathesis.openapi.from_dict(dict(DOCUMENT)).exclude(path=LIVE)
OPERATIONS.config.phases.coverage.enabled = False


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """The product with one person per role."""
    node = Inside(tmp_path_factory.mktemp("inside"))
    yield node
    node.close()


def check(status: int, kind: str, body: str, sent: object) -> None:
    """Fails for a bug of ours, and for a refusal that is not a problem document."""
    assert status < 500, (sent, body)
    if status >= 400:
        assert kind == PROBLEM, (sent, status, kind, body)
        told = json.loads(body)
        assert set(told) >= MEMBERS, (sent, told)
        assert told["status"] == status


def checked(answer: httpx.Response, sent: object) -> httpx.Response:
    """The answer, if it is a proper one."""
    check(answer.status_code, answer.headers.get("content-type", ""), answer.text, sent)
    return answer


def who(row: Endpoint) -> str:
    """Somebody who may; nobody where nobody needs to be."""
    if row.action == PUBLIC:
        return ""
    return next(role for role in PREFERRED if allowed([role], row.action))


def target(inside: Inside, row: Endpoint) -> str:
    """The address of a row, on something that there is."""
    if "tickets/{id}" in row.path:
        return place(row, id=inside.ticket("customer"))
    return place(row, id=inside.people["other"])


def fill(inside: Inside, field: Field, tokens: Sequence[str]) -> None:
    """Puts each of some JSON tokens into a field, and checks every answer."""
    path, row = target(inside, field.row), field.row
    for token in tokens:
        body = field.fill(token)
        answer = inside.ask(who(row), row.method, path, content=body, headers=JSON)
        checked(answer, (field.name, token[:200]))


def named(one: object) -> str:
    """A field or a row for people."""
    if isinstance(one, Field):
        return f"{address(one.row)} {one.name}"
    return address(one) if isinstance(one, Endpoint) else str(one)


@pytest.mark.parametrize(("number", "field"), [o for o in FIELDS if o[1].text], ids=named)
def test_takes_or_refuses_any_text(inside: Inside, number: int, field: Field) -> None:
    """No text, in whatever field, is ever a bug of ours."""
    fill(inside, field, [json.dumps(text) for text in TEXTS[number % SHARE :: SHARE]])


@pytest.mark.parametrize(("number", "field"), FIELDS, ids=named)
def test_takes_or_refuses_any_value(inside: Inside, number: int, field: Field) -> None:
    """No value of another type and none out of range is a bug of ours."""
    fill(inside, field, TOKENS[number % SHARE :: SHARE])


@pytest.mark.parametrize("field", FIRSTS, ids=named)
def test_refuses_what_is_not_json(inside: Inside, field: Field) -> None:
    """What is not JSON is refused, however deep it goes."""
    fill(inside, field, BROKEN)


@pytest.mark.parametrize(("number", "row", "name"), ASKED, ids=named)
def test_takes_or_refuses_any_query(inside: Inside, number: int, row: Endpoint, name: str) -> None:
    """No value of a parameter is a bug of ours, well or badly encoded."""
    path = f"{target(inside, row)}?{hostile.needed(row, name)}"
    values = [quote(text, safe="", errors="surrogatepass") for text in QUERIES]

    for value in (*values, *RAW)[number % SHARE :: SHARE]:
        answer = inside.ask(who(row), row.method, f"{path}{name}={value}", **sent(row))
        assert answer.status_code < 500, (name, value[:200], answer.text)
        if row.media != "text/html":
            checked(answer, (name, value[:200]))


@pytest.mark.parametrize(
    ("number", "row"), list(enumerate(row for row in ROWS if "{" in row.path)), ids=named
)
def test_takes_or_refuses_any_path(inside: Inside, number: int, row: Endpoint) -> None:
    """No part of an address is a bug of ours."""
    for part in PATHS[number % SHARE :: SHARE]:
        path = place(row, id=part, token=part, ticket=part, attachment=part)
        answer = inside.ask(who(row), row.method, path, **sent(row))
        assert answer.status_code < 500, (part, answer.text)


# The node shares our process, and its jitter our `random`: Hypothesis sees the state move.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@OPERATIONS.parametrize()
@settings(
    max_examples=3 if SHARE > 1 else 30, deadline=None, database=None, derandomize=True,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_takes_or_refuses_what_the_document_describes(case: Any, inside: Inside) -> None:
    """What fits the document, and what does not quite, is no bug of ours."""
    for user in ("administrator", "customer"):
        headers = {"Authorization": f"Bearer {inside.tokens[user]}"}
        answer = case.call(base_url=inside.origin, headers=headers, session=inside.session)
        kind = answer.headers.get("content-type", [""])[0]
        assert answer.status_code < 500, answer.text
        if "oauth2" not in case.path and not kind.startswith("text/html"):
            check(answer.status_code, kind, answer.text, case.as_curl_command())


def kept(inside: Inside, text: str) -> None:
    """Fails unless a title, a description and a message come back as they were sent."""
    title = text[:200]
    id = uuid7()
    body = {**TICKET, "id": id, "title": title, "description": text}
    made = inside.ask("customer", "POST", "/api/tickets", content=json.dumps(body), headers=JSON)
    assert made.status_code == 201, (text, made.text)
    path, body = f"/api/tickets/{id}", {"text": text}
    said = inside.ask("customer", "POST", f"{path}/messages", content=json.dumps(body),
                      headers=JSON)  # fmt: skip
    assert said.status_code == 201, (text, said.text)

    ticket = inside.get("customer", path)
    (message,) = inside.get("customer", f"{path}/messages")

    assert (ticket["title"], ticket["description"], message["text"]) == (title, text, text)


def test_keeps_every_text_as_it_came(inside: Inside) -> None:
    """What is stored is what was sent: nothing is trimmed, escaped or normalized."""
    for text in TEXTS:
        kept(inside, text)


@pytest.mark.skipif(not hostile.naughty(), reason="the corpora are not there")
def test_keeps_what_the_corpora_have(inside: Inside) -> None:
    """The big list of naughty strings, and fuzzdb by the page, come back as they were sent."""
    naughty = [text for text in hostile.naughty() if text and "\0" not in text]
    lines = "\n".join(line for line in hostile.lines() if "\0" not in line)
    pages = [lines[start : start + 20_000] for start in range(0, len(lines), 20_000)]

    for text in (*naughty[::SHARE], *pages):
        kept(inside, text)


@pytest.mark.skipif(not hostile.naughty(), reason="the corpora are not there")
def test_finds_by_whatever_the_corpora_have(inside: Inside) -> None:
    """No naughty string and no line of fuzzdb is a query that search cannot take."""
    texts = (*hostile.naughty(), *hostile.lines())
    for number, text in enumerate(texts[:: 4 * SHARE]):
        path = "/api/search/suggest" if number % 4 == 0 else "/api/search"
        checked(inside.ask("customer", "GET", path, params={"q": text}), text)


@pytest.mark.skipif(not hostile.suite(), reason="the corpora are not there")
def test_reads_json_and_nothing_else(inside: Inside) -> None:
    """JSONTestSuite: what must be rejected is; what must be read is read and judged as a ticket."""
    for name, raw in hostile.suite().items():
        answer = inside.ask("customer", "POST", "/api/tickets", content=raw, headers=JSON)
        assert 400 <= checked(answer, name).status_code < 500, (name, answer.text)
        if name.startswith("y_"):
            assert answer.status_code == 422, (name, answer.text)


@pytest.mark.parametrize(("number", "row", "name"), ASKED, ids=named)
def test_refuses_what_a_page_cannot_be(
    inside: Inside, number: int, row: Endpoint, name: str
) -> None:
    """No page of a thousand million rows, none from nowhere, and no parameter twice or unknown."""
    wrong = {"limit": ("1000000000", "0", "-1"), "cursor": ("x", "W10", "WzEsMl0", "bnVsbA")}
    if row.media == "text/html":
        return
    path = f"{target(inside, row)}?{hostile.needed(row, name)}"
    for value in wrong.get(name, ()):
        answer = inside.ask(who(row), row.method, f"{path}{name}={value}", **sent(row))
        assert checked(answer, value).status_code == 422, (value, answer.text)
        assert answer.json()["errors"][0]["path"] == f"query.{name}"
    for query in (f"{name}=a&{name}=a", "unknown_one=1"):
        answer = inside.ask(who(row), row.method, f"{path}{query}", **sent(row))
        assert checked(answer, query).status_code == 422, answer.text


@pytest.mark.parametrize("field", FIRSTS, ids=named)
def test_refuses_fields_types_and_sizes_that_it_does_not_know(inside: Inside, field: Field) -> None:
    """An unknown field is 422 with its path, another media type 415, more than it takes 413."""
    row, path = field.row, target(inside, field.row)
    body = json.dumps({"unknown_one": 1, **(sent(row)["json"])}).encode()
    kinds = ("text/plain", "application/xml", "multipart/form-data", "application/jsonx")

    unknown = inside.ask(who(row), row.method, path, content=body, headers=JSON)
    types = [
        inside.ask(who(row), row.method, path, content=body, headers={"Content-Type": kind})
        for kind in kinds
    ]
    large = inside.ask(who(row), row.method, path, content=b" " * (row.largest + 1), headers=JSON)

    assert checked(unknown, body).status_code == 422
    assert unknown.json()["errors"][0]["path"] == "/unknown_one"
    assert [checked(one, body).status_code for one in types] == [415] * len(kinds)
    assert checked(large, "large").status_code == 413


def test_refuses_a_key_with_another_body(inside: Inside) -> None:
    """An Idempotency-Key is good for one command; it answers that again, and no other."""
    headers = {"Idempotency-Key": uuid7()}
    first, again, other = (
        inside.ask("customer", "POST", "/api/tickets", json={**TICKET, "title": title},
                   headers=headers)
        for title in ("One", "One", "Two")
    )  # fmt: skip

    assert (first.status_code, again.content) == (201, first.content)
    assert checked(other, "other").status_code == 422
    assert other.json()["type"].endswith("/key-reused")


@pytest.mark.parametrize("key", ["", "a" * 201, "a b", "é".encode("latin-1")])
def test_takes_or_refuses_any_key(inside: Inside, key: str | bytes) -> None:
    """No Idempotency-Key is a bug of ours."""
    headers: Any = {"Idempotency-Key": key}

    checked(inside.ask("customer", "POST", "/api/tickets", json=TICKET, headers=headers), key)
