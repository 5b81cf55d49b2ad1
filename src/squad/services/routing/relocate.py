"""Moving work that has not begun to somebody who does it cheaper."""

import msgspec
import numpy as np

from squad.services.routing import choose, contest
from squad.services.routing.contest import Bid
from squad.services.routing.model import Job
from squad.services.routing.plan import case
from squad.services.routing.policy import Policy
from squad.services.routing.roster import Roster
from squad.services.routing.scan import Scan


def better(
    job: Job, roster: Roster, now: float, policy: Policy, moved: int, only: str | None = None
) -> Bid | None:
    """This will find somebody who does a job in a plan so much cheaper that it should move.

    moved: how often it changed hands. only: who else is asked; None: everybody. The plans are as
    before afterwards.
    """
    holder = roster.holder(job.ticket)
    if holder is None:
        return None
    others = msgspec.structs.replace(job, declined_by=job.declined_by | {holder})
    bid = choose.cheapest(others, roster, now, policy, only)
    least = policy.relocate_min + policy.relocate_again * moved
    if bid is None or bid.cost + least > stay(job, roster, now, policy):
        return None
    return bid


def stay(job: Job, roster: Roster, now: float, policy: Policy) -> float:
    """This will cost a job with who has it, at its best place there, minutes.

    Infinite: they have no working time to come.

    Raises:
        KeyError: in nobody's plan.
    """
    holder = str(roster.holder(job.ticket))
    stops, known = roster.plan(holder), holder in roster.changed
    index = next(i for i, stop in enumerate(stops) if stop.ticket == job.ticket)
    roster.release(job.ticket)
    try:
        rows = np.array([roster.row(holder)])
        return contest.quote(Scan(case(job, now, policy), roster, rows))
    finally:
        roster.reserve(holder, stops[index], index)
        if not known:
            roster.changed.discard(holder)  # the plan is what it was
