"""Waiting tickets: nothing waits that could go."""

import asyncio
import heapq

from squad.contracts.people import Person
from squad.contracts.tickets import Ticket
from squad.kernel.ids import derive
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.routing.choose import choose
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.offers import Offers
from squad.services.routing.work import Work

TRIES = 20  # waiting tickets looked at when one consultant is free again
SWEEP = 20  # waiting tickets looked at in a sweep


class Waiting:
    """Tickets that nobody could take when they came."""

    def __init__(self, memory: Memory, offers: Offers) -> None:
        self._memory = memory
        self._offers = offers
        self._swept = 0
        self._looked = memory.now

    async def drain(self, consultant: str) -> None:
        """This will route what waits and somebody who has time now could do, most urgent first."""
        memory = self._memory
        person = memory.people.get(consultant)
        if person is None or not memory.waiting or consultant not in memory.roster:
            return
        able = [work for id in memory.waiting if _able(person, (work := memory.work[id]).ticket)]
        for work in heapq.nsmallest(TRIES, able, key=lambda work: work.rank):
            if consultant not in memory.roster or self._full(consultant):
                return
            await self.retry(work)

    def _full(self, consultant: str) -> bool:
        roster = self._memory.roster
        return bool(roster.columns["full"][roster.row(consultant)])

    async def sweep(self) -> None:
        """This will look again at some waiting tickets, in turn: time passes."""
        ranked = self._ranked()
        self._swept %= max(1, len(ranked))
        for work in ranked[self._swept : self._swept + SWEEP]:
            await self.retry(work)
        self._swept += SWEEP

    async def wake(self) -> None:
        """This will look at all that waits when somebody's time to work has come since last."""
        memory, looked = self._memory, self._looked
        self._looked = now = memory.now
        memory.roster.advance(now)
        begins = memory.roster.columns["opens"] - 60.0 * memory.policy.look_ahead_min
        if not memory.waiting or not ((begins > looked) & (begins <= now)).any():
            return
        for work in self._ranked():
            await self.retry(work)
            await asyncio.sleep(0)  # requests and letters have their turn

    def _ranked(self) -> list[Work]:
        works = (self._memory.work[id] for id in self._memory.waiting)
        return sorted(works, key=lambda work: work.rank)

    async def retry(self, work: Work) -> bool:
        """This will route a waiting ticket if somebody can take it now, else say nothing."""
        memory, ticket = self._memory, work.ticket
        if ticket.id not in memory.waiting:
            return False
        decision = choose(memory.job(ticket), memory.roster, memory.now, memory.policy)
        if decision.consultant is None:
            return False
        unit = memory.open(Cause(derive("drain", ticket.id, str(ticket.turn))))
        offered = self._offers.answer(unit, work, decision)
        try:
            await memory.commit(unit, work, offered)
        except (Conflict, Duplicate):
            return False
        return True


def _able(person: Person, ticket: Ticket) -> bool:
    """What is quick to see of whether somebody could do a ticket; the engine has the last word."""
    near = ticket.mode == "remote" or not person.territories
    return (
        (near or ticket.territory in person.territories)
        and person.id not in ticket.declined
        and all(person.skills.get(name, 0) >= level for name, level in ticket.skills.items())
    )
