"""The HTTP interface of monitoring."""

from collections.abc import Sequence

import msgspec

from squad.kernel import metrics
from squad.kernel.http import Answer, Call, Empty, Endpoints
from squad.kernel.page import Cursor, Limit, Page, cursor, page_of, paged, parts
from squad.kernel.vitals import Health
from squad.services.monitoring.model import (
    Act,
    Count,
    Dead,
    Journey,
    Queue,
    Queues,
    Reason,
)
from squad.services.monitoring.service import Monitoring

ENDPOINTS = Endpoints("/api/monitoring")
PROMETHEUS = "text/plain; version=0.0.4"  # the charset is added to every text


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which dead letters."""

    queue: Queue = ""
    limit: Limit = 50
    cursor: Cursor = ""


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which page."""

    limit: Limit = 50
    cursor: Cursor = ""


class Letters(Page, frozen=True, kw_only=True):
    """Some dead letters, the oldest first."""

    items: Sequence[Dead]


class Acts(Page, frozen=True, kw_only=True):
    """Some of what administrators did, the newest first."""

    items: Sequence[Act]


class All(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of which queue."""

    queue: Queue = ""


class Discard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why."""

    reason: Reason


@ENDPOINTS.get(
    "/journey/{ticket}", action="monitoring.read", answer=Journey, criticality="sheddable"
)
async def journey(monitoring: Monitoring, call: Call[None, Empty]) -> Journey:
    """Tell every event of a ticket: who handled it, when, how often, and how long it took."""
    return await monitoring.journey(ticket=call.id("ticket"))


@ENDPOINTS.get("/health", action="monitoring.read", answer=Health, criticality="important")
async def health(monitoring: Monitoring, call: Call[None, Empty]) -> Health:
    """Tell the state of this node and its services."""
    return monitoring.health()


@ENDPOINTS.get(
    "/metrics", action="monitoring.read", answer=str, media=PROMETHEUS, criticality="important"
)
async def figures(monitoring: Monitoring, call: Call[None, Empty]) -> Answer:
    """Give this node's figures in the Prometheus text format."""
    return Answer(metrics.render(), media=PROMETHEUS)


@ENDPOINTS.get("/queues", action="monitoring.read", answer=Queues, criticality="important")
async def queues(monitoring: Monitoring, call: Call[None, Empty]) -> Queues:
    """Tell how full each queue is."""
    return await monitoring.queues()


@ENDPOINTS.get(
    "/letters",
    action="monitoring.letters",
    query=Filter,
    answer=page_of(Dead),
    criticality="important",
)
async def letters(monitoring: Monitoring, call: Call[None, Filter]) -> Answer:
    """List dead letters, the oldest first."""
    query = call.query
    after = parts(query.cursor, str)[0] if query.cursor else ""
    found = await monitoring.letters(queue=query.queue, after=after, limit=query.limit + 1)
    page = found[: query.limit]
    more = cursor(page[-1].id) if len(found) > query.limit else None
    return paged(Letters(items=page, next=more), "/api/monitoring/letters", query)


@ENDPOINTS.get("/letters/{id}", action="monitoring.letters", answer=Dead, criticality="important")
async def letter(monitoring: Monitoring, call: Call[None, Empty]) -> Dead:
    """Show a dead letter whole."""
    return await monitoring.letter(id=call.id())


@ENDPOINTS.post(
    "/letters/{id}/replay", action="monitoring.letters", answer=Count, criticality="important"
)
async def replay(monitoring: Monitoring, call: Call[None, Empty]) -> Count:
    """Put a dead letter back into its queue."""
    return await monitoring.replay(id=call.id(), cause=call.cause)


@ENDPOINTS.post(
    "/letters/replay",
    action="monitoring.letters",
    body=All,
    answer=Count,
    criticality="important",
)
async def replay_all(monitoring: Monitoring, call: Call[All, Empty]) -> Count:
    """Put all dead letters back, or all of one queue."""
    return await monitoring.replay_all(queue=call.body.queue, cause=call.cause)


@ENDPOINTS.post(
    "/letters/{id}/discard",
    action="monitoring.letters",
    body=Discard,
    answer=Count,
    criticality="important",
)
async def discard(monitoring: Monitoring, call: Call[Discard, Empty]) -> Count:
    """Remove a dead letter for good, and keep the reason."""
    return await monitoring.discard(id=call.id(), reason=call.body.reason, cause=call.cause)


@ENDPOINTS.get(
    "/audit", action="monitoring.audit", query=Listed, answer=page_of(Act), criticality="sheddable"
)
async def audit(monitoring: Monitoring, call: Call[None, Listed]) -> Answer:
    """List what was done to letters and to the routing policy, the newest first."""
    query = call.query
    before = parts(query.cursor, float, str) if query.cursor else None
    found = await monitoring.audit(before=before, limit=query.limit + 1)
    page = found[: query.limit]
    more = cursor(page[-1].at.timestamp(), page[-1].id) if len(found) > query.limit else None
    return paged(Acts(items=page, next=more), "/api/monitoring/audit", query)
