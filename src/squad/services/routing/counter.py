"""Counterfactuals: the smallest change in one thing that would have made somebody the choice.

Computed from the record alone, as `choose.recompute` does. Whoever the record leaves out costs
no less than its last candidate, so nobody unseen could come in between.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec.structs import replace

from squad.services.routing import contest, costs, plan
from squad.services.routing.costs import Array
from squad.services.routing.model import Candidate, Decision, Lack, Seen
from squad.services.routing.policy import Policy

Kind = Literal[
    "nearer", "sooner", "longer", "rating", "skill", "lighter", "language", "known", "weight",
    "declined",
]  # fmt: skip
STEPS: Mapping[str, float] = {"rating": 0.1, "weight": 0.1}  # of the unit; else 1
FARTHEST = 480  # steps looked at: minutes
HEAVIEST, LIGHTEST = 20, -10  # steps of a weight: from thrice as heavy to nothing
SLACK = 2.0  # a change may do so much more than its term alone: others' delays, another place
SHOWN = 4  # flips of one person
PARTS = 8  # of a range that are looked at in one go
POINTS = 513  # on the way to the job
_WEIGHTS: Mapping[str, str] = {
    "waiting": "waiting",
    "breach": "breach",
    "lateness": "lateness",
    "rework": "rework_min",
    "overtime": "overtime",
    "continuity": "continuity_min",
    "fairness": "fairness_min",
}
"""Terms that a single weight makes, and that nobody's eligibility depends on."""


class Flip(msgspec.Struct, frozen=True):
    """One change that makes a loser the choice; with one step less they are not.

    steps: minutes nearer, sooner free or longer on shift; tenths of rating; levels; tenths that
    a weight is multiplied with, up or down; else 1. name: of the skill, ticket, language, term,
    or of the cheaper candidates, by ids with a comma, who would have to decline.
    """

    consultant: str
    kind: Kind
    steps: int = 1
    name: str = ""

    @property
    def by(self) -> float:
        """The change in its unit."""
        return round(self.steps * STEPS.get(self.kind, 1.0), 1)


def flips(decision: Decision, policy: Policy, *, most: int = SHOWN) -> tuple[Flip, ...]:
    """This will find what would have made each losing candidate the choice.

    policy: the version that the record names. most: of one person. Weights are tried for the
    runner-up only, and only where the record has everybody who was eligible: a weight changes
    all costs.

    Raises:
        ValueError: another version of the policy.
    """
    if policy.version != decision.policy:
        raise ValueError(f"policy: decided under version {decision.policy}")
    searches = [
        one for loser in decision.candidates[1:] for one in _searches(decision, policy, loser)
    ]
    searches += _weights(decision)
    _run(decision, policy, searches)
    found: list[Flip] = []
    ids = [candidate.consultant for candidate in decision.candidates]
    for index, who in enumerate(ids[1:], 1):
        own = [one.found for one in searches if one.most.consultant == who]
        found += [flip for flip in own if flip is not None][: most - 1]
        found.append(Flip(who, "declined", 1, ",".join(ids[:index])))
    return tuple(found)


def needs(decision: Decision) -> tuple[tuple[str, tuple[Lack, ...]], ...]:
    """This will tell who was nearly eligible, and all that would have had to be otherwise."""
    return tuple((miss.consultant, miss.lacks) for miss in decision.near)


def apply(decision: Decision, policy: Policy, flip: Flip) -> tuple[Decision, Policy]:
    """This will change the record, or the policy, as a flip says. Raises KeyError: not in it."""
    loser = next((c for c in decision.candidates if c.consultant == flip.consultant), None)
    if loser is None:
        raise KeyError(flip.consultant)
    if flip.kind == "declined":
        gone = flip.name.split(",") if flip.steps else []
        left = tuple(c for c in decision.candidates if c.consultant not in gone)
        return replace(decision, candidates=left), policy
    if flip.kind == "weight":
        field = _WEIGHTS[flip.name]
        scaled = _scaled(getattr(policy, field), 1.0 + flip.by)
        return decision, replace(policy, **{field: scaled})
    if flip.kind == "known":
        previous = flip.consultant if flip.steps else decision.job.previous
        return replace(decision, job=replace(decision.job, previous=previous)), policy
    seen = _SEEN[flip.kind](decision, policy, loser.seen, flip) if flip.steps else loser.seen
    changed = replace(loser, seen=seen)
    others = (changed if c is loser else c for c in decision.candidates)
    return replace(decision, candidates=tuple(others)), policy


