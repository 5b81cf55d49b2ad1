"""The dispatcher's desk: what happens comes in, what is to be done goes out."""

import heapq
import math
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from squad.services.routing import choose, intake, preempt, relocate, wire
from squad.services.routing.hours import merge
from squad.services.routing.intake import EPOCH, moment
from squad.services.routing.model import Job, Span
from squad.services.routing.pace import Pace, paced
from squad.services.routing.policy import DEFAULT, Policy
from squad.services.routing.preempt import Trip
from squad.services.routing.roster import Roster
from squad.services.routing.stakes import Stakes

UNPLANNED = 8 * 3600.0  # s that somebody works who starts without a plan
REVIEW = 30  # min between looks at all work that waits
MOST = 3  # pieces of work that somebody who has time takes over at once
ASKED = 5  # that are looked at for each of them
PASS = 5  # min between looks at all work that could move


__all__ = ("EPOCH", "Desk", "Unknown")


class Unknown(Exception):
    """An event names somebody or something that was never told."""


class Desk:
    """Consultants, their plans and the open tickets; everything is decided on here.

    It reads no clock: time comes with the events. The same events give the same commands.
    """

    def __init__(self, policy: Policy = DEFAULT) -> None:
        self.policy = policy = intake.policy(policy)
        self.roster = Roster()
        self.jobs: dict[str, Job] = {}
        self.waiting: set[str] = set()
        self.trips: dict[str, Trip] = {}
        self.moved: dict[str, int] = {}
        self.pace = Pace()
        self.stakes = Stakes(self.roster, policy)
        self._seen: dict[str, float] = {}
        self._now = EPOCH
        self._ticks = 0
        self._soon: list[tuple[float, str]] = []
        self._commands: list[wire.Command] = []
        self._actions: dict[type[wire.Event], Callable[[Any], None]] = {
            wire.UserUpserted: self._upsert,
            wire.ShiftPlanned: self._plan,
            wire.ShiftStarted: self._begin,
            wire.ShiftEnded: self._end,
            wire.TicketCreated: self._create,
            wire.TicketAccepted: self._accept,
            wire.TicketDeclined: self._decline,
            wire.TicketTimedOut: self._decline,
            wire.TicketReleased: self._release,
            wire.TicketStarted: self._start,
            wire.TicketClosed: self._close,
            wire.Tick: self._tick,
        }

    def handle(self, event: wire.Happening) -> list[wire.Command]:
        """This will take note of an event and tell what to do.

        Raises:
            Unknown: an id that was never told.
            ValueError: a field is out of its bounds.
        """
        self._know(event)
        self._now = max(self._now, moment(event.now))
        self._commands = []
        self._actions[type(event)](event)
        return self._commands

    def _know(self, event: wire.Happening) -> None:
        person = event.by if isinstance(event, wire.Step) else ""
        if isinstance(event, (wire.ShiftPlanned, wire.ShiftStarted, wire.ShiftEnded)):
            person = event.id
        if person and person not in self.roster:
            raise Unknown(f"{type(event).__name__}: no such consultant: {person!r}")
        if isinstance(event, wire.Step) and event.id not in self.jobs:
            raise Unknown(f"{type(event).__name__}: no such open ticket: {event.id!r}")

    # People

    def _upsert(self, event: wire.UserUpserted) -> None:
        known = self.roster.consultant(event.id).shifts if event.id in self.roster else ()
        self.roster.advance(self._now)
        self.roster.put(intake.consultant(event, known))

    def _plan(self, event: wire.ShiftPlanned) -> None:
        span = moment(event.start), moment(event.end)
        self._reshift(event.id, lambda shifts: merge((*shifts, span)))
        heapq.heappush(self._soon, (span[0] - self.policy.look_ahead_min * 60.0, event.id))

    def _begin(self, event: wire.ShiftStarted) -> None:
        now = self._now

        def begun(shifts: tuple[Span, ...]) -> Iterable[Span]:
            """Who starts early, or unplanned, works all the same."""
            if any(start <= now < end for start, end in shifts):
                return shifts
            soon = min((start for start, _ in shifts if start > now), default=math.inf)
            return merge((*shifts, (now, min(soon, now + UNPLANNED))))

        self._reshift(event.id, begun)
        self._pull(event.id)

    def _end(self, event: wire.ShiftEnded) -> None:
        now = self._now

        def cut(shifts: Iterable[Span]) -> list[Span]:
            return [(s, min(e, now)) if s < now < e else (s, e) for s, e in shifts if e > s]

        self._reshift(event.id, cut)

    def _reshift(self, id: str, change: Callable[[tuple[Span, ...]], Iterable[Span]]) -> None:
        one = self.roster.consultant(id)
        shifts = [span for span in change(one.shifts) if span[1] > self._now]
        self.roster.advance(self._now)
        self.roster.put(msgspec.structs.replace(one, shifts=tuple(shifts)))

    # Tickets

    def _create(self, event: wire.TicketCreated) -> None:
        if event.id in self.jobs:
            return
        job = intake.job(event)
        self.jobs[event.id] = job
        self._route(job)

    def _accept(self, event: wire.TicketAccepted) -> None:
        if self.roster.holder(event.id) == event.by:
            self.roster.mark(event.id, "accepted")

    def _decline(self, event: wire.Step) -> None:
        job = self.jobs[event.id]
        again = msgspec.structs.replace(job, declined_by=job.declined_by | {event.by})
        self.jobs[event.id] = again
        if self.roster.holder(event.id) == event.by:
            self.roster.release(event.id)
            self._route(again)
            self._pull(event.by)

    def _release(self, event: wire.TicketReleased) -> None:
        if self.roster.holder(event.id) != event.by:
            return
        self.roster.release(event.id)
        if event.by in self.trips and self.trips[event.by].ticket == event.id:
            del self.trips[event.by]
        self._route(self.jobs[event.id])

    def _start(self, event: wire.TicketStarted) -> None:
        if self.roster.holder(event.id) != event.by:
            return
        row = self.roster.row(event.by)
        latitude, longitude = self.roster.columns["place"][:, row].tolist()
        arrives = moment(event.eta)
        self.roster.mark(event.id, "travelling", arrives)
        job = self.jobs[event.id]
        if job.mode == "onsite" and arrives > self._now:
            here, there = (latitude, longitude), (job.latitude, job.longitude)
            self.pace.arrive(here, there, (arrives - self._now) / 60.0, self.policy)
            self.trips[event.by] = Trip(event.id, here, self._now, arrives)

    def _paced(self, job: Job) -> Job:
        """The job with the driving times that are usual where it is."""
        pace = self.pace.at(job.latitude, job.longitude)
        return job if pace == job.pace else msgspec.structs.replace(job, pace=pace)

    def _close(self, event: wire.TicketClosed) -> None:
        self.jobs.pop(event.id)
        self.moved.pop(event.id, None)
        self._seen.pop(event.id, None)
        self.waiting.discard(event.id)
        self.trips.pop(event.by, None)
        self.roster.release(event.id, done=True)
        self._pull(event.by)

    def _tick(self, event: wire.Tick) -> None:
        self._ticks += 1
        self.stakes.policy = paced(self.policy, self.pace.overall())
        for consultant, trip in list(self.trips.items()):
            if trip.arrives <= self._now:
                del self.trips[consultant]
        while self._soon and self._soon[0][0] <= self._now:
            self._drain(heapq.heappop(self._soon)[1])
        if self._ticks % REVIEW == 0:
            for ticket in sorted(self.waiting, key=self._rank):
                self._route(self.jobs[ticket])
        if self._ticks % PASS == 0:
            self._review()

    # Decisions

    def _rank(self, ticket: str) -> tuple[int, float, str]:
        job = self.jobs[ticket]
        return job.priority, job.due_at, ticket

    def _route(self, job: Job) -> None:
        """Assigns a job that nobody has, or lets it wait."""
        job = self._paced(job)
        bid = choose.cheapest(job, self.roster, self._now, self.policy)
        if job.priority <= self.policy.preempt_priority:
            detour = preempt.cheapest(job, self.roster, self.trips, self._now, self.policy)
            least = self.policy.preempt_min
            if detour is not None and (bid is None or detour.cost + least <= bid.cost):
                self._divert(job, detour)
                return
        if bid is None:
            self.waiting.add(job.ticket)
            return
        self._assign(job, bid.consultant, bid.service, bid.position)

    def _assign(self, job: Job, consultant: str, service: float, position: int) -> None:
        self.waiting.discard(job.ticket)
        columns, row = self.roster.columns, self.roster.row(consultant)
        under_way = int(columns["load"][row] - columns["queued"][row])
        self.roster.reserve(consultant, intake.stop(job, service), position)
        self._commands.append(wire.Assign(job.ticket, consultant, position - under_way))

    def _divert(self, job: Job, detour: preempt.Detour) -> None:
        trip = self.trips.pop(detour.consultant)
        self.roster.mark(trip.ticket, "accepted")
        self.roster.move(detour.consultant, *detour.place)
        self._commands.append(wire.Divert(detour.consultant))
        self._assign(job, detour.consultant, detour.service, 0)

    def _improve(self, job: Job, only: str | None = None) -> bool:
        """Moves a job if somebody, or the one that is asked, does it enough cheaper."""
        moved = self.moved.get(job.ticket, 0)
        bid = relocate.better(self._paced(job), self.roster, self._now, self.policy, moved, only)
        if bid is None:
            return False
        self.roster.release(job.ticket)
        self._commands.append(wire.Unassign(job.ticket))
        self._assign(job, bid.consultant, bid.service, bid.position)
        self.moved[job.ticket] = moved + 1
        return True

    def _drain(self, consultant: str) -> None:
        """Routes the waiting work that somebody who has time now can do, most urgent first."""
        for ticket in sorted(self.waiting, key=self._rank):
            job = self.jobs[ticket]
            if choose.fits(job, self.roster, consultant, self._now, self.policy):
                self._route(job)

    def _pull(self, consultant: str) -> None:
        """Somebody has time: waiting work first, then work that others would do later."""
        self._drain(consultant)
        for _ in range(MOST):
            tried = self.stakes.gains(consultant, self._now)[:ASKED]
            if not any(self._improve(self.jobs[ticket], consultant) for _, ticket in tried):
                return

    def _review(self) -> None:
        """Looks at all work that might gain, and has not been looked at since it last changed."""
        for gain, ticket in self.stakes.hopes(self._now):
            before = self._seen.get(ticket, 0.0)
            if gain < before + self.policy.relocate_min:
                continue
            if not self._improve(self.jobs[ticket]):
                self._seen[ticket] = gain
