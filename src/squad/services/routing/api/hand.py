"""By hand: what a dispatcher decides."""

import msgspec

from squad.contracts.envelope import Id
from squad.kernel.http import Call, Empty
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.api.views import Decided, decided
from squad.services.routing.service import Routing


class Assign(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is to do it. override: also where it breaks a constraint."""

    consultant: Id
    override: bool = False


@ENDPOINTS.post(
    "/tickets/{id}/assign", action="routing.assign", body=Assign, answer=Decided,
    criticality="core", problems=(409,),
)  # fmt: skip
async def assign(routing: Routing, call: Call[Assign, Empty]) -> Decided:
    """Assign a ticket by hand."""
    work = await routing.hand.seen(call.actor, call.id())
    kept = await routing.hand.assign(
        actor=call.actor,
        id=call.id(),
        consultant=call.body.consultant,
        override=call.body.override,
        cause=call.cause,
    )
    return decided(routing.memory, work, kept, call.actor)
