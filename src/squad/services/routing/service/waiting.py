"""Waiting tickets: nothing waits that could go."""

import heapq

from squad.kernel.ids import derive
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.routing.choose import choose
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.offers import Offers
from squad.services.routing.work import Work, job_of

TRIES = 20  # waiting tickets looked at when one consultant is free again
SWEEP = 20  # waiting tickets looked at in a sweep


class Waiting:
    """Tickets that nobody could take when they came."""

    def __init__(self, memory: Memory, offers: Offers) -> None:
        self._memory = memory
        self._offers = offers
        self._swept = 0

    async def drain(self, consultant: str) -> None:
        """This will give the most urgent waiting ticket to somebody, now that one is free."""
        memory = self._memory
        person = memory.people.get(consultant)
        if person is None or not memory.waiting:
            return
        works = [memory.work[id] for id in memory.waiting]
        near = [
            work
            for work in works
            if work.ticket.mode == "remote" or work.ticket.territory in person.territories
        ]
        for work in heapq.nsmallest(TRIES, near, key=lambda work: work.rank):
            if await self._retry(work):
                return

    async def sweep(self) -> None:
        """This will look again at waiting tickets, in turn: shifts begin, time passes."""
        memory = self._memory
        if not memory.waiting:
            return
        ranked = sorted((memory.work[id] for id in memory.waiting), key=lambda work: work.rank)
        self._swept = self._swept % len(ranked)
        for work in ranked[self._swept : self._swept + SWEEP]:
            await self._retry(work)
        self._swept += SWEEP

    async def _retry(self, work: Work) -> bool:
        """Routes a waiting ticket if somebody can take it now; says nothing if nobody can."""
        memory, ticket = self._memory, work.ticket
        if ticket.id not in memory.waiting:
            return False
        decision = choose(job_of(ticket, memory.now), memory.roster, memory.now, memory.policy)
        if decision.consultant is None:
            return False
        unit = memory.open(Cause(derive("drain", ticket.id, str(ticket.turn))))
        offered = self._offers.offer(unit, work, decision, ticket.turn)
        try:
            await memory.commit(unit, work, offered)
        except (Conflict, Duplicate):
            return False
        return True
