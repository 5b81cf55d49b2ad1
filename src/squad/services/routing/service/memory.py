"""What routing has in memory: the roster, people and open work; it follows the commits."""

import asyncio
import heapq
from collections.abc import Callable, Sequence

import msgspec

from squad.contracts.people import Interval, Person
from squad.contracts.tickets import Ticket
from squad.kernel.unit import Books, Unit
from squad.ports.database import Database, Statement
from squad.ports.unit import Cause, Conflict, Unavailable
from squad.services.routing import costs, store
from squad.services.routing.model import Job
from squad.services.routing.policy import Policy
from squad.services.routing.roster import Roster
from squad.services.routing.service.lease import Lease
from squad.services.routing.service.paces import Paces
from squad.services.routing.service.strain import Strain
from squad.services.routing.store import Store
from squad.services.routing.work import NEVER, Work, consultant_of, job_of, stop_of

PAUSE = 0.02  # s to wait for units under way before the state is read


class Memory:
    """The state. A unit that fails is taken back from it.

    offers: when each open offer lapses, epoch seconds, and its ticket; a heap with stale entries.
    travelling: tickets that somebody drives to. undo: what else to take back if the unit of a
    ticket fails. fresh: whether it is what the tables say.
    """

    def __init__(self, books: Books[Statement], database: Database, policy: Policy) -> None:
        self.books = books
        self.store = Store(database)
        self.policy = policy
        self.strain = Strain()
        self.lease = Lease(database, self.store, books.clock, self.strain)
        self.fresh = False
        self.roster = Roster()
        self.paces = Paces(database)
        self.people: dict[str, Person] = {}
        self.work: dict[str, Work] = {}
        self.waiting: set[str] = set()
        self.travelling: set[str] = set()
        self.undo: dict[str, Callable[[], None]] = {}
        self.offers: list[tuple[float, str]] = []
        self._hours: dict[str, tuple[int, Sequence[Interval]]] = {}
        self._settling = 0
        self._settled = 0

    @property
    def now(self) -> float:
        """Epoch seconds."""
        return self.books.clock.now().timestamp()

    async def refresh(self) -> None:
        """This will bring the state to what the tables say; of people only what changed is read.

        Raises Unavailable.
        """
        seen = -1
        while seen != self._settled or self._settling:
            if self._settling:
                await asyncio.sleep(PAUSE)
            seen = self._settled
            hours = await self.store.hours({id: one[0] for id, one in self._hours.items()})
            versions = {id: person.version for id, person in self.people.items()}
            changed, gone = await self.store.people(versions)
            works = await self.store.open_work()
            await self.paces.load()
            await self.follow()
        self._hours.update({person: (version, spans) for person, version, spans in hours})
        self.roster.advance(self.now)
        for id in gone:
            self.forget(id)
        for person in changed:
            self.enlist(person)
        for id in {one[0] for one in hours} - {person.id for person in changed}:
            if id in self.people:
                self.enlist(self.people[id])
        self._retake(works)
        self.fresh = True

    def _retake(self, works: Sequence[Work]) -> None:
        for id in self.work:
            self.roster.release(id)
        self.work.clear()
        self.waiting.clear()
        self.travelling.clear()
        self.offers.clear()
        for work in works:
            self.take(work)

    async def follow(self) -> None:
        """This will decide by the version of the policy that is in force. Raises Unavailable."""
        if found := await self.store.editions("active"):
            self.policy = found[0].document

    async def find(self, ticket: str) -> Work | None:
        """This will find a ticket, finished or not."""
        known = self.work.get(ticket) if self.lease.held else None
        return known or await self.store.work(ticket)

    def job(self, ticket: Ticket) -> Job:
        """This will describe a ticket as a job, with the driving times usual where it is."""
        return msgspec.structs.replace(job_of(ticket, self.now), pace=self.paces.at(ticket))

    def learn(self, known: Work | None, ticket: Ticket) -> list[Statement]:
        """This will learn from a trip that a ticket's newer state ends. Returns what keeps it."""
        row = self.roster.row(str(ticket.assignee))
        if known is None or row < 0 or ticket.mode == "remote":
            return []
        latitude, longitude = self.roster.columns["place"][:, row].tolist()
        return self.paces.note(known.ticket, ticket, (latitude, longitude), self.policy)

    # Units

    def open(self, cause: Cause) -> Unit[Statement]:
        """This will open a unit that fails where another router, or policy, has taken over.

        Raises Unavailable: this process stands by.
        """
        unit = self.books.open(cause)
        unit.write(self.lease.fence(self.policy.version))
        return unit

    async def settle(self, unit: Unit[Statement], answer: msgspec.Struct | None = None) -> None:
        """This will commit. Raises Duplicate, Conflict, Unavailable: nothing was written.

        After a Conflict the policy is the one in force: with it one may decide again.
        """
        self._settling += 1
        try:
            with self.strain.timed():
                await unit.commit(answer)
        except Conflict:
            await self.follow()
            raise
        finally:
            self._settling -= 1
            self._settled += 1

    async def commit(
        self,
        unit: Unit[Statement],
        before: Work | None,
        work: Work,
        answer: msgspec.Struct | None = None,
    ) -> None:
        """This will commit with the ticket's state, and take it back from memory if that fails."""
        self.file(work)
        unit.write(store.save(before, work))
        try:
            await self.settle(unit, answer)
        except BaseException:
            await self._take_back(work.ticket.id)
            raise
        self.undo.pop(work.ticket.id, None)

    async def _take_back(self, id: str) -> None:
        self.roster.release(id)
        if undo := self.undo.pop(id, None):
            undo()
        self.work.pop(id, None)
        self.waiting.discard(id)
        self.travelling.discard(id)
        try:
            kept = await self.store.work(id)
        except Unavailable:
            self.fresh = False
            return
        if kept is not None:
            self.take(kept)

    # Work

    def take(self, work: Work) -> None:
        """This will bring plans in line with what tickets says of one ticket."""
        ticket, holder, state = work.ticket, self.roster.holder(work.ticket.id), work.state
        if work.pending:
            if holder is None and work.offered in self.roster:
                self.roster.reserve(work.offered, stop_of(ticket, "assigned", 0.0, self.now))
        elif state is None:
            self.roster.release(ticket.id, done=ticket.status == "resolved")
        elif holder == ticket.assignee:
            self.roster.mark(ticket.id, state, self._starts(ticket))
        elif (who := str(ticket.assignee)) in self.roster:
            self.roster.reserve(who, stop_of(ticket, state, self._starts(ticket), self.now))
        else:
            self.roster.release(ticket.id)
        if work.answer_by != NEVER:
            heapq.heappush(self.offers, (work.answer_by, ticket.id))
        self.file(work)

    def file(self, work: Work) -> None:
        """This will keep a ticket's state, and whether it waits for somebody."""
        id = work.ticket.id
        if work.open:
            self.work[id] = work
        else:
            self.work.pop(id, None)
        if work.waits and work.hold != "locked" and self.roster.holder(id) is None:
            self.waiting.add(id)
        else:
            self.waiting.discard(id)
        if work.state == "travelling":
            self.travelling.add(id)
        else:
            self.travelling.discard(id)

    def _starts(self, ticket: Ticket) -> float:
        """When work starts, epoch seconds: it did when on site; on the way, after the trip.

        A change of facts on the way does not begin the trip again.
        """
        at, who, roster = ticket.updated_at.timestamp(), str(ticket.assignee), self.roster
        if ticket.status != "travelling" or ticket.mode == "remote":
            return at
        for stop in roster.plan(who):
            if stop.ticket == ticket.id and stop.state == "travelling":
                return stop.start_at
        latitude, longitude = roster.columns["place"][:, roster.row(who)].tolist()
        there = ticket.spot.latitude, ticket.spot.longitude
        return at + 60.0 * costs.trip((latitude, longitude), there, self.policy)

    # People

    def version(self, person: str) -> int:
        """This will tell which version of somebody's hours is known; 0: none."""
        return self._hours.get(person, (0, ()))[0]

    def plan(self, person: str, version: int, intervals: Sequence[Interval]) -> bool:
        """This will keep somebody's hours. Returns whether the person is known."""
        self._hours[person] = version, intervals
        if known := self.people.get(person):
            self.enlist(known)
        return known is not None

    def enlist(self, person: Person) -> None:
        """This will keep a person, on the roster if they can be given work."""
        self.people[person.id] = person
        _, intervals = self._hours.get(person.id, (0, ()))
        consultant = consultant_of(person, intervals)
        if consultant is not None:
            self.roster.put(consultant)
        elif person.id in self.roster:
            self.roster.remove(person.id)

    def forget(self, person: str) -> None:
        """This will remove a person and their hours."""
        self.people.pop(person, None)
        self._hours.pop(person, None)
        if person in self.roster:
            self.roster.remove(person)
