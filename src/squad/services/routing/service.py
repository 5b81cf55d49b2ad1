"""Routing at work: the roster in memory, each decision one unit, nothing waits that could go."""

import heapq
from collections.abc import Sequence
from datetime import UTC, datetime

from squad.contracts.people import AvailabilityChanged, Interval, Person
from squad.contracts.routing import RoutingStalled, TicketAssigned, TicketUnassigned
from squad.contracts.tickets import Ticket
from squad.kernel.access import Actor, sees
from squad.kernel.ids import derive
from squad.kernel.problem import Fault, Impossible, Invalid, Missing
from squad.kernel.unit import Books, Unit
from squad.ports.database import Statement
from squad.ports.unit import Cause, Duplicate
from squad.services.routing import store
from squad.services.routing.choose import choose, obstacles
from squad.services.routing.model import Decision, Kept
from squad.services.routing.policy import Policy
from squad.services.routing.roster import ON_CALL, Roster
from squad.services.routing.store import Store
from squad.services.routing.work import NEVER, Work, consultant_of, job_of, stop_of

TRIES = 20  # waiting tickets looked at when one consultant is free again
SWEEP = 20  # waiting tickets looked at in a sweep


class Routing:
    """The service. Memory follows the commits; a unit that fails is taken back from memory."""

    def __init__(self, books: Books[Statement], tables: Store, policy: Policy) -> None:
        self.books = books
        self.store = tables
        self.policy = policy
        self.roster = Roster()
        self.people: dict[str, Person] = {}
        self.work: dict[str, Work] = {}
        self.waiting: set[str] = set()
        self._hours: dict[str, tuple[int, Sequence[Interval]]] = {}
        self._offers: list[tuple[float, str]] = []
        self._swept = 0

    async def load(self) -> None:
        """This will rebuild the state in memory from the service's own tables."""
        for person, version, intervals in await self.store.hours():
            self._hours[person] = version, intervals
        self.roster.advance(self._now())
        for known in await self.store.people():
            self._enlist(known)
        for work in await self.store.open_work():
            self._take(work)

    # What the others tell

    async def observe(self, ticket: Ticket, cause: Cause) -> None:
        """This will take a ticket's newest state, route it if it needs that, and drain."""
        known = self.work.get(ticket.id) or await self.store.work(ticket.id)
        if known is not None and known.ticket.version >= ticket.version:
            return
        unit = self.books.open(cause)
        held = ticket.status == "assigned" or ticket.assignee is None
        answer_by = known.answer_by if known is not None and held else NEVER
        work = Work(ticket, known.answered, answer_by, known.offered) if known else Work(ticket)
        before = self.roster.holder(ticket.id)
        self._take(work)
        if work.due:
            work = self._route(unit, work)
        await self._commit(unit, work)
        if before is not None and self.roster.holder(ticket.id) != before:
            await self.drain(before)

    async def know(self, person: Person, cause: Cause) -> None:
        """This will keep a person; who is no longer available gives back what they hold."""
        known = self.people.get(person.id)
        if known is not None and known.version >= person.version:
            return
        unit = self.books.open(cause)
        unit.write(store.know(person))
        if consultant_of(person, ()) is None and person.id in self.roster:
            self._give_back(unit, person.id)
        await unit.commit()
        self._enlist(person)

    async def forget(self, person: str, cause: Cause) -> None:
        """This will remove a person who asked to be forgotten."""
        unit = self.books.open(cause)
        unit.write(*store.forget(person))
        if person in self.roster:
            self._give_back(unit, person)
        await unit.commit()
        self.people.pop(person, None)
        self._hours.pop(person, None)
        if person in self.roster:
            self.roster.remove(person)

    async def plan(self, event: AvailabilityChanged, cause: Cause) -> None:
        """This will keep a consultant's working time, and give them what waits."""
        if event.version <= self._hours.get(event.person, (0, ()))[0]:
            return
        unit = self.books.open(cause)
        unit.write(store.plan(event.person, event.version, event.intervals))
        await unit.commit()
        self._hours[event.person] = event.version, event.intervals
        if person := self.people.get(event.person):
            self._enlist(person)
            await self.drain(event.person)

    # What time brings

    async def lapse(self) -> int:
        """This will take back offers that nobody answered in time. Returns how many."""
        now, count = self._now(), 0
        while self._offers and self._offers[0][0] <= now:
            moment, id = heapq.heappop(self._offers)
            work = self.work.get(id)
            if work is None or work.answer_by != moment:
                continue
            if work.ticket.status != "assigned":
                heapq.heappush(self._offers, (now + 1.0, id))
                self.work[id] = Work(work.ticket, work.answered, now + 1.0, work.offered)
                return count
            await self._lapse(work)
            count += 1
        return count

    async def _lapse(self, work: Work) -> None:
        ticket = work.ticket
        unit = self.books.open(Cause(derive("timed_out", ticket.id, str(ticket.turn))))
        self._unassign(unit, ticket, "timed_out")
        await self._commit(unit, Work(ticket, work.answered, NEVER, work.offered))

    async def drain(self, consultant: str) -> None:
        """This will give the most urgent waiting ticket to somebody, now that one is free."""
        person = self.people.get(consultant)
        if person is None or not self.waiting:
            return
        works = [self.work[id] for id in self.waiting]
        near = [
            work
            for work in works
            if work.ticket.mode == "remote" or work.ticket.territory in person.territories
        ]
        for work in heapq.nsmallest(TRIES, near, key=lambda work: work.rank):
            if await self._retry(work):
                return

    async def sweep(self) -> None:
        """This will look again at waiting tickets, in turn: shifts begin, time passes."""
        if not self.waiting:
            return
        ranked = sorted((self.work[id] for id in self.waiting), key=lambda work: work.rank)
        self._swept = self._swept % len(ranked)
        for work in ranked[self._swept : self._swept + SWEEP]:
            await self._retry(work)
        self._swept += SWEEP

    async def _retry(self, work: Work) -> bool:
        """Routes a waiting ticket if somebody can take it now; says nothing if nobody can."""
        ticket = work.ticket
        if ticket.id not in self.waiting:
            return False
        decision = choose(job_of(ticket), self.roster, self._now(), self.policy)
        if decision.consultant is None:
            return False
        unit = self.books.open(Cause(derive("drain", ticket.id, str(ticket.turn))))
        work = self._offer(unit, work, decision, ticket.turn)
        try:
            await self._commit(unit, work)
        except Duplicate:
            return False
        return True

    # What people ask

    async def seen(self, actor: Actor, id: str) -> Work:
        """This will find a ticket that the actor may know of. Raises Missing."""
        work = self.work.get(id) or await self.store.work(id)
        if work is None or not sees(
            actor,
            requester=work.ticket.requester,
            assignee=work.ticket.assignee,
            store=work.ticket.store,
            territory=work.ticket.territory,
        ):
            raise Missing("There is no such ticket, or none that you may see.")
        return work

    async def decisions(self, id: str) -> list[Kept]:
        """This will show how a ticket was routed, newest first. Raises Missing."""
        if found := await self.store.decisions(id):
            return found
        raise Missing("This ticket is not routed yet. Ask again in a moment.")

    async def assign(
        self, *, actor: Actor, id: str, consultant: str, override: bool, cause: Cause
    ) -> Kept:
        """This will assign by hand.

        Raises Missing, Invalid: no such consultant; Impossible: finished, or a constraint breaks.
        """
        work = await self.seen(actor, id)
        if not work.open or work.ticket.status == "resolved":
            raise Impossible(f"The ticket is {work.ticket.status}: there is nothing to assign.")
        if consultant not in self.roster:
            raise Invalid("There is no such consultant.", [Fault("/consultant", "not on duty")])
        unit = self.books.open(cause)
        now, job = self._now(), job_of(work.ticket)
        broken = obstacles(job, self.roster, consultant, now, self.policy)
        if broken and not override:
            names = ", ".join(sorted({lack.constraint for lack in broken}))
            raise Impossible(f"This breaks: {names}. Choose another, or say override.")
        turn = work.ticket.turn
        if work.ticket.assignee is not None or self.roster.holder(id) is not None:
            turn = max(turn, work.answered) + 1
        decision = choose(job, self.roster, now, self.policy)
        work = self._offer(unit, work, decision, turn, consultant=consultant, by=actor.id)
        kept = Kept(
            id=self._decision_id(unit, work.ticket, turn),
            turn=turn,
            at=unit.now,
            by=actor.id,
            consultant=consultant,
            record=decision,
        )
        await self._commit(unit, work, kept)
        return kept

    # How it is done

    def _route(self, unit: Unit[Statement], work: Work) -> Work:
        ticket = work.ticket
        decision = choose(job_of(ticket), self.roster, self._now(), self.policy)
        if decision.consultant is not None:
            return self._offer(unit, work, decision, ticket.turn)
        id = self._decision_id(unit, ticket, ticket.turn)
        unit.write(store.record(id, decision, turn=ticket.turn, by="", consultant=None))
        unit.emit(
            RoutingStalled(
                ticket=ticket.id,
                turn=ticket.turn,
                priority=ticket.priority,
                excluded=decision.excluded,
                decision=id,
            ),
            version=ticket.turn,
        )
        return Work(ticket, ticket.turn, NEVER)

    def _offer(
        self, unit: Unit[Statement], work: Work, decision: Decision, turn: int, *,
        consultant: str = "", by: str = "",
    ) -> Work:  # fmt: skip
        """Reserves the place in the plan, and says so in the unit."""
        ticket, who = work.ticket, consultant or str(decision.consultant)
        winner, stop = decision.winner, decision.stop
        position = winner.position if winner is not None and who == winner.consultant else None
        if stop is None or position is None:
            stop = stop_of(ticket, "assigned", 0.0)
        self.roster.reserve(who, stop, position)
        answer_by = self._answer_by(who, ticket.priority)
        id = self._decision_id(unit, ticket, turn)
        unit.write(store.record(id, decision, turn=turn, by=by, consultant=who))
        known = position is not None and winner is not None
        unit.emit(
            TicketAssigned(
                ticket=ticket.id,
                turn=turn,
                consultant=who,
                requester=ticket.requester,
                reference=ticket.reference,
                title=ticket.title,
                priority=ticket.priority,
                arrival=_time(winner.arrival) if known and winner is not None else None,
                answer_by=_time(answer_by),
                decision=id,
                by=by,
            ),
            version=turn,
        )
        heapq.heappush(self._offers, (answer_by, ticket.id))
        return Work(ticket, turn, answer_by, who)

    def _answer_by(self, consultant: str, priority: int) -> float:
        """When the offer lapses: minutes of working time, counted from the shift's start."""
        row, now = self.roster.row(consultant), self._now()
        opens = float(self.roster.columns["opens"][row])
        called = self.roster.columns["status"][row] == ON_CALL
        begins = now if called or opens == NEVER else max(now, opens)
        return begins + 60.0 * self.policy.offer_min[priority - 1]

    def _give_back(self, unit: Unit[Statement], consultant: str) -> None:
        for stop in self.roster.plan(consultant):
            work = self.work.get(stop.ticket)
            if work is not None and stop.state != "on_site":
                self._unassign(unit, work.ticket, "unavailable", consultant)

    def _unassign(
        self, unit: Unit[Statement], ticket: Ticket, reason: str, consultant: str = ""
    ) -> None:
        unit.emit(
            TicketUnassigned(
                ticket=ticket.id,
                turn=ticket.turn,
                consultant=consultant or str(ticket.assignee),
                reason=reason,
            ),
            version=ticket.turn,
        )

    async def _commit(self, unit: Unit[Statement], work: Work, answer: Kept | None = None) -> None:
        """Commits with the ticket's state, and takes it back from memory if that fails."""
        id = work.ticket.id
        self._file(work)
        unit.write(store.save(work))
        try:
            await unit.commit(answer)
        except BaseException:
            self.roster.release(id)
            self.work.pop(id, None)
            self.waiting.discard(id)
            if (kept := await self.store.work(id)) is not None:
                self._take(kept)
            raise

    def _take(self, work: Work) -> None:
        """Brings plans in line with what tickets says of one ticket."""
        ticket, holder, state = work.ticket, self.roster.holder(work.ticket.id), work.state
        if work.pending:
            if holder is None and work.offered in self.roster:
                self.roster.reserve(work.offered, stop_of(ticket, "assigned", 0.0))
        elif state is None:
            self.roster.release(ticket.id, done=ticket.status == "resolved")
        elif holder == ticket.assignee:
            self.roster.mark(ticket.id, state, self._starts(ticket))
        elif (who := str(ticket.assignee)) in self.roster:
            self.roster.reserve(who, stop_of(ticket, state, self._starts(ticket)))
        else:
            self.roster.release(ticket.id)
        if work.answer_by != NEVER:
            heapq.heappush(self._offers, (work.answer_by, ticket.id))
        self._file(work)

    def _file(self, work: Work) -> None:
        id = work.ticket.id
        if work.open:
            self.work[id] = work
        else:
            self.work.pop(id, None)
        if work.waits and self.roster.holder(id) is None:
            self.waiting.add(id)
        else:
            self.waiting.discard(id)

    def _starts(self, ticket: Ticket) -> float:
        """When work starts: it did when on site; on the way, in half an hour by rule of thumb."""
        at = ticket.updated_at.timestamp()
        return at + 1_800.0 if ticket.status == "travelling" else at

    def _enlist(self, person: Person) -> None:
        self.people[person.id] = person
        _, intervals = self._hours.get(person.id, (0, ()))
        consultant = consultant_of(person, intervals)
        if consultant is not None:
            self.roster.put(consultant)
        elif person.id in self.roster:
            self.roster.remove(person.id)

    def _decision_id(self, unit: Unit[Statement], ticket: Ticket, turn: int) -> str:
        return derive(unit.cause.id, "decision", ticket.id, str(turn))

    def _now(self) -> float:
        return self.books.clock.now().timestamp()


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
