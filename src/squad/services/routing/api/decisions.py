"""Why this consultant, and why not the others."""

from typing import Literal

import msgspec

from squad.kernel.http import Call
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.api.views import Decided, decided
from squad.services.routing.service import Routing


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In which language; your own if left out."""

    language: Literal["en", "fr", "es"] | None = None


@ENDPOINTS.get(
    "/tickets/{id}/decision", action="routing.explain", query=Told, answer=Decided,
    criticality="important",
)  # fmt: skip
async def decision(routing: Routing, call: Call[None, Told]) -> Decided:
    """Show why this consultant was chosen, and why not the others."""
    actor = call.actor
    work = await routing.hand.seen(actor, call.id())
    kept = await routing.hand.decisions(call.id())
    earlier = [one.id for one in kept[1:]] if actor.staff else []
    return decided(
        routing.memory, work, kept[0], actor, language=call.query.language or "", earlier=earlier
    )
