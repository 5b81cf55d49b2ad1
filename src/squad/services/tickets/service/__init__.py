"""Use cases of tickets: log, change, step, talk, attach; each is one unit."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from squad.contracts import tickets as events
from squad.contracts.envelope import Event
from squad.contracts.operations import SnapshotRequested
from squad.contracts.routing import (
    RoutingStalled,
    TicketAssigned,
    TicketUnassigned,
    TripInterrupted,
)
from squad.contracts.tickets import Spot, Ticket
from squad.kernel.access import Actor
from squad.kernel.http import expect
from squad.kernel.ids import derive
from squad.kernel.problem import Fault, Impossible, Invalid
from squad.kernel.snapshot import send_page
from squad.kernel.unit import Books, Unit
from squad.ports.blobs import Blobs
from squad.ports.cache import Cache
from squad.ports.database import Statement
from squad.ports.places import Places
from squad.ports.proposer import Proposer
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.tickets import model, store
from squad.services.tickets.model import Extra, Logged, Past, TicketView
from squad.services.tickets.service.counsel import Counsel
from squad.services.tickets.service.desk import Desk, missing
from squad.services.tickets.service.figures import Reports
from squad.services.tickets.service.files import Files
from squad.services.tickets.service.hints import Hints
from squad.services.tickets.service.live import Live
from squad.services.tickets.service.people import People
from squad.services.tickets.service.repair import Repair
from squad.services.tickets.service.sync import Sync
from squad.services.tickets.service.talk import Talk
from squad.services.tickets.service.uploads import Uploads
from squad.services.tickets.service.visits import EVENTS, Visits
from squad.services.tickets.store import spans

_WORK = ("accept", "decline", "travel", "arrive", "resolve")


class Tickets:
    """The service. Every public method is a use case; commands commit exactly one unit."""

    def __init__(
        self, books: Books[Statement], tables: store.Store, places: Places, cache: Cache,
        blobs: Blobs, proposer: Proposer,
    ) -> None:  # fmt: skip
        self.books = books
        self.store = tables
        self.desk = Desk(books, tables, cache)
        self.counsel = Counsel(proposer, books.clock)
        self.talk = Talk(self.desk)
        self.files = Files(self.desk, blobs)
        self.uploads = Uploads(self.desk, self.files, blobs)
        self.visits = Visits(self.desk, self.talk)
        self.sync = Sync(self.desk, self.visits)
        self.live = Live(self.desk)
        self.people = People(self.desk)
        self.lists = tables.lists
        self.reports = Reports(tables.lists, books.clock)
        self.hints = Hints(tables.lists, places, books.clock)
        self.repair = Repair(books, tables)
        self._places = places

    async def create(
        self, *, actor: Actor, logged: Logged, extra: Extra, cause: Cause
    ) -> TicketView:
        """This will log a ticket. Raises Impossible: the id is taken."""
        unit = self.books.open(cause)
        ticket = model.begin(logged, unit.now)
        unit.write(
            store.insert(ticket, extra, unit.now),
            store.record(ticket, "create", actor.id, "", cause.id),
            spans.begin(ticket, actor.id),
        )
        unit.emit(events.TicketCreated(ticket=ticket), version=1)
        view = store.view(ticket, extra)
        try:
            await unit.commit(view)
        except Conflict as conflict:
            raise Impossible("There is a ticket with this id. Choose a new UUIDv7.") from conflict
        self.counsel.hear(ticket)
        return view

    async def bring(
        self, *, logged: Logged, extra: Extra, past: Past | None, cause: Cause, batch: str
    ) -> bool:
        """This will bring in a ticket of another system: open, to be routed, or with its past.

        batch: the command it came with; that command again is told what it was told first.
        Returns whether that batch brought it; False: it was there. Raises Invalid.
        """
        unit = self.books.open(cause)
        steps = (
            [("create", model.begin(logged, unit.now))]
            if past is None
            else model.bygone(logged, past, unit.now)
        )
        ticket = steps[-1][1]
        unit.write(store.insert(ticket, extra, unit.now))
        unit.write(*(store.record(t, step, cause.actor, "", cause.id) for step, t in steps))
        unit.write(spans.begin(steps[0][1], cause.actor))
        unit.write(*(spans.note(t, step, t.updated_at) for step, t in steps[1:]))
        event = events.TicketCreated if past is None else events.TicketSnapshot
        unit.emit(event(ticket=ticket), version=ticket.version)
        try:
            await unit.commit(batch)
        except Duplicate as duplicate:
            return duplicate.done.answer == msgspec.json.encode(batch)
        except Conflict:
            return False
        return True

    async def change(
        self, *, actor: Actor, id: str, changes: dict[str, object], extra: dict[str, object],
        version: int | None, cause: Cause,
    ) -> TicketView:  # fmt: skip
        """This will change facts and what follows from them; unassigned, it is routed again.

        Raises Missing, Stale, Impossible: the ticket is finished.
        """

        async def attempt() -> TicketView:
            ticket, personal = await self.desk.load(actor=actor, id=id)
            expect(version, ticket.version)
            if ticket.status in ("closed", "cancelled"):
                raise Impossible(f"A {ticket.status} ticket does not change. Reopen it first.")
            unit = self.books.open(cause)
            turn = ticket.turn + (1 if ticket.assignee is None else 0)
            facts = {**model.follow(ticket, changes), **model.judged(ticket, changes)}
            new = replace(
                ticket, version=ticket.version + 1, turn=turn, updated_at=unit.now, **facts
            )
            if extra:
                personal = replace(personal, **extra)
                unit.write(store.rewrite(id, personal))
            view = await self.desk.save(unit, new, personal, "change", events.TicketUpdated)
            self.counsel.hear(new)
            return view

        return await self.desk.again(attempt)

    async def step(
        self, *, actor: Actor, id: str, step: model.Step, cause: Cause, note: str = "",
        waiting_for: str = "", version: int | None = None,
    ) -> TicketView:  # fmt: skip
        """This will take a step; one that this person took already changes nothing.

        Raises Missing, Stale, Impossible.
        """

        async def attempt() -> TicketView:
            ticket, extra = await self.desk.load(actor=actor, id=id)
            if step in _WORK and ticket.assignee != actor.id:
                raise missing()
            if model.repeated(ticket, step, actor):
                return store.view(ticket, extra)
            expect(version, ticket.version)
            unit = self.books.open(cause)
            if step == "decline":
                return await self._decline(unit, ticket, extra, actor.id, note)
            if step == "reopen":
                new = model.release(ticket, "reopen", unit.now, without=None)
                return await self.desk.save(unit, new, extra, step, events.TicketReopened, note)
            changes = model.changes(step, note, waiting_for)
            new = model.move(ticket, step, unit.now, **changes)
            return await self.desk.save(unit, new, extra, step, EVENTS[step], note)

        return await self.desk.again(attempt)

    async def _decline(
        self, unit: Unit[Statement], ticket: Ticket, extra: Extra, by: str, note: str
    ) -> TicketView:
        new = model.release(ticket, "decline", unit.now, without=by)
        self.desk.write(unit, new, "decline", note)
        unit.emit(events.TicketDeclined(ticket=new, by=by, note=note), version=new.version)
        return await self.desk.commit(unit, new, extra)

    async def close_resolved(self, *, before: datetime) -> int:
        """This will close tickets that were resolved long ago. Returns how many."""
        ids = await self.store.resolved(before, 200)
        for id in ids:
            cause = Cause(derive("autoclose", id, before.date().isoformat()))
            system = Actor("", roles=("administrator",))
            await self.step(actor=system, id=id, step="close", cause=cause, note="by itself")
        return len(ids)

    async def assigned(self, event: TicketAssigned, cause: Cause) -> None:
        """This will take over routing's choice, unless the ticket went on meanwhile."""
        found = await self.store.ticket(event.ticket)
        if found is None or not model.fits(found[0], event.turn):
            return
        unit = self.books.open(cause)
        new = model.assign(found[0], unit.now, consultant=event.consultant, turn=event.turn)
        await self.desk.save(unit, new, found[1], "assign", events.TicketUpdated)

    async def unassigned(self, event: TicketUnassigned, cause: Cause) -> None:
        """This will give the ticket back to routing: the offer lapsed or the consultant is away."""
        found = await self.store.ticket(event.ticket)
        if found is None:
            return
        ticket, extra = found
        if (ticket.turn, ticket.assignee) != (event.turn, event.consultant):
            return
        if event.reason == "timed_out" and ticket.status != "assigned":
            return
        if (ticket.status, "unassign") not in model.TRANSITIONS:
            return
        unit = self.books.open(cause)
        without = event.consultant if event.reason == "timed_out" else None
        new = model.release(ticket, "unassign", unit.now, without=without)
        await self.desk.save(unit, new, extra, "unassign", events.TicketUpdated, event.reason)

    async def interrupted(self, event: TripInterrupted, cause: Cause) -> None:
        """This will let a trip rest whose consultant turns round to something more urgent.

        Only that trip: who is there already, or has set out once more since, goes on.
        """
        found = await self.store.ticket(event.ticket)
        if found is None:
            return
        ticket, extra = found
        trip = event.turn, event.consultant, "travelling"
        if (ticket.turn, ticket.assignee, ticket.status) != trip:
            return
        history = await self.store.history(event.ticket)
        if any(past.step == "travel" and past.version > event.version for past in history):
            return
        unit = self.books.open(cause)
        new, note = model.move(ticket, "interrupt", unit.now), f"for {event.for_ticket}"
        await self.desk.save(unit, new, extra, "interrupt", events.TicketUpdated, note)

    async def stalled(self, event: RoutingStalled, cause: Cause) -> None:
        """This will say that a dispatcher is needed."""
        found = await self.store.ticket(event.ticket)
        if found is None or found[0].turn != event.turn or found[0].status != "new":
            return
        unit = self.books.open(cause)
        new = model.move(found[0], "stall", unit.now)
        await self.desk.save(unit, new, found[1], "stall", events.TicketUpdated)

    async def snapshot(self, event: SnapshotRequested, cause: Cause) -> None:
        """This will send a page of all tickets again, for a service that asked."""

        async def load(after: str, limit: int) -> list[tuple[str, list[tuple[Event, int]]]]:
            page = await self.store.page(after, limit)
            said = await self.store.remarks([ticket.id for ticket in page])
            return [
                (t.id, [(events.TicketSnapshot(ticket=t, remarks=said.get(t.id, ())), t.version)])
                for t in page
            ]

        await send_page(self.books, event, cause, source="tickets", load=load)

    async def spot(self, postal_code: str | None, point: tuple[float, float] | None) -> Spot:
        """This will find where the work is. Raises Invalid: no such postal code."""
        if point is not None:
            return model.spot(self._places.nearest(*point), *point)
        place = self._places.find(postal_code or "")
        if place is None:
            raise Invalid(
                "This postal code is not known.",
                [Fault("/location/postal_code", "a US ZIP or a Canadian postal code, as A1A 1A1")],
            )
        return model.spot(place, place.latitude, place.longitude)
