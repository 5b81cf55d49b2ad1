"""What it would mean to give a ticket to somebody: minutes more, and what that breaks."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import numpy as np

from squad.services.routing import contest
from squad.services.routing.choose import choose, obstacles
from squad.services.routing.contest import quote
from squad.services.routing.model import Candidate, Decision, Lack
from squad.services.routing.plan import case
from squad.services.routing.roster import Roster
from squad.services.routing.scan import Scan
from squad.services.routing.service.memory import Memory
from squad.services.routing.work import Work


class Option(msgspec.Struct, frozen=True):
    """Somebody who could be given the ticket by hand.

    candidate: None, they have no working time to come. extra: minutes of paid time more than the
    engine's choice, None where either is unknown.
    """

    consultant: str
    candidate: Candidate | None
    extra: float | None
    lacks: tuple[Lack, ...]


def options(memory: Memory, work: Work, consultant: str = "") -> tuple[Decision, list[Option]]:
    """This will cost a ticket with one consultant, or with the engine's best, as if nobody had it.

    Plans are afterwards as before. Returns the engine's decision, and the options.

    Raises:
        KeyError: not on the roster.
    """
    with _free(memory.roster, work.ticket.id):
        decision = choose(memory.job(work.ticket), memory.roster, memory.now, memory.policy)
        if not consultant:
            best = [_option(c.consultant, c, decision, ()) for c in decision.candidates]
            return decision, best
        lacks = obstacles(decision.job, memory.roster, consultant, memory.now, memory.policy)
        candidate = _costed(memory, decision, consultant)
        return decision, [_option(consultant, candidate, decision, lacks)]


def _costed(memory: Memory, decision: Decision, consultant: str) -> Candidate | None:
    roster = memory.roster
    row = np.array([roster.row(consultant)])
    scan = Scan(case(decision.job, memory.now, memory.policy), roster, row)
    if not math.isfinite(quote(scan)):
        return None
    return contest.hold(scan, np.zeros(1, np.intp))[0]


def _option(
    consultant: str, candidate: Candidate | None, decision: Decision, lacks: tuple[Lack, ...]
) -> Option:
    known = candidate is not None and decision.winner is not None
    extra = candidate.cost - decision.cost if known and candidate is not None else None
    return Option(consultant, candidate, extra, lacks)


@contextmanager
def _free(roster: Roster, ticket: str) -> Iterator[None]:
    """Takes a ticket out of the plan that has it for as long as the context lasts."""
    holder = roster.holder(ticket)
    if holder is None:
        yield
        return
    stops = roster.plan(holder)
    index = next(i for i, stop in enumerate(stops) if stop.ticket == ticket)
    roster.release(ticket)
    try:
        yield
    finally:
        roster.reserve(holder, stops[index], index)
