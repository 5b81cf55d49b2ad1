"""Interrupts: who drives to less urgent work turns round, where that saves enough."""

from datetime import UTC, datetime

import numpy as np
from msgspec.structs import replace

from squad.contracts.routing import TripInterrupted
from squad.kernel.unit import Unit
from squad.ports.database import Statement
from squad.services.routing import choose, costs, plan, preempt
from squad.services.routing.contest import KEPT
from squad.services.routing.model import Candidate, Decision, Seen, Terms
from squad.services.routing.preempt import Detour, Trip
from squad.services.routing.scan import Scan
from squad.services.routing.service.memory import Memory


class Interrupts:
    """Trips under way are the tickets that people say they drive to."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def weigh(self, unit: Unit[Statement], decision: Decision, id: str) -> Decision:
        """This will give the decision, or a better one for which a trip is interrupted.

        Then the plan is changed and the unit says so; if the unit of the decision's ticket fails,
        `Memory.commit` takes the plan back. decision: names somebody; where nobody is eligible, who
        drives is not either. id: that the decision will have.
        """
        memory, policy = self._memory, self._memory.policy
        if decision.job.priority > policy.preempt_priority:
            return decision
        now, trips = decision.decided_at, self._trips(decision.decided_at)
        detour = preempt.cheapest(decision.job, memory.roster, trips, now, policy)
        if detour is None or detour.cost + policy.preempt_min > decision.cost:
            return decision
        turned = self._turned(decision, detour)
        self._turn(unit, turned, id)
        return turned

    def _trips(self, now: float) -> dict[str, Trip]:
        """By consultant: who is not there yet, for work that may be interrupted.

        That is what neither a dispatcher holds nor a customer booked.
        """
        memory, roster, trips = self._memory, self._memory.roster, dict[str, Trip]()
        for id in sorted(memory.travelling):
            work, who = memory.work[id], roster.holder(id)
            if work.hold or work.booked or who is None:
                continue
            stop, *others = roster.plan(who)
            busy = any(other.under_way for other in others)
            if stop.ticket != id or stop.state != "travelling" or busy or stop.start_at <= now:
                continue
            latitude, longitude = roster.columns["place"][:, roster.row(who)].tolist()
            there = stop.latitude, stop.longitude
            took = 60.0 * costs.trip((latitude, longitude), there, memory.policy)
            trips[who] = Trip(id, (latitude, longitude), stop.start_at - took, stop.start_at)
        return trips

    def _turned(self, decision: Decision, detour: Detour) -> Decision:
        """The decision with who turns round first, computed from what is kept of them."""
        roster, who, policy = self._memory.roster, detour.consultant, self._memory.policy
        row, stops = roster.row(who), roster.plan(who)
        case = plan.case(decision.job, decision.decided_at, policy)
        field = Scan(case, roster, np.array([row])).field(np.zeros(1, np.intp))
        seen = Seen(
            latitude=detour.place[0],
            longitude=detour.place[1],
            start=0.0,
            closes=float(field.closes[0]),
            surplus=float(field.surplus[0]),
            rating=float(field.rating[0]),
            load=len(stops) + int(roster.columns["done"][row]),
            capacity=int(roster.columns["capacity"][row]),
            speaks=bool(field.speaks[0]),
            under_way=0,
            queue=stops,
        )
        first = Candidate(who, detour.cost, 0, 0.0, Terms(), seen)
        others = [one for one in decision.candidates if one.consultant != who]
        candidates = (first, *others[: KEPT - 1])
        return choose.recompute(replace(decision, candidates=candidates), policy)

    def _turn(self, unit: Unit[Statement], turned: Decision, id: str) -> None:
        memory, roster, winner = self._memory, self._memory.roster, turned.candidates[0]
        who, stop = winner.consultant, winner.seen.queue[0]
        work = memory.work[stop.ticket]
        latitude, longitude = roster.columns["place"][:, roster.row(who)].tolist()

        def undo() -> None:
            if memory.work.get(stop.ticket) is work and roster.holder(stop.ticket) == who:
                roster.move(who, latitude, longitude)
                roster.mark(stop.ticket, "travelling", stop.start_at)

        memory.undo[turned.ticket] = undo
        roster.mark(stop.ticket, "accepted")
        roster.move(who, winner.seen.latitude, winner.seen.longitude)
        unit.emit(
            TripInterrupted(
                ticket=stop.ticket,
                turn=work.ticket.turn,
                version=work.ticket.version,
                consultant=who,
                requester=work.ticket.requester,
                reference=work.ticket.reference,
                arrival=datetime.fromtimestamp(self._later(turned), UTC),
                for_ticket=turned.ticket,
                decision=id,
            ),
            version=work.ticket.turn,
        )

    def _later(self, turned: Decision) -> float:
        """When they should be at the interrupted work then, epoch seconds."""
        winner, job = turned.candidates[0], turned.job
        seen, stop = winner.seen, winner.seen.queue[0]
        here = (job.latitude, job.longitude)
        if job.mode == "remote":
            here = (seen.latitude, seen.longitude)
        way = costs.trip(here, (stop.latitude, stop.longitude), self._memory.policy)
        return float(round(winner.arrival + 60.0 * (winner.terms.service + way)))
