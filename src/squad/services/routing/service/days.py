"""Days: the order in which a consultant does their visits, and a better one."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np

from squad.kernel.access import Actor
from squad.kernel.problem import Missing
from squad.ports.unit import Cause, Unavailable
from squad.services.routing import order
from squad.services.routing.model import Stop
from squad.services.routing.order import Better
from squad.services.routing.service.memory import Memory


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """The order of a day. now, better: tickets in order, what is under way left out.

    begins: when work on each of `better` should start. saved: minutes of paid consultant time,
    customers' delays counted in.
    """

    consultant: str
    now: Sequence[str]
    better: Sequence[str]
    begins: Sequence[datetime]
    saved: float


class Days:
    """Plans are in memory: after a restart a day is in the order of its tickets' ids again."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def propose(self, *, actor: Actor, consultant: str) -> Proposal:
        """This will find a better order, or give back the present one.

        Raises Missing: no such consultant, or none that the actor may see; Unavailable.
        """
        memory = self._memory
        if not memory.lease.held:
            raise Unavailable("another process routes now; this one stands by")
        person = memory.people.get(consultant)
        field = not actor.has("dispatcher", "manager")
        theirs = set(actor.territories).intersection(person.territories if person else ())
        if person is None or consultant not in memory.roster or (
            actor.id != consultant and (field or (actor.territories and not theirs))
        ):  # fmt: skip
            raise Missing("There is no such consultant, or none that you may see.")
        queue, found, now = self._best(consultant)
        return Proposal(
            consultant=consultant,
            now=[stop.ticket for stop in queue],
            better=[queue[index].ticket for index in found.stops],
            begins=[datetime.fromtimestamp(round(now + 60.0 * m), UTC) for m in found.begins],
            saved=round(found.saved, 1),
        )

    async def apply(self, *, actor: Actor, consultant: str, cause: Cause) -> Proposal:
        """This will put the plan in the better order.

        Raises Missing: no such consultant, or none that the actor may see; Unavailable.
        """
        memory, proposal = self._memory, self.propose(actor=actor, consultant=consultant)
        unit = memory.open(cause)
        await memory.settle(unit, proposal)
        stops = {stop.ticket: stop for stop in memory.roster.plan(consultant)}
        for ticket in proposal.better:
            if (stop := stops.get(ticket)) and not stop.under_way:
                memory.roster.reserve(consultant, stop)
        return proposal

    def _best(self, consultant: str) -> tuple[list[Stop], Better, float]:
        """The queue, a better order of it, and the present, epoch seconds; the locked stay."""
        memory, roster, now = self._memory, self._memory.roster, self._memory.now
        roster.advance(now)
        row, columns = roster.row(consultant), roster.columns
        opens, closes, free = (float(columns[name][row]) for name in ("opens", "closes", "free"))
        start = max(opens, now) if np.isfinite(opens) else now
        if free > 0.0:
            start = max(start, free, now + memory.policy.overrun_min * 60.0)
        queue = [stop for stop in roster.plan(consultant) if not stop.under_way]
        day = order.day(
            queue,
            (float(columns["spot"][0, row]), float(columns["spot"][1, row])),
            (start - now) / 60.0,
            (min(closes, now + 1e7) - now) / 60.0,
            now=now,
            policy=memory.policy,
            fixed=[s.ticket for s in queue if self._locked(s.ticket)],
        )
        return queue, order.best(day), now

    def _locked(self, ticket: str) -> bool:
        work = self._memory.work.get(ticket)
        return work is not None and work.hold == "locked"
