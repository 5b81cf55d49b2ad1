"""Why this consultant, and why not the others."""

import asyncio
from collections.abc import Sequence
from typing import Literal

import msgspec

from squad.kernel.http import Call, Empty
from squad.services.routing import counter
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.api.views import Decided, audience_of, decided
from squad.services.routing.counter import Flip
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
    flips: Sequence[Flip] = ()
    if audience_of(kept[0], actor) == "dispatcher":
        policy = await routing.policies.policy(version=kept[0].record.policy)
        flips = await asyncio.to_thread(counter.flips, kept[0].record, policy)
    return decided(
        routing.memory, work, kept[0], actor, language=call.query.language or "",
        earlier=earlier, flips=flips,
    )  # fmt: skip


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """A decision computed again from its record. same: it is equal in everything.

    policy: the version that it was made by. consultant, again: who won then, and now.
    """

    id: str
    ticket: str
    policy: int
    snapshot: str
    consultant: str | None
    again: str | None
    cost: float
    same: bool


@ENDPOINTS.get("/decisions/{id}/recompute", action="routing.policy", answer=Again)
async def recompute(routing: Routing, call: Call[None, Empty]) -> Again:
    """Decide again from a decision's record, by the version of the policy that it names."""
    kept = await routing.policies.decision(id=call.id())
    await routing.hand.seen(call.actor, kept.record.ticket)
    again = await routing.policies.recompute(kept=kept)
    return Again(
        id=kept.id,
        ticket=kept.record.ticket,
        policy=kept.record.policy,
        snapshot=again.snapshot,
        consultant=kept.record.consultant,
        again=again.consultant,
        cost=again.cost,
        same=again == kept.record,
    )
