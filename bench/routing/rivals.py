"""The rules that helpdesks and dispatch systems use today, driven like ours."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from random import Random

import msgspec

from squad.services.routing import wire
from squad.services.routing.simulate import DOOR, distance, driving

LOOK_AHEAD = 60.0  # min to the next shift
AGAIN = 5.0  # min between looks at waiting tickets


class Person(msgspec.Struct):
    """What a rule knows of a consultant."""

    facts: wire.UserUpserted
    shifts: list[tuple[float, float]]
    queue: list[str]
    doing: str = ""
    place: tuple[float, float] = (0.0, 0.0)


class Rival(ABC):
    """Gives each ticket once, when it comes or when somebody can take it, at the queue's end."""

    name = ""

    def __init__(self, seed: int = 1) -> None:
        self.people: dict[str, Person] = {}
        self.jobs: dict[str, wire.TicketCreated] = {}
        self.refused: dict[str, set[str]] = {}
        self.waiting: set[str] = set()
        self.able: dict[str, list[Person]] = {}
        self.dice = Random(seed)
        self.turn = 0
        self.now = 0.0

    def handle(self, event: wire.Happening) -> list[wire.Command]:
        """This will answer an event."""
        self.now = event.now
        match event:
            case wire.UserUpserted():
                self.people[event.id] = Person(event, [], [], "", (event.lat, event.lon))
            case wire.ShiftPlanned():
                self.people[event.id].shifts.append((event.start, event.end))
            case wire.ShiftEnded():
                one = self.people[event.id]
                one.shifts = [(s, e) for s, e in one.shifts if s > event.now]
                one.place = one.facts.lat, one.facts.lon
            case wire.TicketCreated():
                self.jobs[event.id] = event
                return self.route([event.id])
            case wire.TicketDeclined() | wire.TicketTimedOut():
                self.refused.setdefault(event.id, set()).add(event.by)
                self.people[event.by].queue.remove(event.id)
                return self.route([event.id])
            case wire.TicketReleased():
                self.people[event.by].queue.remove(event.id)
                return self.route([event.id])
            case wire.TicketStarted():
                self.people[event.by].queue.remove(event.id)
                self.people[event.by].doing = event.id
            case wire.TicketClosed():
                one, job = self.people[event.by], self.jobs.pop(event.id)
                one.doing = ""
                if job.mode == "onsite":
                    one.place = job.lat, job.lon
            case wire.Tick() if event.now % AGAIN == 0:
                return self.route(sorted(self.waiting, key=lambda id: self.jobs[id].priority))
            case _:
                pass
        return []

    def route(self, tickets: Iterable[str]) -> list[wire.Command]:
        """This will give each ticket to whom the rule prefers."""
        found: list[wire.Command] = []
        for ticket in tickets:
            job = self.jobs[ticket]
            if ticket not in self.able:
                self.able[ticket] = [one for one in self.people.values() if self.can(one, job)]
            able = [one for one in self.able[ticket] if self.free(one, ticket)]
            if not able:
                self.waiting.add(ticket)
                continue
            self.waiting.discard(ticket)
            best = self.pick(able, job)
            best.queue.append(ticket)
            found.append(wire.Assign(ticket, best.facts.id, len(best.queue) - 1))
        return found

    def free(self, one: Person, ticket: str) -> bool:
        """Whether somebody who can do it has room, and the shift has begun or soon will."""
        if one.facts.id in self.refused.get(ticket, ()) or len(one.queue) >= 24:
            return False
        return any(s - LOOK_AHEAD <= self.now < e for s, e in one.shifts)

    def can(self, one: Person, job: wire.TicketCreated) -> bool:
        """Whether somebody has what the ticket needs, at any time."""
        facts = one.facts
        if any(facts.skills.get(name, 0) < level for name, level in job.skills.items()):
            return False
        if job.language not in (None, *facts.languages):
            return False
        if job.mode == "remote":
            return True
        if facts.country != job.country:
            return False
        return self.minutes((facts.lat, facts.lon), job) <= facts.max_travel_min

    def minutes(self, place: tuple[float, float], job: wire.TicketCreated) -> float:
        """Minutes of travel as planned."""
        if job.mode == "remote":
            return 0.0
        return DOOR + driving(distance(place, (job.lat, job.lon)) * 1.3)

    def load(self, one: Person) -> int:
        """Tickets that somebody has."""
        return len(one.queue) + bool(one.doing)

    @abstractmethod
    def pick(self, able: list[Person], job: wire.TicketCreated) -> Person:
        """The rule."""


class Chance(Rival):
    """Anybody who can."""

    name = "random"

    def pick(self, able: list[Person], job: wire.TicketCreated) -> Person:
        """Anybody."""
        return self.dice.choice(able)


class RoundRobin(Rival):
    """Who has waited longest for a turn."""

    name = "round robin"

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.last: dict[str, int] = {}

    def pick(self, able: list[Person], job: wire.TicketCreated) -> Person:
        """The next in turn."""
        self.turn += 1
        best = min(able, key=lambda one: (self.last.get(one.facts.id, 0), one.facts.id))
        self.last[best.facts.id] = self.turn
        return best


class LeastLoaded(Rival):
    """Who has fewest open tickets."""

    name = "least loaded"

    def pick(self, able: list[Person], job: wire.TicketCreated) -> Person:
        """The least loaded; by chance among equals."""
        least = min(self.load(one) for one in able)
        return self.dice.choice([one for one in able if self.load(one) == least])


class NearestIdle(Rival):
    """The nearest of those who are free, else the least loaded of the nearest."""

    name = "nearest idle"

    def pick(self, able: list[Person], job: wire.TicketCreated) -> Person:
        """Fewest tickets first where nobody is free; nearest by where they are now."""
        return min(able, key=lambda one: (self.load(one), self.minutes(one.place, job),
                                          one.facts.id))  # fmt: skip


class Weighted(Rival):
    """A score of nearness, load, skill and rating, as commercial systems have it."""

    name = "weighted score"

    def pick(self, able: list[Person], job: wire.TicketCreated) -> Person:
        """The best score."""

        def score(one: Person) -> float:
            near = 1.0 - min(1.0, self.minutes(one.place, job) / 120.0)
            free = 1.0 - min(1.0, self.load(one) / 5.0)
            skill = [one.facts.skills[name] / 5.0 for name in job.skills] or [0.5]
            known = one.facts.id == job.previous
            return (0.4 * near + 0.3 * free + 0.15 * sum(skill) / len(skill)
                    + 0.1 * one.facts.rating / 5.0 + 0.05 * known)  # fmt: skip

        return max(able, key=lambda one: (score(one), one.facts.id))


RIVALS = (Chance, RoundRobin, LeastLoaded, NearestIdle, Weighted)
