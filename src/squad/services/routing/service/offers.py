"""Offers: the choice, its record and its events; taken back when nobody answers."""

import heapq
from datetime import UTC, datetime

from msgspec.structs import replace

from squad.contracts.routing import RoutingStalled, TicketAssigned, TicketUnassigned
from squad.contracts.tickets import Ticket
from squad.kernel.ids import derive
from squad.kernel.unit import Unit
from squad.ports.database import Statement
from squad.ports.unit import Cause
from squad.services.routing import hours, store
from squad.services.routing.choose import choose
from squad.services.routing.model import Decision
from squad.services.routing.roster import ON_CALL
from squad.services.routing.service.interrupts import Interrupts
from squad.services.routing.service.memory import Memory
from squad.services.routing.work import NEVER, Work, stop_of


class Offers:
    """Each is one turn of one ticket."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._interrupts = Interrupts(memory)

    def route(self, unit: Unit[Statement], work: Work) -> Work:
        """This will answer a ticket's turn: by an offer, or by saying that it stalled."""
        memory, ticket = self._memory, work.ticket
        if work.hold == "pinned":
            work = replace(work, hold="")  # who it was pinned to has given it back
        decision = choose(memory.job(ticket), memory.roster, memory.now, memory.policy)
        if decision.consultant is not None:
            return self.answer(unit, work, decision)
        id = decision_id(unit, ticket, ticket.turn)
        unit.write(store.record(id, decision, turn=ticket.turn, by="", consultant=None))
        unit.emit(
            RoutingStalled(
                ticket=ticket.id,
                turn=ticket.turn,
                priority=ticket.priority,
                excluded=decision.excluded,
                decision=id,
            ),
            version=ticket.turn,
        )
        stalled = work.stalled or memory.now
        return replace(work, answered=ticket.turn, answer_by=NEVER, offered="", stalled=stalled)

    def answer(self, unit: Unit[Statement], work: Work, decision: Decision) -> Work:
        """This will offer a ticket to whom was decided, or to who had better turn round for it."""
        turn = work.ticket.turn
        better = self._interrupts.weigh(unit, decision, decision_id(unit, work.ticket, turn))
        return self.offer(unit, work, better, turn)

    def offer(
        self, unit: Unit[Statement], work: Work, decision: Decision, turn: int, *,
        consultant: str = "", by: str = "", action: str = "",
    ) -> Work:  # fmt: skip
        """This will reserve the place in the plan, and say so in the unit.

        consultant, by: whom a dispatcher chose, and who that was; else the decision's winner.
        action: what the dispatcher did.
        """
        ticket, who = work.ticket, consultant or str(decision.consultant)
        arrival = self._reserve(ticket, decision, who)
        answer_by = self.answer_by(who, ticket.priority)
        id = decision_id(unit, ticket, turn)
        unit.write(store.record(id, decision, turn=turn, by=by, consultant=who, action=action))
        unit.emit(
            TicketAssigned(
                ticket=ticket.id,
                turn=turn,
                consultant=who,
                requester=ticket.requester,
                reference=ticket.reference,
                title=ticket.title,
                priority=ticket.priority,
                arrival=arrival,
                answer_by=_time(answer_by),
                decision=id,
                by=by,
            ),
            version=turn,
        )
        heapq.heappush(self._memory.offers, (answer_by, ticket.id))
        return replace(
            work, answered=turn, answer_by=answer_by, offered=who, stalled=0.0, level=0, deed=None
        )

    def _reserve(self, ticket: Ticket, decision: Decision, who: str) -> datetime | None:
        """Where the decision puts it, with the arrival; else at the end, which nobody computed."""
        roster, winner, stop = self._memory.roster, decision.winner, decision.stop
        if stop is not None and winner is not None and who == winner.consultant:
            roster.reserve(who, stop, winner.position)
            return _time(winner.arrival)
        roster.reserve(who, stop_of(ticket, "assigned", 0.0, self._memory.now))
        return None

    async def lapse(self) -> int:
        """This will take back offers that nobody answered in time. Returns how many."""
        memory, count = self._memory, 0
        now, offers = memory.now, memory.offers
        while offers and offers[0][0] <= now:
            moment, id = heapq.heappop(offers)
            work = memory.work.get(id)
            if work is None or work.answer_by != moment or work.hold:
                continue
            if work.ticket.status != "assigned":
                heapq.heappush(offers, (now + 1.0, id))
                memory.work[id] = replace(work, answer_by=now + 1.0)
                return count
            await self._lapse(work)
            count += 1
        return count

    async def _lapse(self, work: Work) -> None:
        ticket = work.ticket
        unit = self._memory.open(Cause(derive("timed_out", ticket.id, str(ticket.turn))))
        unassign(unit, ticket, "timed_out", str(ticket.assignee))
        await self._memory.commit(unit, work, replace(work, answer_by=NEVER))

    def give_back(self, unit: Unit[Statement], consultant: str) -> None:
        """This will say that what somebody holds, and is not on site for, needs another."""
        for stop in self._memory.roster.plan(consultant):
            work = self._memory.work.get(stop.ticket)
            if work is not None and stop.state != "on_site":
                unassign(unit, work.ticket, "unavailable", consultant)

    def answer_by(self, consultant: str, priority: int) -> float:
        """This will tell when an offer lapses, epoch seconds: after minutes of working time.

        Breaks and leave do not count; who is called outside shifts has the calls' hours as well.
        """
        roster, now = self._memory.roster, self._memory.now
        one = roster.consultant(consultant)
        lines = hours.lines(one)
        work = lines.work
        if roster.columns["status"][roster.row(consultant)] == ON_CALL:
            spans = hours.merge((*one.shifts, *one.on_call))
            work = hours.line(hours.less(spans, hours.merge(one.leave)))
        return hours.worked(work, now, 60.0 * self._memory.policy.offer_min[priority - 1])


def decision_id(unit: Unit[Statement], ticket: Ticket, turn: int) -> str:
    """This will name the decision that a unit keeps about a ticket's turn."""
    return derive(unit.cause.id, "decision", ticket.id, str(turn))


def unassign(unit: Unit[Statement], ticket: Ticket, reason: str, consultant: str) -> None:
    """This will say in a unit that somebody no longer has a ticket."""
    unit.emit(
        TicketUnassigned(ticket=ticket.id, turn=ticket.turn, consultant=consultant, reason=reason),
        version=ticket.turn,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