class _Search:
    """Looks for the smallest number of steps, where the largest flips: by eighths."""

    def __init__(self, most: Flip) -> None:
        self.most = most
        self._least = 0
        self._enough = abs(most.steps)
        self._known = False

    def tries(self) -> list[Flip]:
        """This will give the changes to try next; none: it is found, or there is none."""
        if not self._known:
            return [self.most] if self.most.steps else []
        gap = self._enough - self._least
        parts = PARTS if self.most.kind in _SEEN else 2  # the others are costed one by one
        middle = {self._least + gap * part // parts for part in range(1, parts)} - {self._least}
        sign = 1 if self.most.steps > 0 else -1
        return [replace(self.most, steps=sign * steps) for steps in sorted(middle)]

    def learn(self, tried: Sequence[Flip], won: Sequence[bool]) -> None:
        """This will take what came of them, in their order."""
        if not self._known:
            self._known = True
            self._enough = self._enough if won[0] else 0
            return
        for flip, flips in zip(tried, won, strict=True):
            if flips:
                self._enough = abs(flip.steps)
                return
            self._least = abs(flip.steps)

    @property
    def found(self) -> Flip | None:
        """The smallest that flips."""
        sign = 1 if self.most.steps > 0 else -1
        return replace(self.most, steps=sign * self._enough) if self._enough else None


def _searches(decision: Decision, policy: Policy, loser: Candidate) -> list[_Search]:
    """All that could be otherwise with somebody, what is easiest to see first."""
    seen, job, who = loser.seen, decision.job, loser.consultant
    gap = loser.cost - decision.cost
    saved = 2 * policy.continuity_min + policy.known_saves * job.service_min
    trip = float(_trips(decision, policy, seen)[0]) - policy.trip_min
    room = sum(5 - need for need in job.skills.values()) - round(seen.surplus * len(job.skills))
    ranges: tuple[tuple[Kind, float, str], ...] = (
        ("nearer", trip if job.mode == "onsite" else 0, ""),
        ("sooner", seen.start, ""),
        ("skill", room, ", ".join(job.skills)),
        ("rating", (5.0 - seen.rating) * 10 + 1e-6, ""),
        ("longer", FARTHEST, ""),
        *(("lighter", 1, stop.ticket) for stop in seen.queue),
        ("language", not seen.speaks, str(job.language or "")),
        ("known", job.previous != who and gap <= SLACK * saved, ""),
    )
    return [
        _Search(Flip(who, kind, min(math.floor(most), FARTHEST), name))
        for kind, most, name in ranges
        if most >= 1
    ]


def _weights(decision: Decision) -> list[_Search]:
    """Weights that could do it: where the two differ enough in the term."""
    if len(decision.candidates) < 2 or decision.eligible > len(decision.candidates):
        return []
    winner, loser = decision.candidates[:2]
    found, gap = [], loser.cost - winner.cost
    for term in _WEIGHTS:
        lead = getattr(winner.terms, term) - getattr(loser.terms, term)
        most = HEAVIEST if lead > 0.0 else LIGHTEST
        if lead * most * STEPS["weight"] * SLACK >= gap > 0.0:
            found.append(_Search(Flip(loser.consultant, "weight", most, term)))
    return found


def _run(decision: Decision, policy: Policy, searches: Sequence[_Search]) -> None:
    """All searches side by side: each round costs all that is tried at once."""
    while tried := [(one, flips) for one in searches if (flips := one.tries())]:
        won = iter(_won(decision, policy, [flip for _, flips in tried for flip in flips]))
        for one, flips in tried:
            one.learn(flips, [next(won) for _ in flips])


def _won(decision: Decision, policy: Policy, flips: Sequence[Flip]) -> list[bool]:
    """Whether each change makes its person the choice."""
    altered, alone = {}, {}
    for index, flip in enumerate(flips):
        changed, weights = apply(decision, policy, flip)
        if flip.kind in _SEEN:
            one = next(c for c in changed.candidates if c.consultant == flip.consultant)
            altered[id(one.seen)] = index, one
        else:
            case = plan.case(changed.job, changed.decided_at, weights)
            ahead = contest.again(case, changed.candidates)[0].consultant
            alone[index] = ahead == flip.consultant
    if altered:
        case = plan.case(decision.job, decision.decided_at, policy)
        best = decision.candidates[0].cost, decision.candidates[0].consultant
        for one in contest.again(case, tuple(one for _, one in altered.values())):
            alone[altered[id(one.seen)][0]] = (one.cost, one.consultant) < best
    return [alone[index] for index in range(len(flips))]


def _way(decision: Decision, seen: Seen) -> tuple[Array, Array]:
    """Points on the straight way from where they set out to the job, degrees."""
    shares, job = np.linspace(0.0, 1.0, POINTS), decision.job
    return (
        seen.latitude + shares * (job.latitude - seen.latitude),
        seen.longitude + shares * (job.longitude - seen.longitude),
    )


def _trips(decision: Decision, policy: Policy, seen: Seen) -> Array:
    """Minutes to the job from each point of the way."""
    place = costs.point(decision.job.latitude, decision.job.longitude)
    km = costs.distance_km(costs.point(*_way(decision, seen)), place[:, None])
    trips: Array = costs.travel(km, policy)
    return trips


def _nearer(decision: Decision, policy: Policy, seen: Seen, flip: Flip) -> Seen:
    """They set out from the point on the way that is so many minutes nearer."""
    trips, (latitudes, longitudes) = _trips(decision, policy, seen), _way(decision, seen)
    wanted = trips[0] - flip.by
    latitude = float(np.interp(wanted, trips[::-1], latitudes[::-1]))
    longitude = float(np.interp(wanted, trips[::-1], longitudes[::-1]))
    return replace(seen, latitude=latitude, longitude=longitude)


def _skilled(decision: Decision, policy: Policy, seen: Seen, flip: Flip) -> Seen:
    return replace(seen, surplus=seen.surplus + flip.steps / len(decision.job.skills))


def _lighter(decision: Decision, policy: Policy, seen: Seen, flip: Flip) -> Seen:
    left = tuple(stop for stop in seen.queue if stop.ticket != flip.name)
    return replace(seen, queue=left, load=seen.load - 1)


_SEEN: Mapping[str, Callable[[Decision, Policy, Seen, Flip], Seen]] = {
    "nearer": _nearer,
    "sooner": lambda _, __, seen, flip: replace(seen, start=seen.start - flip.by),
    "longer": lambda _, __, seen, flip: replace(seen, closes=seen.closes + flip.by),
    "rating": lambda _, __, seen, flip: replace(seen, rating=round(seen.rating + flip.by, 1)),
    "skill": _skilled,
    "lighter": _lighter,
    "language": lambda _, __, seen, ___: replace(seen, speaks=True),
}


def _scaled(weight: Any, factor: float) -> Any:
    if isinstance(weight, tuple):
        return tuple(one * factor for one in weight)
    return weight * factor
