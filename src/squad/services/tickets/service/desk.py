"""The desk: loads a ticket for those who may see it, and saves its next version."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from squad.contracts.tickets import Ticket, TicketEvent
from squad.kernel.access import Actor, sees
from squad.kernel.cached import Cached
from squad.kernel.problem import Missing, Shed
from squad.kernel.unit import Books, Unit
from squad.ports.cache import Cache
from squad.ports.database import Statement
from squad.ports.unit import Conflict
from squad.services.tickets import store
from squad.services.tickets.model import Extra, TicketView
from squad.services.tickets.store import changes, spans

T = TypeVar("T")
RECENT = 60.0  # s that a ticket stays in the cache of recent ones
# Steps that may end somebody's sight of a ticket, by the column that says so.
_MOVES = {
    **dict.fromkeys(("assign", "unassign", "decline", "reopen"), "assignee"),
    "change": "territory",
}
TRIES = 5  # reloads before a command gives up against others that change the same ticket

_view = msgspec.json.Decoder(TicketView).decode


class Desk:
    """What every use case of tickets stands on."""

    def __init__(self, books: Books[Statement], tables: store.Store, cache: Cache) -> None:
        self.books = books
        self.store = tables
        self.changes = changes.Changes(tables.database)
        self.cache = Cached(cache)

    async def get(self, *, actor: Actor, id: str) -> TicketView:
        """This will show a ticket. Raises Missing: there is none that the actor may see."""

        async def load() -> bytes | None:
            found = await self.store.ticket(id)
            return msgspec.json.encode(store.view(*found)) if found else None

        body = await self.cache.get_or_load(key=f"ticket:{id}", ttl=RECENT, load=load)
        if body is None:
            raise missing()
        view = _view(body)
        self._visible(actor, view)
        return view

    async def load(self, *, actor: Actor, id: str) -> tuple[Ticket, Extra]:
        """This will load a ticket for a change. Raises Missing."""
        found = await self.store.ticket(id)
        if found is None:
            raise missing()
        self._visible(actor, found[0])
        return found

    async def reach(self, *, actor: Actor, id: str) -> bool:
        """This will check that somebody may see a ticket, or had it before.

        Returns whether only before. Raises Missing.
        """
        try:
            await self.load(actor=actor, id=id)
        except Missing:
            if not await self.changes.held(id, actor.id):
                raise
            return True
        return False

    def _visible(self, actor: Actor, ticket: Ticket) -> None:
        if not sees(
            actor,
            requester=ticket.requester,
            assignee=ticket.assignee,
            store=ticket.store,
            territory=ticket.territory,
        ):
            raise missing()

    async def save(
        self, unit: Unit[Statement], new: Ticket, extra: Extra, step: str,
        event: type[TicketEvent], note: str = "",
    ) -> TicketView:  # fmt: skip
        """This will commit the next version, its line of history and its event."""
        self.write(unit, new, step, note)
        unit.emit(event(ticket=new, note=note), version=new.version)
        return await self.commit(unit, new, extra)

    def write(self, unit: Unit[Statement], new: Ticket, step: str, note: str) -> None:
        """This will write the next version and its line of history."""
        if step in _MOVES:
            unit.write(changes.depart(new, _MOVES[step], unit.now))
        unit.write(
            store.update(new, unit.now),
            store.record(new, step, unit.cause.actor, note, unit.cause.id),
            spans.note(new, step, new.updated_at),
        )

    async def commit(self, unit: Unit[Statement], new: Ticket, extra: Extra) -> TicketView:
        """This will commit and forget what the cache had."""
        view = store.view(new, extra)
        await unit.commit(view)
        await self.cache.forget(f"ticket:{new.id}")
        return view

    async def again(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """This will try until nobody changed the ticket meanwhile. Raises Shed."""
        for _ in range(TRIES):
            try:
                return await attempt()
            except Conflict:
                continue
        raise Shed("The ticket keeps changing. Try again.", retry_after=1.0)


def missing() -> Missing:
    """This will say the same whether there is no such ticket or one of others."""
    return Missing("There is no such ticket, or none that you may see.")
