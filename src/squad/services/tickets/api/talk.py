"""What is written on a ticket."""

from squad.kernel.http import Call, Empty
from squad.kernel.ids import uuid7
from squad.kernel.problem import Forbidden
from squad.services.tickets.api.bodies import NewMessage
from squad.services.tickets.api.rows import ENDPOINTS
from squad.services.tickets.model import Message
from squad.services.tickets.service import Tickets


@ENDPOINTS.get("/{id}/messages", action="tickets.read", answer=list[Message])
async def messages(tickets: Tickets, call: Call[None, Empty]) -> list[Message]:
    """List what was written on a ticket."""
    await tickets.desk.get(actor=call.actor, id=call.id())
    return await tickets.store.messages(call.id(), internal=call.actor.staff)


@ENDPOINTS.post(
    "/{id}/messages", action="tickets.write", body=NewMessage, answer=Message, status=201,
    criticality="important", problems=(409,),
)  # fmt: skip
async def say(tickets: Tickets, call: Call[NewMessage, Empty]) -> Message:
    """Write on a ticket."""
    body, actor = call.body, call.actor
    if body.visibility == "internal" and not actor.staff:
        raise Forbidden("Internal notes are for staff. Write a public message.")
    message = Message(
        id=body.id or uuid7(),
        at=tickets.books.clock.now(),
        author=actor.id,
        visibility=body.visibility,
        text=body.text,
    )
    return await tickets.talk.say(actor=actor, id=call.id(), message=message, cause=call.cause)
