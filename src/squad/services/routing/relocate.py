"""Moving work that has not begun to somebody who does it cheaper."""

import numpy as np

from squad.services.routing import choose, contest, rules
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
    stops = roster.plan(holder)
    index = next(i for i, stop in enumerate(stops) if stop.ticket == job.ticket)
    roster.release(job.ticket)
    try:
        bid = _rival(job, roster, now, policy, holder, only)
        if bid is None:
            return None
        scan = Scan(case(job, now, policy), roster, np.array([roster.row(holder)]))
        stay = contest.quote(scan)
    finally:
        roster.reserve(holder, stops[index], index)
    least = policy.relocate_min + policy.relocate_again * moved
    return bid if bid.cost + least <= stay else None


def _rival(
    job: Job, roster: Roster, now: float, policy: Policy, holder: str, only: str | None
) -> Bid | None:
    """The cheapest with the job out of everybody's plan, unless that is its holder."""
    if only is None:
        bid = choose.cheapest(job, roster, now, policy)
        return None if bid is None or bid.consultant == holder else bid
    scan = Scan(case(job, now, policy), roster, np.array([roster.row(only)]))
    return contest.cheapest(scan, np.flatnonzero(rules.check(scan) == 0))
