"""Who gets a job: hard constraints, then the cheapest insertion, then the record of both."""

import hashlib
import heapq
from typing import Any, NamedTuple

import msgspec
import numpy as np

from squad.services.routing import contest, rules, swift
from squad.services.routing.contest import Bid
from squad.services.routing.model import Candidate, Decision, Job, Lack, Miss
from squad.services.routing.plan import Case, case
from squad.services.routing.policy import Policy
from squad.services.routing.roster import Roster
from squad.services.routing.rules import Codes
from squad.services.routing.scan import Rows, Scan

NEAR = 3  # people nearest to eligible in a record
CLOSE = 2  # people who live nearest


class Look(NamedTuple):
    """Who was looked at, the constraints that they break, and the cheapest without any."""

    scan: Scan
    codes: Codes
    candidates: tuple[Candidate, ...]


def choose(job: Job, roster: Roster, now: float, policy: Policy) -> Decision:
    """This will decide who gets the job, and where in their plan, and keep the reasons.

    The winner is the eligible consultant with the least marginal cost over all places in all
    plans, ties by id: the same as costing everybody. Nothing is reserved. now: epoch seconds;
    it may turn the roster's hours forward, and must not go back. Where nobody would come so far
    at the area's pace, the planned driving times count, by which people said how far they go.
    """
    roster.advance(now)
    one = case(job, now, policy)
    look = _look(one, roster, _rows(one, roster))
    if job.mode == "onsite" and look.codes.all():
        look = _look(one, roster, None)
    if not look.candidates and job.pace != 1.0:
        return choose(msgspec.structs.replace(job, pace=1.0), roster, now, policy)
    tally = rules.tally(look.codes)
    return _record(
        one,
        roster=len(roster),
        eligible=len(look.codes) - sum(tally.values()),
        candidates=look.candidates,
        excluded=rules.first(tally, len(roster) - len(look.scan)),
        near=_near(look.scan, look.codes, tally),
    )


def cheapest(
    job: Job, roster: Roster, now: float, policy: Policy, only: str | None = None
) -> Bid | None:
    """This will decide as `choose` does, without the reasons: for work that is looked at often.

    only: who is asked; None: everybody.
    """
    roster.advance(now)
    bid = _cheapest(case(job, now, policy), roster, only)
    if bid is None and job.pace != 1.0:
        planned = msgspec.structs.replace(job, pace=1.0)
        return _cheapest(case(planned, now, policy), roster, only)
    return bid


def score(job: Job, roster: Roster, now: float, policy: Policy) -> str | None:
    """This will pick somebody eligible by trip and load alone, at the end of their plan.

    For when there is no time for plans. Trip: from home. Each ticket that somebody has counts
    as long as this one would take. Ties by id; None: nobody is eligible.
    """
    roster.advance(now)
    one = case(job, now, policy)
    rows = rules.able(one, roster, _rows(one, roster))
    if not len(rows):
        return None
    each = policy.waiting[job.priority - 1] * job.service_min + policy.fairness_min
    price = roster.columns["load"].take(rows) * each
    if job.mode == "onsite":
        price += Scan(one, roster, rows).trip
    least: list[int] = rows.compress(price == price.min()).tolist()
    return min(roster.ids[row] for row in least)


def fits(job: Job, roster: Roster, consultant: str, now: float, policy: Policy) -> bool:
    """This will tell whether giving the job to somebody would break no hard constraint.

    Raises:
        KeyError: not on the roster.
    """
    if consultant not in roster:
        raise KeyError(consultant)
    roster.advance(now)
    one, row = case(job, now, policy), np.array([roster.row(consultant)])
    lines = swift.able(one, roster, row, 1)
    return bool(lines) if lines is not None else not rules.check(Scan(one, roster, row))[0]


