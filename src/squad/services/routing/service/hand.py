"""By hand: what people ask of routing, and what a dispatcher decides."""

from squad.kernel.access import Actor, sees
from squad.kernel.problem import Fault, Impossible, Invalid, Missing
from squad.ports.unit import Cause
from squad.services.routing.choose import choose, obstacles
from squad.services.routing.model import Kept
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.offers import Offers, decision_id
from squad.services.routing.work import Work, job_of


class Hand:
    """A person's view of one ticket's routing, and their hand in it."""

    def __init__(self, memory: Memory, offers: Offers) -> None:
        self._memory = memory
        self._offers = offers

    async def seen(self, actor: Actor, id: str) -> Work:
        """This will find a ticket that the actor may know of. Raises Missing."""
        work = await self._memory.find(id)
        if work is None or not sees(
            actor,
            requester=work.ticket.requester,
            assignee=work.ticket.assignee,
            store=work.ticket.store,
            territory=work.ticket.territory,
        ):
            raise Missing("There is no such ticket, or none that you may see.")
        return work

    async def decisions(self, id: str) -> list[Kept]:
        """This will show how a ticket was routed, newest first. Raises Missing."""
        if found := await self._memory.store.decisions(id):
            return found
        raise Missing("This ticket is not routed yet. Ask again in a moment.")

    async def assign(
        self, *, actor: Actor, id: str, consultant: str, override: bool, cause: Cause
    ) -> Kept:
        """This will assign by hand.

        Raises Missing, Invalid: no such consultant; Impossible: finished, or a constraint breaks.
        """
        memory, work = self._memory, await self.seen(actor, id)
        if not work.open or work.ticket.status == "resolved":
            raise Impossible(f"The ticket is {work.ticket.status}: there is nothing to assign.")
        if consultant not in memory.roster:
            raise Invalid("There is no such consultant.", [Fault("/consultant", "not on duty")])
        unit = memory.open(cause)
        now, job = memory.now, job_of(work.ticket, memory.now)
        broken = obstacles(job, memory.roster, consultant, now, memory.policy)
        if broken and not override:
            names = ", ".join(sorted({lack.constraint for lack in broken}))
            raise Impossible(f"This breaks: {names}. Choose another, or say override.")
        turn = work.ticket.turn
        if work.ticket.assignee is not None or memory.roster.holder(id) is not None:
            turn = max(turn, work.answered) + 1
        decision = choose(job, memory.roster, now, memory.policy)
        given = self._offers.offer(unit, work, decision, turn, consultant=consultant, by=actor.id)
        kept = Kept(
            id=decision_id(unit, work.ticket, turn),
            turn=turn,
            at=unit.now,
            by=actor.id,
            consultant=consultant,
            record=decision,
        )
        await memory.commit(unit, work, given, kept)
        return kept
