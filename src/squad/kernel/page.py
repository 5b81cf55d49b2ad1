"""Pages of lists: an opaque cursor, a bounded limit and a Link to the next page (RFC 8288)."""

import base64
import binascii
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from squad.kernel.http import Answer
from squad.kernel.problem import Fault, Invalid

LIMIT = 200  # rows a page at most

Limit = Annotated[int, Meta(ge=1, le=LIMIT, description="Rows a page.")]
Cursor = Annotated[str, Meta(max_length=500, description="Where the previous page ended.")]


class Page(msgspec.Struct, frozen=True):
    """Some rows of a list. next: cursor of the page that follows, null at the end."""

    items: Sequence[Any]
    next: str | None = None


@cache
def page_of(row: Any) -> type[Page]:
    """This will give the type of a page of such rows: the answer of a list, for the documents."""
    name, fields = f"{row.__name__}Page", [("items", Sequence[row])]
    made: Any = msgspec.defstruct(name, fields, bases=(Page,), frozen=True, kw_only=True)
    kind: type[Page] = made
    return kind


def cursor(*parts: Any) -> str:
    """This will pack the sort key of the last row."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def parts(text: str, *types: type) -> tuple[Any, ...]:
    """This will unpack a cursor into as many parts. Raises Invalid."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if b"\\u0000" in raw:
            raise ValueError("a NUL, which no sort key has")
        return msgspec.json.decode(raw, type=tuple[types])  # type: ignore[valid-type]
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise Invalid(
            "The cursor is not one of ours.",
            [Fault("query.cursor", "take it from `next` of the previous page, or leave it out")],
        ) from error


def paged(page: Page, path: str, query: Any) -> Answer:
    """This will answer a page with its Link header."""
    if page.next is None:
        return Answer(page)
    given = msgspec.to_builtins(query)
    asked = {k: _said(v) for k, v in given.items() if v is not None and v not in ("", [])}
    link = f'<{path}?{urlencode({**asked, "cursor": page.next})}>; rel="next"'
    return Answer(page, headers={"Link": link})


def _said(value: Any) -> Any:
    return ",".join(str(one) for one in value) if isinstance(value, list) else value
