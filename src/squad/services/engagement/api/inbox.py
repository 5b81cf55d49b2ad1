"""Endpoints about one's own notifications and preferences."""

from collections.abc import Sequence

import msgspec

from squad.kernel.http import Answer, Call, Empty
from squad.kernel.page import Cursor, Limit, Page, cursor, paged, parts
from squad.services.engagement.api.rows import ENDPOINTS
from squad.services.engagement.model import Chosen, Preferences, Shown, Ticked
from squad.services.engagement.service import Engagement


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which notifications, newest first."""

    unread: bool = False
    limit: Limit = 50
    cursor: Cursor = ""


class Notifications(Page, frozen=True, kw_only=True):
    """Notifications, newest first. unread: how many are, counted up to 100."""

    items: Sequence[Shown]
    unread: int = 0


@ENDPOINTS.get(
    "/notifications", action="engagement.own", query=Listed, answer=Notifications,
    criticality="sheddable",
)  # fmt: skip
async def notifications(engagement: Engagement, call: Call[None, Listed]) -> Answer:
    """List your notifications, newest first, in your language."""
    query = call.query
    after = parts(query.cursor, str)[0] if query.cursor else ""
    found = await engagement.inbox(
        person=call.actor.id, unread=query.unread, after=after, limit=query.limit
    )
    after = cursor(found.last) if found.last else None
    page = Notifications(items=found.items, next=after, unread=found.unread)
    return paged(page, call.request.url.path, query)


@ENDPOINTS.post(
    "/notifications/{id}/read", action="engagement.own", answer=Ticked, criticality="sheddable"
)
async def read(engagement: Engagement, call: Call[None, Empty]) -> Ticked:
    """Mark one of your notifications as read."""
    return await engagement.read(person=call.actor.id, id=call.id(), cause=call.cause)


@ENDPOINTS.post("/notifications/read-all", action="engagement.own", criticality="sheddable")
async def read_all(engagement: Engagement, call: Call[None, Empty]) -> Empty:
    """Mark everything that is in your inbox now as read."""
    await engagement.read_all(person=call.actor.id, cause=call.cause)
    return Empty()


@ENDPOINTS.get("/preferences", action="engagement.own", answer=Chosen)
async def preferences(engagement: Engagement, call: Call[None, Empty]) -> Chosen:
    """Show what you want to hear of, on which channel, and when not."""
    return await engagement.preferences(person=call.actor.id)


@ENDPOINTS.put(
    "/preferences", action="engagement.own", body=Preferences, answer=Chosen, problems=(412,)
)
async def choose(engagement: Engagement, call: Call[Preferences, Empty]) -> Chosen:
    """Replace what you want to hear of; a kind that is left out is wanted."""
    return await engagement.choose(
        person=call.actor.id, chosen=call.body, version=call.version(), cause=call.cause
    )
