"""A world in which a router can be tried: people drive, work, decline and fall ill.

The world obeys the commands of ROUTER-PROTOCOL.md and tells its events. It draws nothing: all
chance is in the scenario, so that two routers meet the same world, and one router twice the same
fate. Times are minutes since Monday 00:00 UTC, places degrees.
"""

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from squad.services.routing import wire
from squad.services.routing.scene import (
    DOOR,
    Course,
    Demand,
    Scenario,
    Turn,
    Worker,
    between,
    distance,
    drive,
    driving,
    labour,
    lot,
    surplus,
)

__all__ = ("DOOR", "Course", "Demand", "Scenario", "Simulation", "Turn", "distance", "driving")
ROUND = 720  # min between calls of `tell`


class Router(Protocol):
    """Whatever answers events with commands."""

    def handle(self, event: wire.Happening) -> Sequence[wire.Command]:
        """This will tell what to do now."""


class Violation(Exception):
    """A command that the world cannot obey."""


class Simulation:
    """One run of a scenario. `courses` tells what became of each ticket."""

    def __init__(self, scenario: Scenario, router: Router) -> None:
        self.scenario = scenario
        self.router = router
        self.courses = {one.created.id: Course(one) for one in scenario.demand}
        self.workers = {
            one.id: Worker(one, (one.lat, one.lon), [], set()) for one in scenario.people
        }
        self.violations: list[str] = []
        self.events = 0
        self._holder: dict[str, str] = {}
        self._refused: dict[str, set[str]] = {}
        self._agenda: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = 0
        self._now = 0.0

    def run(self, tell: Callable[[float], None] = lambda share: None) -> "Simulation":
        """This will let the world run to its end. tell: hears the share that is done."""
        for person in self.scenario.people:
            self._send(person)
        for turn in self.scenario.turns:
            self._at(max(0.0, turn.start - 1440.0), self._plan, turn)
            self._at(turn.start, self._begin, turn)
            self._at(turn.ends, self._end, turn)
        for one in self.scenario.demand:
            self._at(one.created.now, self._create, one)
        self._at(1.0, self._tick)
        told = 0.0
        while self._agenda and self._agenda[0][0] <= self.scenario.until:
            self._now, _, action, arguments = heapq.heappop(self._agenda)
            if self._now >= told:
                tell(self._now / self.scenario.until)
                told += ROUND
            action(*arguments)
        return self

    def _at(self, moment: float, action: Callable[..., None], *arguments: Any) -> None:
        self._number += 1
        heapq.heappush(self._agenda, (moment, self._number, action, arguments))

    # What happens by itself

    def _tick(self) -> None:
        self._send(wire.Tick(now=self._now))
        self._at(self._now + 1.0, self._tick)

    def _plan(self, turn: Turn) -> None:
        self._send(
            wire.ShiftPlanned(now=self._now, id=turn.consultant, start=turn.start, end=turn.end)
        )

    def _begin(self, turn: Turn) -> None:
        worker = self.workers[turn.consultant]
        worker.on, worker.closes = True, turn.end
        worker.paid += turn.ends - turn.start
        self._send(wire.ShiftStarted(now=self._now, id=turn.consultant))
        for ticket in list(worker.queue):
            self._ask(ticket, turn.consultant)

    def _end(self, turn: Turn) -> None:
        worker = self.workers[turn.consultant]
        worker.on = False
        if worker.phase == "idle":
            worker.place = worker.facts.lat, worker.facts.lon
        self._send(wire.ShiftEnded(now=self._now, id=turn.consultant))
        for ticket in list(worker.queue):
            if self._holder.get(ticket) == turn.consultant and ticket in worker.queue:
                self._drop(ticket)
                self._send(wire.TicketReleased(now=self._now, id=ticket, by=turn.consultant))

    def _create(self, one: Demand) -> None:
        self._send(one.created)

    # What people do

    def _ask(self, ticket: str, consultant: str) -> None:
        """An offer: answered a little later by who is on shift."""
        draw = lot(ticket, consultant, self.courses[ticket].demand.doubt)
        self._at(self._now + self.scenario.answer * (0.2 + 1.6 * draw), self._answer,
                 ticket, consultant, draw)  # fmt: skip

    def _answer(self, ticket: str, consultant: str, draw: float) -> None:
        worker = self.workers[consultant]
        if self._holder.get(ticket) != consultant or not worker.on or ticket in worker.accepted:
            return
        if ticket not in worker.queue:
            return
        if draw < self.scenario.declines:
            self._drop(ticket)
            self._refused.setdefault(ticket, set()).add(consultant)
            self._send(wire.TicketDeclined(now=self._now, id=ticket, by=consultant))
        else:
            worker.accepted.add(ticket)
            self._send(wire.TicketAccepted(now=self._now, id=ticket, by=consultant))
            self._go(consultant)

    def _go(self, consultant: str) -> None:
        """Who is free sets out to the head of their queue, once they have accepted it."""
        worker = self.workers[consultant]
        if worker.phase != "idle" or not worker.on or not worker.queue:
            return
        ticket = worker.queue[0]
        if ticket not in worker.accepted:
            return
        worker.queue.pop(0)
        course = self.courses[ticket]
        minutes = drive(self.scenario, worker.place, course.demand, self._now)
        worker.phase, worker.ticket = "travelling", ticket
        worker.origin, worker.departed, worker.arrives = (
            worker.place,
            self._now,
            self._now + minutes,
        )
        worker.trip += 1
        self._at(worker.arrives, self._arrive, consultant, worker.trip)
        self._send(wire.TicketStarted(now=self._now, id=ticket, by=consultant, eta=worker.arrives))

    def _arrive(self, consultant: str, trip: int) -> None:
        worker = self.workers[consultant]
        if worker.trip != trip or worker.phase != "travelling":
            return
        course = self.courses[worker.ticket]
        created = course.demand.created
        self._count(worker, course, 1.0)
        if created.mode == "onsite":
            worker.place = created.lat, created.lon
        worker.phase = "working"
        course.start, course.consultant = self._now, consultant
        course.surplus, course.rating = surplus(worker.facts, created), worker.facts.rating
        course.work = labour(worker.facts, course.demand)
        done = self._now + course.work
        closes = worker.closes if worker.on else self._now
        course.overtime = max(0.0, done - max(closes, self._now))
        worker.busy += course.work
        self._at(done, self._close, consultant)

    def _count(self, worker: Worker, course: Course, share: float) -> None:
        created = course.demand.created
        if created.mode == "onsite":
            km = distance(worker.origin, (created.lat, created.lon)) * course.demand.road
            course.km += km * share
            minutes = (worker.arrives - worker.departed) * share
            course.travel += minutes
            worker.busy += minutes

    def _close(self, consultant: str) -> None:
        worker = self.workers[consultant]
        ticket, worker.ticket, worker.phase = worker.ticket, "", "idle"
        self._holder.pop(ticket, None)
        self._send(wire.TicketClosed(now=self._now, id=ticket, by=consultant))
        if not worker.on:
            worker.place = worker.facts.lat, worker.facts.lon
        self._go(consultant)

    # What the router commands

    def _send(self, event: wire.Happening) -> None:
        self.events += 1
        touched = []
        for command in self.router.handle(event):
            try:
                touched.append(self._obey(command))
            except Violation as violation:
                self.violations.append(f"{self._now:.1f} {command}: {violation}")
        for consultant in touched:
            self._go(consultant)

    def _obey(self, command: wire.Command) -> str:
        if isinstance(command, wire.Assign):
            return self._assign(command)
        if isinstance(command, wire.Divert):
            return self._divert(command.consultant)
        holder = self._holder.get(command.ticket)
        if holder is None or command.ticket not in self.workers[holder].queue:
            raise Violation("not in a queue")
        self._drop(command.ticket)
        self.courses[command.ticket].moves += 1
        return holder

    def _assign(self, command: wire.Assign) -> str:
        worker, ticket = self.workers[command.consultant], command.ticket
        course = self.courses[ticket]
        if self._holder.get(ticket) is not None:
            raise Violation("is assigned already")
        if reason := self._breaks(worker, course.demand.created):
            raise Violation(reason)
        place = command.position
        if place is None:
            dues = [self.courses[one].demand.created.due for one in worker.queue]
            place = sum(due <= course.demand.created.due for due in dues)
        worker.queue.insert(place, ticket)
        self._holder[ticket] = command.consultant
        course.offers += 1
        if worker.on:
            self._ask(ticket, command.consultant)
        return command.consultant

    def _breaks(self, worker: Worker, created: wire.TicketCreated) -> str:
        """The hard constraint that an assignment breaks, or nothing."""
        facts = worker.facts
        if any(facts.skills.get(name, 0) < level for name, level in created.skills.items()):
            return "skill"
        if created.language is not None and created.language not in facts.languages:
            return "language"
        if facts.id in self._refused.get(created.id, ()):
            return "declined"
        if len(worker.queue) >= 24:
            return "capacity"
        if created.mode == "onsite":
            if facts.country != created.country:
                return "country"
            km = distance((facts.lat, facts.lon), (created.lat, created.lon)) * 1.3
            if DOOR + driving(km) > facts.max_travel_min + 1e-6:
                return "travel"
        return ""

    def _divert(self, consultant: str) -> str:
        worker = self.workers[consultant]
        if worker.phase != "travelling" or worker.arrives <= self._now:
            raise Violation("is not on the way")
        course = self.courses[worker.ticket]
        share = (self._now - worker.departed) / (worker.arrives - worker.departed)
        self._count(worker, course, share)
        created = course.demand.created
        if created.mode == "onsite":
            worker.place = between(worker.origin, (created.lat, created.lon), share)
        worker.queue.insert(0, worker.ticket)
        worker.phase, worker.ticket = "idle", ""
        worker.trip += 1
        return consultant

    def _drop(self, ticket: str) -> None:
        worker = self.workers[self._holder.pop(ticket)]
        worker.queue.remove(ticket)
        worker.accepted.discard(ticket)

    def finished(self) -> Iterator[Course]:
        """This will give the tickets whose work began."""
        return (course for course in self.courses.values() if course.start < math.inf)
