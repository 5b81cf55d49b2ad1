"""Days: a better order of somebody's visits."""

from squad.kernel.http import Call, Empty
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.service import Routing
from squad.services.routing.service.days import Proposal


@ENDPOINTS.get("/consultants/{id}/order", action="routing.order", answer=Proposal)
async def order(routing: Routing, call: Call[None, Empty]) -> Proposal:
    """Propose a better order of a consultant's visits."""
    return routing.days.propose(actor=call.actor, consultant=call.id())


@ENDPOINTS.post("/consultants/{id}/order", action="routing.order", answer=Proposal)
async def reorder(routing: Routing, call: Call[None, Empty]) -> Proposal:
    """Put a consultant's visits in the better order."""
    return await routing.days.apply(actor=call.actor, consultant=call.id(), cause=call.cause)
