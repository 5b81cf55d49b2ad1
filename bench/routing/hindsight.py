"""How far from the best that hindsight could have done: a day's work, planned by who knew it all.

Usage: .venv/bin/python -m bench.routing.hindsight [--seeds 2] [--rounds 4000]

The clairvoyant knows every ticket, drive and illness of the day in advance, starts from what our
engine did, and improves it by ruin and recreate (large neighbourhood search). Nothing is proven:
the true optimum is at most as dear, the figure is a bound for what a day could have cost. On tiny
instances (`tiny`) every assignment and order is tried, so that the optimum is proven.
"""

import argparse
import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from random import Random

import msgspec
from bench.routing.quality import PLACES

from squad.apps.whatif.generate import Size, scenario
from squad.apps.whatif.score import cost
from squad.services.routing import wire
from squad.services.routing.desk import Desk
from squad.services.routing.policy import DEFAULT
from squad.services.routing.scene import (
    Course,
    Demand,
    Scenario,
    Turn,
    distance,
    drive,
    driving,
    labour,
    lot,
    surplus,
)
from squad.services.routing.simulate import Simulation

Plan = dict[int, tuple[str, ...]]
"""Tickets in order by turn of somebody."""


class Clairvoyant:
    """A scenario with everything known: costs a turn's tickets in an order, and improves plans."""

    def __init__(self, world: Scenario) -> None:
        self.world = world
        self.people = {one.id: one for one in world.people}
        self.turns = world.turns
        self.demand = {one.created.id: one for one in world.demand}
        self.able = {id: self._able(one) for id, one in self.demand.items()}
        self._known: dict[tuple[int, tuple[str, ...]], float] = {}

    def _able(self, one: Demand) -> list[int]:
        """Turns in which somebody could do it."""
        return [
            index
            for index, turn in enumerate(self.turns)
            if turn.ends > one.created.now and fits(self.people[turn.consultant], one.created)
            and lot(one.created.id, turn.consultant, one.doubt) >= self.world.declines
        ]  # fmt: skip

    def cost(self, index: int, tickets: tuple[str, ...]) -> float:
        """This will cost a turn, minutes; infinite: something would begin after its end."""
        key = index, tickets
        if key not in self._known:
            if len(self._known) > 2_000_000:
                self._known.clear()
            self._known[key] = self._cost(self.turns[index], tickets)
        return self._known[key]

    def _cost(self, turn: Turn, tickets: tuple[str, ...]) -> float:
        facts = self.people[turn.consultant]
        now, place, total = turn.start, (facts.lat, facts.lon), 0.0
        for id in tickets:
            one = self.demand[id]
            now = max(now, one.created.now)
            if now >= turn.ends:
                return math.inf
            minutes = drive(self.world, place, one, now)
            course = Course(one, facts.id, now + minutes, 0.0, minutes, labour(facts, one))
            course.surplus, course.rating = surplus(facts, one.created), facts.rating
            now = course.start + course.work
            course.overtime = max(0.0, now - max(turn.ends, course.start))
            total += cost(course, DEFAULT, self.world.until)
            if one.created.mode == "onsite":
                place = one.created.lat, one.created.lon
        return total

    def total(self, plan: Plan) -> float:
        """This will cost a whole plan."""
        return sum(self.cost(index, tickets) for index, tickets in plan.items())

    def improve(self, plan: Plan, rounds: int, seed: int) -> Plan:
        """This will ruin and recreate, and keep what is better (or, early on, hardly worse)."""
        dice = Random(seed)
        current = best = dict(plan)
        value = least = self.total(plan)
        for turn in range(rounds):
            heat = 0.003 * value * (1.0 - turn / rounds) ** 2
            changed = self._recreate(*self._ruin(current, dice), dice)
            if changed is None:
                continue
            new = self.total(changed)
            if new < value - heat * math.log(max(dice.random(), 1e-12)):
                current, value = changed, new
                if value < least - 1e-6:
                    best, least = dict(changed), value
        return best

    def _ruin(self, plan: Plan, dice: Random) -> tuple[Plan, list[str]]:
        """Takes out tickets near one another in place and time."""
        placed = [id for tickets in plan.values() for id in tickets]
        seed = self.demand[dice.choice(placed)].created
        span, number = dice.uniform(5.0, 60.0), dice.randint(2, 9)

        def apart(id: str) -> float:
            one = self.demand[id].created
            km = distance((seed.lat, seed.lon), (one.lat, one.lon))
            return km + abs(one.now - seed.now) / span * 10.0 + dice.uniform(0.0, 15.0)

        gone = set(sorted(placed, key=apart)[:number])
        left = {i: tuple(id for id in tickets if id not in gone) for i, tickets in plan.items()}
        return left, sorted(gone)

    def _recreate(self, plan: Plan, gone: list[str], dice: Random) -> Plan | None:
        """Puts them back where each costs least, in an order by chance."""
        dice.shuffle(gone)
        for id in gone:
            found = None
            for index in self.able[id]:
                before, tickets = self.cost(index, plan[index]), plan[index]
                for place in range(len(tickets) + 1):
                    longer = (*tickets[:place], id, *tickets[place:])
                    more = self.cost(index, longer) - before
                    if found is None or more < found[0]:
                        found = more, index, longer
            if found is None or found[0] == math.inf:
                return None
            plan[found[1]] = found[2]
        return plan


