"""Hints while a ticket is written."""

from typing import Literal

from squad.contracts.tickets import Ticket
from squad.kernel.access import Actor, sees
from squad.ports.clock import Clock
from squad.ports.places import Place, Places
from squad.services.tickets.model.similar import LOOKBACK, Like, rank
from squad.services.tickets.store.lists import Lists

LOOK = 200  # newest open tickets of a requester or a store that are compared: 5 ms


class Hints:
    """Completes places, and looks among open tickets for one that may be the same."""

    def __init__(self, lists: Lists, places: Places, clock: Clock) -> None:
        self._lists = lists
        self._places = places
        self._clock = clock

    def complete(self, start: str, *, country: str, limit: int) -> list[Place]:
        """This will find places whose postal code or name begins so."""
        return self._places.complete(start, country=country, limit=limit)

    async def similar(
        self, *, actor: Actor, title: str, requester: str | None, store: str | None
    ) -> list[Like]:
        """This will find tickets of the requester or the store with like words, best first."""
        since = (self._clock.now() - LOOKBACK).timestamp()
        asked: list[tuple[Literal["requester", "store"], str | None]] = [
            ("requester", requester), ("store", store),
        ]  # fmt: skip
        found: dict[str, Ticket] = {}
        for column, value in asked:
            if value:
                tickets = await self._lists.alike(column, value, since, LOOK)
                found |= {ticket.id: ticket for ticket in tickets if _seen(actor, ticket)}
        return rank(title, found.values())


def _seen(actor: Actor, ticket: Ticket) -> bool:
    return sees(
        actor,
        requester=ticket.requester,
        assignee=ticket.assignee,
        store=ticket.store,
        territory=ticket.territory,
    )
