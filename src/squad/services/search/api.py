"""The HTTP interface of search."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from squad.contracts.envelope import Id
from squad.contracts.tickets import Status
from squad.kernel.http import Answer, Call, Empty, Endpoints
from squad.kernel.page import Cursor, Limit, Page, cursor, paged, parts
from squad.kernel.problem import Fault, Invalid
from squad.ports.index import Query
from squad.services.search.model import Shown, payload_of
from squad.services.search.service import Rebuild, Search

ENDPOINTS = Endpoints("/api/search")


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words and filters. Words forgive a slip; no sign in them has any power."""

    q: Annotated[str, Meta(max_length=200)] = ""
    type: Literal["", "ticket", "person"] = ""
    status: Status | Literal["active", "inactive"] | None = None
    priority: Annotated[int, Meta(ge=1, le=4)] | None = None
    category: Annotated[str, Meta(max_length=40)] | None = None
    territory: Annotated[str, Meta(max_length=20)] | None = None
    assignee: Id | None = None
    limit: Limit = 20
    cursor: Cursor = ""


class Prefix(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was typed so far."""

    q: Annotated[str, Meta(max_length=100)]
    limit: Annotated[int, Meta(ge=1, le=20)] = 8


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A found ticket or person. highlights: escaped HTML, what matched between <mark> tags."""

    id: str
    type: str
    score: float
    highlights: Sequence[str]
    found: Shown


class Hits(Page, frozen=True, kw_only=True):
    """A page of hits. total: all that you may see and that match."""

    total: int = 0


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a rebuild is. received: by source. state: "running" or "none"."""

    state: Literal["running", "none"]
    entries: int
    began: datetime | None = None
    received: dict[str, int] = {}


@ENDPOINTS.get("", action="search.find", query=Asked, answer=Hits, criticality="sheddable")
async def find(search: Search, call: Call[None, Asked]) -> Answer:
    """Find tickets and people by their words."""
    query = call.query
    filters = {"status": query.status, "category": query.category, "territory": query.territory,
               "priority": query.priority, "assignee": query.assignee}  # fmt: skip
    asked = Query(
        text=query.q,
        all={name: [str(value)] for name, value in filters.items() if value is not None},
        limit=query.limit,
        after=parts(query.cursor, str)[0] if query.cursor else "",
    )
    try:
        found = await search.find(actor=call.actor, query=asked, kind=query.type)
    except ValueError as error:
        fault = Fault("query.cursor", "leave it out")
        raise Invalid("The cursor is not one of ours.", [fault]) from error
    items = [
        Hit(
            id=hit.id,
            type=hit.kind,
            score=round(hit.score, 4),
            highlights=hit.highlights,
            found=payload_of(hit.payload).shown,
        )
        for hit in found.hits
    ]
    after = cursor(found.after) if found.after else None
    return paged(Hits(items, after, total=found.total), "/api/search", query)


@ENDPOINTS.get(
    "/suggest", action="search.find", query=Prefix, answer=list[str], criticality="sheddable"
)
async def suggest(search: Search, call: Call[None, Prefix]) -> list[str]:
    """Complete what was typed to titles."""
    return await search.suggest(actor=call.actor, prefix=call.query.q, limit=call.query.limit)


@ENDPOINTS.post(
    "/rebuild", action="search.rebuild", body=Empty, answer=Progress, status=202,
    criticality="sheddable",
)  # fmt: skip
async def rebuild(search: Search, call: Call[Empty, Empty]) -> Progress:
    """Fill the index anew from the sources; search stays up meanwhile."""
    running = search.rebuilding or await search.rebuild()
    return await _progress(search, running)


@ENDPOINTS.get("/rebuild", action="search.rebuild", answer=Progress, criticality="sheddable")
async def progress(search: Search, call: Call[None, Empty]) -> Progress:
    """Show how far a rebuild is."""
    return await _progress(search, search.rebuilding)


async def _progress(search: Search, running: Rebuild | None) -> Progress:
    entries = await search.index.count()
    if running is None:
        return Progress(state="none", entries=entries)
    received = {source: len(ids) for source, ids in running.seen.items()}
    return Progress(state="running", entries=entries, began=running.began, received=received)
