"""Lists come in pages whose cursors are ours alone."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from squad.kernel.page import Page, cursor, page_of, paged, parts
from squad.kernel.problem import Invalid


class Row(msgspec.Struct, frozen=True):
    """A row of a list."""

    id: str


class Asked(msgspec.Struct, frozen=True):
    """A query."""

    since: datetime = msgspec.field(name="from")
    unread: bool = False
    q: str = ""
    limit: int = 2
    cursor: str = ""


def test_gives_a_cursor_back_as_it_was() -> None:
    """What was packed is unpacked, whatever its characters."""
    key = (1772470800.123456, "é/+=&\x01", 2**60)

    assert parts(cursor(*key), float, str, int) == key


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "====",
        "é",
        "W10",
        cursor("a"),
        cursor(1.0),
        cursor(1.0, "a", 2),
        cursor(1.0, "\0"),
        "A" * 500,
    ],
)
def test_refuses_a_cursor_that_is_not_ours(text: str) -> None:
    """Anything else is 422 at the parameter, never a bug of ours."""
    with pytest.raises(Invalid) as refused:
        parts(text, float, str)

    assert [fault.path for fault in refused.value.faults] == ["query.cursor"]


def test_links_to_the_next_page() -> None:
    """The link repeats what was asked, in the words it was asked in, with the next cursor."""
    asked = Asked(since=datetime(2026, 3, 2, tzinfo=UTC), unread=True, q="a b&c")

    answer = paged(Page([Row("1")], "NEXT"), "/api/rows", asked)
    last = paged(Page([Row("1")]), "/api/rows", asked)

    assert answer.headers["Link"] == (
        "</api/rows?from=2026-03-02T00%3A00%3A00Z&unread=True&q=a+b%26c&limit=2&cursor=NEXT>;"
        ' rel="next"'
    )
    assert "Link" not in last.headers


def test_names_the_type_of_a_page_once() -> None:
    """A list's answer has a schema of its own, that looks like any page."""
    kind: Any = page_of(Row)
    _, schemas = msgspec.json.schema_components([kind])

    assert page_of(Row) is kind
    assert schemas["RowPage"]["properties"]["items"]["items"] == {"$ref": "#/$defs/Row"}
    assert msgspec.to_builtins(kind(items=[Row("1")])) == msgspec.to_builtins(Page([Row("1")]))
