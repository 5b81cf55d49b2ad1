"""What a run was worth: promises kept, minutes paid, km driven, and how evenly."""

import math
from collections.abc import Sequence

import msgspec

from squad.services.routing.policy import DEFAULT, Policy
from squad.services.routing.simulate import Course, Simulation


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A run in figures, each per ticket unless it says otherwise.

    cost: minutes of paid consultant time, weighed as the default policy does. missed: share of
    promises broken; by_priority: the same for P1 to P4. wait: minutes until work starts. km: on
    the road. overtime: minutes. moves: unasked changes of hands. gini: of the share of
    their paid time that consultants were busy, 0 is even. unserved: tickets never begun.
    """

    tickets: int
    cost: float
    missed: float
    by_priority: tuple[float, float, float, float]
    wait: float
    travel: float
    work: float
    km: float
    overtime: float
    moves: float
    utilisation: float
    gini: float
    unserved: int
    violations: int


def score(run: Simulation, policy: Policy = DEFAULT) -> Score:
    """This will weigh a finished run. policy: the yardstick, the same for all runs compared."""
    courses = list(run.courses.values())
    number = max(len(courses), 1)
    loads = [one.busy / one.paid for one in run.workers.values() if one.paid > 0]
    broken = [_late(one) for one in courses]

    def mean(values: Sequence[float]) -> float:
        return sum(values) / number

    return Score(
        tickets=len(courses),
        cost=mean([cost(one, policy, run.scenario.until) for one in courses]),
        missed=mean(broken),
        by_priority=_by_priority(courses),
        wait=mean([_begun(one, run.scenario.until) - one.demand.created.now for one in courses]),
        travel=mean([one.travel for one in courses]),
        work=mean([one.work for one in courses]),
        km=mean([one.km for one in courses]),
        overtime=mean([one.overtime for one in courses]),
        moves=mean([float(one.moves) for one in courses]),
        utilisation=sum(loads) / max(len(loads), 1),
        gini=gini(loads),
        unserved=sum(one.start == math.inf for one in courses),
        violations=len(run.violations),
    )


def cost(course: Course, policy: Policy, until: float) -> float:
    """This will cost what became of a ticket, in minutes of paid time (DESIGN §6)."""
    created, start = course.demand.created, _begun(course, until)
    index = created.priority - 1
    chance = (
        policy.rework_chance
        - policy.rework_level * course.surplus
        - policy.rework_rating * (course.rating - 4.0)
    )
    late = max(0.0, start - created.due)
    return (
        course.travel
        + course.work
        + policy.rework_min * min(1.0, max(0.0, chance))
        + policy.waiting[index] * (start - created.now)
        + policy.breach[index] * policy.tiers.of(created.tier) * _late(course)
        + policy.lateness[index] * late
        + policy.overtime * course.overtime
    )


def gini(values: Sequence[float]) -> float:
    """This will tell how uneven values are: 0 all the same, near 1 one has it all."""
    ranked = sorted(values)
    number, total = len(ranked), sum(ranked)
    if not total:
        return 0.0
    ranks = sum((2 * rank - number - 1) * value for rank, value in enumerate(ranked, 1))
    return ranks / (number * total)


def _begun(course: Course, until: float) -> float:
    return min(course.start, until)


def _late(course: Course) -> float:
    return float(course.start > course.demand.created.due)


def _by_priority(courses: Sequence[Course]) -> tuple[float, float, float, float]:
    shares = []
    for priority in (1, 2, 3, 4):
        mine = [_late(one) for one in courses if one.demand.created.priority == priority]
        shares.append(sum(mine) / max(len(mine), 1))
    return shares[0], shares[1], shares[2], shares[3]
