"""Interrupting a trip under way to less urgent work for a job that cannot wait."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from squad.services.routing import plan, rules
from squad.services.routing.model import Decision, Job, Stop
from squad.services.routing.plan import Case
from squad.services.routing.policy import Policy
from squad.services.routing.roster import Roster
from squad.services.routing.scan import Rows, Scan


class Trip(NamedTuple):
    """A drive under way. origin: degrees. departs, arrives: epoch seconds."""

    ticket: str
    origin: tuple[float, float]
    departs: float
    arrives: float

    def place(self, stop: Stop, now: float) -> tuple[float, float]:
        """This will tell where on the way to the stop somebody is, straight on the map, degrees."""
        share = (now - self.departs) / max(self.arrives - self.departs, 1.0)
        share = min(max(share, 0.0), 1.0)
        latitude, longitude = self.origin
        return (
            latitude + (stop.latitude - latitude) * share,
            longitude + (stop.longitude - longitude) * share,
        )


class Detour(NamedTuple):
    """A consultant who would turn round. cost: minutes. place: where they are, degrees."""

    consultant: str
    cost: float
    service: float
    place: tuple[float, float]


def interrupted(decision: Decision) -> Stop | None:
    """This will give the stop on the way to which the chosen one turns round; None: nobody does.

    Only then there is a stop in a recorded queue that is under way.
    """
    queue = decision.candidates[0].seen.queue if decision.candidates else ()
    return queue[0] if queue and queue[0].under_way else None


def cheapest(
    job: Job, roster: Roster, trips: Mapping[str, Trip], now: float, policy: Policy
) -> Detour | None:
    """This will find who does the job cheapest at once, leaving a trip to less urgent work.

    trips: by consultant. The interrupted work comes next, and what that costs it is counted.
    """
    case = plan.case(job, now, policy)
    rows = _less_urgent(case, roster, trips)
    if not len(rows):
        return None
    scan = Scan(case, roster, rows)
    eligible = np.flatnonzero(rules.check(scan) == 0)
    if not len(eligible):
        return None
    return _best(scan, eligible, trips)


def _less_urgent(case: Case, roster: Roster, trips: Mapping[str, Trip]) -> Rows:
    near = roster.near(case.place, case.policy) if case.job.mode == "onsite" else None
    inside = None if near is None else set(near.tolist())
    rows = []
    for consultant in trips:
        row = roster.row(consultant)
        if row < 0 or (inside is not None and row not in inside):
            continue
        stop = roster.plan(consultant)[0]
        if stop.state == "travelling" and stop.priority > case.job.priority:
            rows.append(row)
    return np.array(rows, np.intp)


def _best(scan: Scan, eligible: Rows, trips: Mapping[str, Trip]) -> Detour | None:
    roster, case, now = scan.roster, scan.case, scan.case.now
    ids = [roster.ids[row] for row in scan.rows[eligible].tolist()]
    plans = [roster.plan(one) for one in ids]
    places = [trips[one].place(stops[0], now) for one, stops in zip(ids, plans, strict=True)]
    back = msgspec.structs.replace
    queues = [(back(s[0], state="assigned", start_at=0.0), *s[1:]) for s in plans]
    layouts = [plan.lay(queue, place) for queue, place in zip(queues, places, strict=True)]
    field = scan.field(eligible)._replace(
        here=np.array([layout[0, plan.BEFORE] for layout in layouts]).T,
        start=np.zeros(len(ids)),
        queued=np.array([float(len(queue)) for queue in queues]),
    )
    tour = plan.tour(case, field, plan.bound(case, field), np.arange(len(ids)), layouts)
    bids = plan.insert(case, tour)
    first = np.flatnonzero(bids.position == 0)
    if not len(first):
        return None
    best = min(first.tolist(), key=lambda i: (bids.cost[i], ids[i]))
    return Detour(
        ids[best], float(bids.cost[best]), float(bids.terms[plan.WORK, best]), places[best]
    )
