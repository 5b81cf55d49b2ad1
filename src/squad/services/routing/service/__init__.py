"""Routing at work: the roster in memory, each decision one unit, nothing waits that could go."""

import asyncio

from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import AvailabilityChanged, Person
from squad.contracts.tickets import Ticket
from squad.kernel.ids import uuid7
from squad.kernel.service import Rehearse
from squad.kernel.unit import Books
from squad.ports.database import Database, Statement
from squad.ports.unit import Cause
from squad.services.routing import past, store
from squad.services.routing.policy import Policy
from squad.services.routing.service.appointments import Appointments
from squad.services.routing.service.away import Away
from squad.services.routing.service.days import Days
from squad.services.routing.service.hand import Hand
from squad.services.routing.service.lease import BEAT, LOOK
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.moving import Moving
from squad.services.routing.service.offers import Offers
from squad.services.routing.service.policies import Policies
from squad.services.routing.service.preview import Option
from squad.services.routing.service.refusals import Refusals
from squad.services.routing.service.stalls import Stalls
from squad.services.routing.service.trials import Trials
from squad.services.routing.service.waiting import Waiting
from squad.services.routing.work import NEVER, Work, consultant_of

__all__ = ["Memory", "Option", "Routing"]


class Routing:
    """The service: its parts share one memory; what the others tell changes it here."""

    def __init__(
        self, books: Books[Statement], database: Database, policy: Policy,
        rehearse: Rehearse | None = None,
    ) -> None:  # fmt: skip
        self.memory = Memory(books, database, policy)
        self.offers = Offers(self.memory)
        self.waiting = Waiting(self.memory, self.offers)
        self.moving = Moving(self.memory, self.offers)
        self.away = Away(self.memory)
        self.stalls = Stalls(self.memory)
        self.policies = Policies(self.memory)
        self.refusals = Refusals(self.memory, database)
        self.hand = Hand(self.memory, self.offers, self.waiting)
        self.appointments = Appointments(self.memory, self.offers, database)
        self.days = Days(self.memory)
        self.trials = Trials(self.memory, database, self.policies, rehearse)

    @property
    def active(self) -> bool:
        """Whether this process routes: it holds the lease, and knows all that is to know."""
        return self.memory.lease.held and self.memory.fresh

    @property
    def slow(self) -> bool:
        """Whether the database is slow: then only what must be decided is, nothing better sought.

        Mean of what commits take, with hysteresis (service/strain.py); a lease's beat counts too.
        """
        return self.memory.strain.slow

    async def step(self) -> None:
        """This will hold the lease, or take it where it is free, and then catch up.

        Raises Unavailable.
        """
        memory = self.memory
        if await memory.lease.look():
            memory.fresh = False
        if memory.lease.held and not memory.fresh:
            await memory.refresh()
            if not memory.people:
                await self._ask()

    async def lead(self) -> None:
        """This will go on doing so, and give the lease up when it is cancelled."""
        try:
            while True:
                await self.step()
                await asyncio.sleep(BEAT if self.memory.lease.token else LOOK)
        except asyncio.CancelledError:
            await self.memory.lease.release()
            raise

    async def _ask(self) -> None:
        """Without its own copies routing asks the sources for all people and tickets."""
        id = uuid7()
        unit = self.memory.books.open(Cause(id))
        for source in ("identity", "tickets"):
            unit.emit(SnapshotRequested(id=id, service="routing", source=source), version=1)
        await unit.commit()

    async def observe(self, ticket: Ticket, cause: Cause) -> None:
        """This will take a ticket's newest state, route it if it needs that, and drain."""
        memory, known = self.memory, await self.memory.find(ticket.id)
        if known is not None and known.ticket.version >= ticket.version:
            return
        unit = memory.open(cause)
        held = ticket.status == "assigned" or ticket.assignee is None
        answer_by = known.answer_by if known is not None and held else NEVER
        work = known.follow(ticket, answer_by) if known else Work(ticket)
        unit.write(*past.note(ticket), *memory.learn(known, ticket))
        before = memory.roster.holder(ticket.id)
        memory.take(work)
        if work.due:
            work = self.offers.route(unit, work)
        await memory.commit(unit, known, work)
        if before is not None and memory.roster.holder(ticket.id) != before:
            await self.waiting.drain(before)
            await self.moving.pull(before)

    async def know(self, person: Person, cause: Cause) -> None:
        """This will keep a person; who is no longer available gives back what they hold.

        What cannot be used is refused: the last valid record stays.
        """
        memory, known = self.memory, self.memory.people.get(person.id)
        if known is not None and known.version >= person.version:
            return
        if await self.refusals.person(person, cause):
            return
        unit = memory.open(cause)
        unit.write(store.know(person))
        self.refusals.mend(unit, person.id, "person")
        if consultant_of(person, ()) is None and person.id in memory.roster:
            self.offers.give_back(unit, person.id)
        await memory.settle(unit)
        memory.enlist(person)

    async def forget(self, person: str, cause: Cause) -> None:
        """This will remove a person who asked to be forgotten."""
        unit = self.memory.open(cause)
        unit.write(*store.forget(person))
        self.refusals.forget(unit, person)
        if person in self.memory.roster:
            self.offers.give_back(unit, person)
        await self.memory.settle(unit)
        self.memory.forget(person)

    async def plan(self, event: AvailabilityChanged, cause: Cause) -> None:
        """This will keep a consultant's working time, and give them what waits."""
        if event.version <= self.memory.version(event.person):
            return
        if await self.refusals.hours(event, cause):
            return
        unit = self.memory.open(cause)
        unit.write(store.plan(event.person, event.version, event.intervals))
        self.refusals.mend(unit, event.person, "hours")
        await self.memory.settle(unit)
        if self.memory.plan(event.person, event.version, event.intervals):
            await self.away.look()
            await self.waiting.drain(event.person)
            await self.moving.pull(event.person)

    async def look(self, *, sweep: bool) -> None:
        """This will do what time makes due. sweep: also look again at what waits."""
        await self.offers.lapse()
        await self.waiting.wake()
        if sweep:
            await self.away.look()
            await self.waiting.sweep()
            await self.moving.look()
            await self.stalls.look()
