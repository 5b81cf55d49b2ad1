"""Routing at work: the roster in memory, each decision one unit, nothing waits that could go."""

from squad.contracts.people import AvailabilityChanged, Person
from squad.contracts.tickets import Ticket
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.unit import Cause
from squad.services.routing import store
from squad.services.routing.policy import Policy
from squad.services.routing.service.hand import Hand
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.offers import Offers
from squad.services.routing.service.waiting import Waiting
from squad.services.routing.store import Store
from squad.services.routing.work import NEVER, Work, consultant_of

__all__ = ["Memory", "Routing"]


class Routing:
    """The service: its parts share one memory; what the others tell changes it here."""

    def __init__(self, books: Books[Statement], tables: Store, policy: Policy) -> None:
        self.memory = Memory(books, tables, policy)
        self.offers = Offers(self.memory)
        self.waiting = Waiting(self.memory, self.offers)
        self.hand = Hand(self.memory, self.offers)

    async def observe(self, ticket: Ticket, cause: Cause) -> None:
        """This will take a ticket's newest state, route it if it needs that, and drain."""
        memory, known = self.memory, await self.memory.find(ticket.id)
        if known is not None and known.ticket.version >= ticket.version:
            return
        unit = memory.books.open(cause)
        held = ticket.status == "assigned" or ticket.assignee is None
        answer_by = known.answer_by if known is not None and held else NEVER
        work = Work(ticket, known.answered, answer_by, known.offered) if known else Work(ticket)
        before = memory.roster.holder(ticket.id)
        memory.take(work)
        if work.due:
            work = self.offers.route(unit, work)
        await memory.commit(unit, work)
        if before is not None and memory.roster.holder(ticket.id) != before:
            await self.waiting.drain(before)

    async def know(self, person: Person, cause: Cause) -> None:
        """This will keep a person; who is no longer available gives back what they hold."""
        memory, known = self.memory, self.memory.people.get(person.id)
        if known is not None and known.version >= person.version:
            return
        unit = memory.books.open(cause)
        unit.write(store.know(person))
        if consultant_of(person, ()) is None and person.id in memory.roster:
            self.offers.give_back(unit, person.id)
        await unit.commit()
        memory.enlist(person)

    async def forget(self, person: str, cause: Cause) -> None:
        """This will remove a person who asked to be forgotten."""
        unit = self.memory.books.open(cause)
        unit.write(*store.forget(person))
        if person in self.memory.roster:
            self.offers.give_back(unit, person)
        await unit.commit()
        self.memory.forget(person)

    async def plan(self, event: AvailabilityChanged, cause: Cause) -> None:
        """This will keep a consultant's working time, and give them what waits."""
        if event.version <= self.memory.version(event.person):
            return
        unit = self.memory.books.open(cause)
        unit.write(store.plan(event.person, event.version, event.intervals))
        await unit.commit()
        if self.memory.plan(event.person, event.version, event.intervals):
            await self.waiting.drain(event.person)
