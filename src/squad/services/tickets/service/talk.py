"""What is said on a ticket."""

from datetime import datetime

from msgspec.structs import replace

from squad.contracts import tickets as events
from squad.contracts.tickets import Ticket
from squad.kernel.access import Actor
from squad.kernel.problem import Impossible
from squad.kernel.unit import Unit
from squad.ports.database import Statement
from squad.ports.unit import Cause, Conflict
from squad.services.tickets import model, store
from squad.services.tickets.model import Message
from squad.services.tickets.service.desk import Desk
from squad.services.tickets.store import changes


class Talk:
    """Messages, public and internal."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def say(self, *, actor: Actor, id: str, message: Message, cause: Cause) -> Message:
        """This will add a message. The requester's answer ends waiting for the customer.

        Raises Missing; Impossible: the id is taken.
        """

        async def attempt() -> Message:
            ticket, _ = await self._desk.load(actor=actor, id=id)
            return await self.add(ticket=ticket, message=message, cause=cause)

        return await self._desk.again(attempt)

    async def add(
        self, *, ticket: Ticket, message: Message, cause: Cause, at: datetime | None = None
    ) -> Message:
        """This will add a message to a ticket that was just loaded. at: when it was written.

        Raises Impossible: the id is taken; Conflict: the ticket changed meanwhile.
        """
        unit = self._desk.books.open(cause)
        said = replace(message, at=at or unit.now)
        unit.write(store.say(ticket.id, said))
        if ticket.waiting_for == "customer" and message.author == ticket.requester:
            ticket = model.move(ticket, "answer", unit.now, waiting_for="")
            self._desk.write(unit, ticket, "answer", "")
            unit.emit(events.TicketUpdated(ticket=ticket), version=ticket.version)
        else:
            unit.write(changes.touch(ticket.id, unit.now))
        added = events.MessageAdded(
            id=said.id,
            ticket=ticket,
            author=said.author,
            visibility=said.visibility,
            text=said.text,
        )
        unit.emit(added, version=ticket.version)
        await self._commit(unit, said)
        await self._desk.cache.forget(f"ticket:{ticket.id}")
        return said

    async def _commit(self, unit: Unit[Statement], said: Message) -> None:
        """Tells a message's id that is taken from a ticket that changed meanwhile."""
        try:
            await unit.commit(said)
        except Conflict as conflict:
            if await self._desk.store.said(said.id):
                raise Impossible("There is a message with this id. Choose a new one.") from conflict
            raise
