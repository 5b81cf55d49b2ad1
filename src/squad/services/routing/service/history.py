"""History of routing, read without touching it: beside a running router, or after it."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from squad.contracts.people import Interval, Person
from squad.contracts.tickets import Ticket
from squad.ports.database import Database
from squad.services.routing import past
from squad.services.routing.model import Decision, Span
from squad.services.routing.policy import Policy
from squad.services.routing.store import Store


class Recorded(NamedTuple):
    """What there is of a stretch of time. visits: work from and to, epoch seconds, by ticket.

    hours: as known now, by person. offers: decisions that named somebody.
    """

    people: list[Person]
    hours: dict[str, tuple[Interval, ...]]
    tickets: list[Ticket]
    visits: dict[str, Span]
    offers: int


class History:
    """Reads of the tables of routing; nothing is written, no lease is taken."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._store = Store(database)

    async def recorded(self, span: Span) -> Recorded:
        """This will read the tickets logged in a stretch of time, and all people.

        span: epoch seconds. Raises Unavailable.
        """
        people = await self._database.fetch(past.PEOPLE)
        hours = await self._database.fetch(past.HOURS)
        tickets = [one async for one in self._tickets() if _inside(one, span)]
        mine = {one.id for one in tickets}
        visits = {id: span async for id, span in self._visits() if id in mine}
        offers = await self._database.fetch(past.OFFERS, span)
        return Recorded(
            [past.person(row) for row in people],
            dict(past.hours(row) for row in hours),
            sorted(tickets, key=lambda one: (one.created_at, one.id)),
            visits,
            int(offers[0][0]),
        )

    async def decisions(self, span: Span) -> AsyncIterator[tuple[str, Decision]]:
        """This will read the decisions of a stretch of time, id and record. Raises Unavailable."""
        at, id = span[0], ""
        while rows := await self._database.fetch(past.DECISIONS, (at, at, id, span[1])):
            for row in rows:
                yield past.decision(row)
            id, at = rows[-1][0], rows[-1][1]

    async def policies(self) -> tuple[Policy, dict[int, Policy]]:
        """This will read the policy in force, and all versions. Raises Unavailable."""
        active = (await self._store.editions("active"))[0].document
        known: dict[int, Policy] = {}
        page = await self._store.editions()
        while page:
            known.update({one.version: one.document for one in page})
            page = await self._store.editions("before", page[-1].version)
        return active, known

    async def _tickets(self) -> AsyncIterator[Ticket]:
        after = ""
        while rows := await self._database.fetch(past.WORK, (after,)):
            for row in rows:
                yield past.ticket(row)
            after = rows[-1][0]

    async def _visits(self) -> AsyncIterator[tuple[str, Span]]:
        after = ""
        while rows := await self._database.fetch(past.VISITS, (after,)):
            for row in rows:
                yield past.visit(row)
            after = rows[-1][0]


def _inside(ticket: Ticket, span: Span) -> bool:
    return span[0] <= ticket.created_at.timestamp() < span[1] and ticket.status != "cancelled"
