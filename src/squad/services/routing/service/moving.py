"""Work that nobody has accepted yet goes to who does it enough cheaper, when that changes."""

import asyncio

from squad.kernel.ids import derive
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.routing import relocate
from squad.services.routing.choose import choose
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.offers import Offers
from squad.services.routing.stakes import Stakes
from squad.services.routing.work import Work

PASS = 300.0  # s between looks at all work that could move
ASKED = 5  # pieces of work that are looked at when somebody has time again
MOST = 20  # that move in one pass: the rest is looked at in the next


class Moving:
    """Re-optimisation of what is assigned and not accepted, pinned, locked or booked."""

    def __init__(self, memory: Memory, offers: Offers) -> None:
        self._memory = memory
        self._offers = offers
        self._stakes = Stakes(memory.roster, memory.policy)
        self._next = memory.now + PASS

    async def pull(self, consultant: str) -> int:
        """This will give somebody who has time what they do cheaper than who has it.

        Returns how many pieces of work moved.
        """
        memory = self._memory
        if memory.strain.slow or consultant not in memory.roster:
            return 0
        self._stakes.policy = memory.policy
        gains = self._stakes.gains(consultant, memory.now)[:ASKED]
        return sum([await self._try(ticket, consultant) for _, ticket in gains])

    async def look(self) -> int:
        """This will look at all work, when it is time for it. Returns how many pieces moved."""
        memory, moved = self._memory, 0
        if memory.now < self._next or memory.strain.slow:
            return 0
        self._next = memory.now + PASS
        self._stakes.policy = memory.policy
        for _, ticket in self._stakes.hopes(memory.now):
            moved += await self._try(ticket)
            await asyncio.sleep(0)  # requests and letters have their turn
            if moved == MOST:
                break
        return moved

    async def _try(self, ticket: str, only: str | None = None) -> bool:
        memory, work = self._memory, self._memory.work.get(ticket)
        if work is None or not work.movable or not self._better(work, 0, only):
            return False
        before = await memory.store.decisions(ticket)
        if not self._better(work, sum(kept.action == "moved" for kept in before), only):
            return False
        now, holder = memory.now, memory.roster.holder(ticket)
        job, stops = memory.job(work.ticket), memory.roster.plan(str(holder))
        place = next(i for i, stop in enumerate(stops) if stop.ticket == ticket)
        memory.roster.release(ticket)
        decision = choose(job, memory.roster, now, memory.policy)
        if decision.consultant in (None, holder):
            memory.roster.reserve(str(holder), stops[place], place)
            return False
        turn = max(work.ticket.turn, work.answered) + 1
        unit = memory.open(Cause(derive("moved", ticket, str(turn))))
        moved = self._offers.offer(unit, work, decision, turn, action="moved")
        try:
            await memory.commit(unit, work, moved)
        except (Conflict, Duplicate):
            return False
        return True

    def _better(self, work: Work, moved: int, only: str | None) -> bool:
        memory = self._memory
        if memory.work.get(work.ticket.id) is not work:
            return False  # something happened meanwhile
        job = memory.job(work.ticket)
        roster, policy = memory.roster, memory.policy
        return relocate.better(job, roster, memory.now, policy, moved, only) is not None
