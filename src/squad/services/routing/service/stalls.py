"""Stalls: tickets that nobody can take, and whom that concerns after a while."""

from msgspec.structs import replace

from squad.contracts.routing import RoutingStalled
from squad.kernel.ids import derive
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.routing.service.memory import Memory
from squad.services.routing.work import Work

LEVELS = 2  # dispatchers once more, then managers


class Stalls:
    """Tells each level once: how far it got is kept with the work."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def look(self) -> None:
        """This will escalate what nobody took in hand in time."""
        memory = self._memory
        stalled = [work for id in memory.waiting if (work := memory.work[id]).stalled]
        for work in stalled:
            if memory.now >= self._due(work):
                await self._escalate(work)

    def _due(self, work: Work) -> float:
        minutes = self._memory.policy.escalate_min[work.ticket.priority - 1]
        more = float("inf") if work.level >= LEVELS else 60.0 * minutes * (work.level + 1)
        return work.stalled + more

    async def _escalate(self, work: Work) -> None:
        memory, ticket, level = self._memory, work.ticket, work.level + 1
        cause = Cause(derive("escalated", ticket.id, str(work.stalled), str(level)))
        last = await memory.store.decisions(ticket.id)
        unit = memory.open(cause)
        unit.emit(
            RoutingStalled(
                ticket=ticket.id,
                turn=ticket.turn,
                priority=ticket.priority,
                excluded=last[0].record.excluded if last else {},
                decision=last[0].id if last else "",
                level=level,
            ),
            version=ticket.turn,
        )
        try:
            await memory.commit(unit, work, replace(work, level=level))
        except (Conflict, Duplicate):
            return
