"""Who is away: on leave, or after the shift; what they cannot keep goes to somebody else."""

from collections.abc import Iterator

import numpy as np

from squad.kernel.ids import derive
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.routing.choose import choose
from squad.services.routing.roster import ON_CALL, ON_LEAVE
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.offers import unassign
from squad.services.routing.work import Work

LONG = 8 * 3600.0  # s of leave still to come after which nothing waits for who is on it
LOOKS = 20  # tickets of people after their shift looked at in a go


class Away:
    """Gives back work that is not under way; who had it has not declined it."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._looked = 0

    async def look(self) -> None:
        """This will give back what people who are away now cannot keep.

        On leave: what is promised before they work again, and everything if the leave is long,
        also where a dispatcher now has to find somebody. After a shift: what is promised before
        the next one, if somebody else can have it.
        """
        sick, idle = [], []
        for consultant, work, opens, leave in self._held():
            if leave and (work.ticket.due_at.timestamp() < opens or opens - self._now >= LONG):
                sick.append((consultant, work))
            elif not leave and not work.hold and work.ticket.due_at.timestamp() < opens:
                idle.append((consultant, work))
        for consultant, work in sick:
            await self._release(consultant, work, "unavailable")
        self._looked %= max(1, len(idle))
        for consultant, work in idle[self._looked : self._looked + LOOKS]:
            if self._other(consultant, work):
                await self._release(consultant, work, "shift_end")
        self._looked += LOOKS

    @property
    def _now(self) -> float:
        return self._memory.now

    def _held(self) -> Iterator[tuple[str, Work, float, bool]]:
        """What is in the queues of people who are away: when they work again, and if on leave."""
        roster = self._memory.roster
        roster.advance(self._now)
        columns, soon = roster.columns, self._now + 60.0 * self._memory.policy.look_ahead_min
        away = (columns["queued"] > 0) & (columns["opens"] > soon)
        for row in np.flatnonzero(away & (columns["status"] != ON_CALL)).tolist():
            opens, leave = float(columns["opens"][row]), columns["status"][row] == ON_LEAVE
            for stop in roster.plan(roster.ids[row]):
                work = self._memory.work.get(stop.ticket)
                if work is not None and self._startable(work, roster.ids[row]):
                    yield roster.ids[row], work, opens, bool(leave)

    def _startable(self, work: Work, consultant: str) -> bool:
        """Offered or accepted: neither under way nor waiting for the customer or for parts."""
        ticket = work.ticket
        mine = ticket.assignee == consultant and ticket.status in ("assigned", "accepted")
        return mine and work.hold != "locked"

    def _other(self, consultant: str, work: Work) -> bool:
        memory = self._memory
        decision = choose(memory.job(work.ticket), memory.roster, self._now, memory.policy)
        return decision.consultant not in (None, consultant)

    async def _release(self, consultant: str, work: Work, reason: str) -> None:
        """Once a turn: the answer of tickets brings the ticket back, to be routed."""
        ticket, memory = work.ticket, self._memory
        unit = memory.open(Cause(derive("away", ticket.id, str(ticket.turn))))
        unassign(unit, ticket, reason, consultant)
        try:
            await memory.settle(unit)
        except (Conflict, Duplicate):
            return
