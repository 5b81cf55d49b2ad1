"""What routing has in memory: the roster, people and open work; it follows the commits."""

import heapq
from collections.abc import Sequence

from squad.contracts.people import Interval, Person
from squad.contracts.tickets import Ticket
from squad.kernel.unit import Books, Unit
from squad.ports.database import Statement
from squad.services.routing import store
from squad.services.routing.model import Kept
from squad.services.routing.policy import Policy
from squad.services.routing.roster import Roster
from squad.services.routing.store import Store
from squad.services.routing.work import NEVER, Work, consultant_of, stop_of


class Memory:
    """The state. A unit that fails is taken back from it.

    offers: when each open offer lapses, epoch seconds, and its ticket; a heap with stale entries.
    """

    def __init__(self, books: Books[Statement], tables: Store, policy: Policy) -> None:
        self.books = books
        self.store = tables
        self.policy = policy
        self.roster = Roster()
        self.people: dict[str, Person] = {}
        self.work: dict[str, Work] = {}
        self.waiting: set[str] = set()
        self.offers: list[tuple[float, str]] = []
        self._hours: dict[str, tuple[int, Sequence[Interval]]] = {}

    @property
    def now(self) -> float:
        """Epoch seconds."""
        return self.books.clock.now().timestamp()

    async def load(self) -> None:
        """This will rebuild the state from the service's own tables."""
        for person, version, intervals in await self.store.hours():
            self._hours[person] = version, intervals
        self.roster.advance(self.now)
        for known in await self.store.people():
            self.enlist(known)
        for work in await self.store.open_work():
            self.take(work)

    async def find(self, ticket: str) -> Work | None:
        """This will find a ticket, finished or not."""
        return self.work.get(ticket) or await self.store.work(ticket)

    async def commit(self, unit: Unit[Statement], work: Work, answer: Kept | None = None) -> None:
        """This will commit with the ticket's state, and take it back from memory if that fails."""
        id = work.ticket.id
        self.file(work)
        unit.write(store.save(work))
        try:
            await unit.commit(answer)
        except BaseException:
            self.roster.release(id)
            self.work.pop(id, None)
            self.waiting.discard(id)
            if (kept := await self.store.work(id)) is not None:
                self.take(kept)
            raise

    # Work

    def take(self, work: Work) -> None:
        """This will bring plans in line with what tickets says of one ticket."""
        ticket, holder, state = work.ticket, self.roster.holder(work.ticket.id), work.state
        if work.pending:
            if holder is None and work.offered in self.roster:
                self.roster.reserve(work.offered, stop_of(ticket, "assigned", 0.0))
        elif state is None:
            self.roster.release(ticket.id, done=ticket.status == "resolved")
        elif holder == ticket.assignee:
            self.roster.mark(ticket.id, state, _starts(ticket))
        elif (who := str(ticket.assignee)) in self.roster:
            self.roster.reserve(who, stop_of(ticket, state, _starts(ticket)))
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
        if work.waits and self.roster.holder(id) is None:
            self.waiting.add(id)
        else:
            self.waiting.discard(id)

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


def _starts(ticket: Ticket) -> float:
    """When work starts: it did when on site; on the way, in half an hour by rule of thumb."""
    at = ticket.updated_at.timestamp()
    return at + 1_800.0 if ticket.status == "travelling" else at