def _cheapest(one: Case, roster: Roster, only: str | None) -> Bid | None:
    rows = np.array([roster.row(only)]) if only is not None else _rows(one, roster)
    lines = swift.able(one, roster, rows, 1)
    if lines is not None:
        return contest.first(roster, lines)
    scan = Scan(one, roster, rules.able(one, roster, rows))
    return contest.cheapest(scan, np.arange(len(scan)))


def _rows(case: Case, roster: Roster) -> Rows | None:
    """Who is near enough to be looked at; None: everybody."""
    return roster.near(case.place, case.policy) if case.job.mode == "onsite" else None


def _look(case: Case, roster: Roster, rows: Rows | None) -> Look:
    scan = Scan(case, roster, rows)
    found = swift.whole(case, roster, rows, contest.KEPT)
    if found is None:
        codes = rules.check(scan)
        return Look(scan, codes, contest.hold(scan, np.flatnonzero(codes == 0)))
    if case.job.mode == "onsite":
        scan.trip = found.trips
    return Look(scan, found.codes, contest.held(case, roster, found.lines))


def recompute(decision: Decision, policy: Policy) -> Decision:
    """This will decide again from the record alone; an honest record gives an equal one.

    policy: the version that the record names.

    Raises:
        ValueError: another version of the policy.
    """
    if policy.version != decision.policy:
        raise ValueError(f"policy: decided under version {decision.policy}")
    one = case(decision.job, decision.decided_at, policy)
    return _record(
        one,
        roster=decision.roster,
        eligible=decision.eligible,
        candidates=contest.again(one, decision.candidates),
        excluded=decision.excluded,
        near=decision.near,
    )


def obstacles(
    job: Job, roster: Roster, consultant: str, now: float, policy: Policy
) -> tuple[Lack, ...]:
    """This will tell every hard constraint that giving the job to one consultant would break.

    Raises:
        KeyError: not on the roster.
    """
    if consultant not in roster:
        raise KeyError(consultant)
    roster.advance(now)
    one = np.array([roster.row(consultant)])
    scan = Scan(case(job, now, policy), roster, one)
    return rules.misses(scan, rules.check(scan), np.zeros(1, np.intp))[0].lacks


def _near(scan: Scan, codes: Codes, tally: dict[int, int]) -> tuple[Miss, ...]:
    """Who broke the fewest constraints and, on site, who lives nearest, of those not eligible."""
    if not tally:
        return ()
    fewest = min(code.bit_count() for code in tally)
    chosen = _nearest(scan, np.flatnonzero(np.bitwise_count(codes) == fewest), NEAR)
    if scan.case.job.mode == "onsite":
        chosen += _nearest(scan, np.flatnonzero(codes), NEAR + CLOSE)
    kept = list(dict.fromkeys(chosen))[: NEAR + CLOSE]
    return rules.misses(scan, codes, np.array(kept))


def _nearest(scan: Scan, indices: Rows, most: int) -> list[int]:
    far = scan.remoteness.take(indices)
    if len(far) > most:
        chosen = np.flatnonzero(far <= np.partition(far, most - 1)[most - 1])
        indices, far = indices.take(chosen), far.take(chosen)
    ids = [scan.roster.ids[row] for row in scan.rows.take(indices).tolist()]
    inside = zip(far.tolist(), ids, indices.tolist(), strict=True)
    return [index for _, _, index in heapq.nsmallest(most, inside)]


def _record(case: Case, **found: Any) -> Decision:
    job, now, policy = case.job, case.now, case.policy
    candidates = found["candidates"]
    inputs = job, policy, now, [(c.consultant, c.seen) for c in candidates], found["excluded"]
    body = msgspec.json.encode(inputs, order="deterministic")
    return Decision(
        ticket=job.ticket,
        consultant=candidates[0].consultant if candidates else None,
        policy=policy.version,
        snapshot=hashlib.blake2b(body, digest_size=8).hexdigest(),
        decided_at=now,
        job=job,
        **found,
    )