def fits(facts: wire.UserUpserted, created: wire.TicketCreated) -> bool:
    """This will tell whether somebody breaks no constraint of a ticket that lasts."""
    if created.language not in facts.languages:
        return False
    if any(facts.skills.get(name, 0) < level for name, level in created.skills.items()):
        return False
    if created.mode == "remote":
        return True
    km = distance((facts.lat, facts.lon), (created.lat, created.lon)) * 1.3
    return facts.country == created.country and 4.0 + driving(km) <= facts.max_travel_min


def done(run: Simulation) -> Plan:
    """This will read what a run did, turn by turn; what was never begun comes last somewhere."""
    plan: Plan = dict.fromkeys(range(len(run.scenario.turns)), ())
    for course in sorted(run.finished(), key=lambda one: one.start):
        index = next(
            i for i, turn in enumerate(run.scenario.turns)
            if turn.consultant == course.consultant and course.start - course.travel < turn.ends
        )  # fmt: skip
        plan[index] += (course.demand.created.id,)
    return plan


def day(seed: int, rounds: int) -> tuple[int, float, float, float]:
    """This will compare a day: tickets, ours, hindsight (per ticket), their ratio."""
    world = scenario(PLACES, Size(consultants=40, tickets=150, days=1, seed=seed))
    run = Simulation(world, Desk()).run()
    ours = [cost(one, DEFAULT, world.until) for one in run.courses.values()]
    clairvoyant = Clairvoyant(world)
    best = clairvoyant.improve(done(run), rounds, seed)
    hindsight = clairvoyant.total(best) / len(ours)
    return len(ours), statistics.mean(ours), hindsight, statistics.mean(ours) / hindsight


def tiny(seed: int, tickets: int = 6, people: int = 3) -> float:
    """This will give our cost over the proven optimum, everything known at once."""
    world = _small(seed, tickets, people)
    run = Simulation(world, Desk()).run()
    exact = Clairvoyant(world)
    names = tuple(sorted(exact.demand))
    best = _partition(exact, names, len(world.turns))
    ours = sum(cost(one, DEFAULT, world.until) for one in run.courses.values())
    return ours / best


def _small(seed: int, tickets: int, people: int) -> Scenario:
    """A few people and tickets in one town, all at nine in the morning; nothing by chance."""
    world = scenario(PLACES, Size(consultants=40, tickets=600, days=1, seed=seed))
    able = world.people[:people]
    skills = {"network": 3}
    staff = tuple(msgspec.structs.replace(one, skills=skills, languages=("en",)) for one in able)
    home = staff[0]
    near = [
        one for one in world.demand
        if distance((home.lat, home.lon), (one.created.lat, one.created.lon)) < 60.0
    ][:tickets]  # fmt: skip
    begin = 540.0
    demand = tuple(
        Demand(
            msgspec.structs.replace(
                one.created, now=begin, due=begin + one.created.due - one.created.now,
                skills={"network": 2}, language="en", country=home.country,
            )
        )
        for one in near
    )  # fmt: skip
    turns = tuple(Turn(one.id, begin - 30.0, begin + 600.0, begin + 600.0) for one in staff)
    return Scenario(
        people=staff, turns=turns, demand=demand, declines=0.0, answer=0.0, until=begin + 1_500.0
    )


def _partition(exact: Clairvoyant, names: tuple[str, ...], turns: int) -> float:
    """The least cost over all ways to share out the tickets, each share in its best order."""
    shares = list(itertools.chain.from_iterable(
        itertools.combinations(names, n) for n in range(len(names) + 1)
    ))  # fmt: skip
    least: dict[tuple[int, frozenset[str]], float] = {}
    for index in range(turns):
        for share in shares:
            orders = itertools.permutations(share)
            least[index, frozenset(share)] = min(exact.cost(index, order) for order in orders)
    best: Mapping[frozenset[str], float] = {frozenset(): 0.0}
    for index in range(turns):
        best = _join(best, index, least, shares)
    return best[frozenset(names)]


def _join(
    best: Mapping[frozenset[str], float], index: int,
    least: Mapping[tuple[int, frozenset[str]], float], shares: Sequence[tuple[str, ...]],
) -> dict[frozenset[str], float]:  # fmt: skip
    joined: dict[frozenset[str], float] = {}
    for had, value in best.items():
        for share in map(frozenset, shares):
            if not had & share:
                both = had | share
                joined[both] = min(joined.get(both, math.inf), value + least[index, share])
    return joined


def main() -> None:
    """Print both comparisons."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4000)
    parser.add_argument("--tiny", type=int, default=20)
    options = parser.parse_args()
    ratios = [tiny(seed) for seed in range(1, options.tiny + 1)]
    print(f"tiny: {len(ratios)} instances of 6 tickets and 3 people, optimum proven by trying all")
    print(
        f"  ours / optimum: mean {statistics.mean(ratios):.3f}, worst {max(ratios):.3f},"
        f" optimal {sum(r < 1.0005 for r in ratios)}"
    )
    for seed in range(1, options.seeds + 1):
        tickets, ours, best, ratio = day(seed, options.rounds)
        print(
            f"day {seed}: {tickets} tickets, ours {ours:.1f}, hindsight {best:.1f} minutes a"
            f" ticket, ratio {ratio:.3f}"
        )


if __name__ == "__main__":
    main()
