"""Use cases of tickets: log, change, step, talk, attach; each is one unit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from squad.contracts import tickets as events
from squad.contracts.envelope import Event
from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import Person
from squad.contracts.routing import RoutingStalled, TicketAssigned, TicketUnassigned
from squad.contracts.tickets import Spot, Ticket, TicketEvent
from squad.kernel.access import Actor, sees
from squad.kernel.cached import Cached
from squad.kernel.http import expect
from squad.kernel.ids import derive
from squad.kernel.problem import Fault, Impossible, Invalid, Missing, Shed
from squad.kernel.snapshot import send_page
from squad.kernel.unit import Books, Unit
from squad.ports.blobs import Blobs
from squad.ports.cache import Cache
from squad.ports.database import Statement
from squad.ports.places import Places
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.tickets import model, store
from squad.services.tickets.model import Attachment, Extra, Logged, Message, Past, TicketView

T = TypeVar("T")
RECENT = 60.0  # s that a ticket stays in the cache of recent ones
TRIES = 5  # reloads before a command gives up against others that change the same ticket

_EVENTS: dict[str, type[TicketEvent]] = {
    "accept": events.TicketAccepted,
    "travel": events.TravelStarted,
    "arrive": events.VisitStarted,
    "wait": events.TicketWaiting,
    "resolve": events.TicketResolved,
    "close": events.TicketClosed,
    "cancel": events.TicketCancelled,
}
_WORK = ("accept", "decline", "travel", "arrive", "resolve")
_view = msgspec.json.Decoder(TicketView).decode


class Tickets:
    """The service. Every public method is a use case; commands commit exactly one unit."""

    def __init__(
        self, books: Books[Statement], tables: store.Store, places: Places, cache: Cache,
        blobs: Blobs,
    ) -> None:  # fmt: skip
        self.books = books
        self.store = tables
        self._places = places
        self._cache = Cached(cache)
        self.blobs = blobs

    async def create(
        self, *, actor: Actor, logged: Logged, extra: Extra, cause: Cause
    ) -> TicketView:
        """This will log a ticket. Raises Impossible: the id is taken."""
        unit = self.books.open(cause)
        ticket = model.begin(logged, unit.now)
        unit.write(
            store.insert(ticket, extra), store.record(ticket, "create", actor.id, "", cause.id)
        )
        unit.emit(events.TicketCreated(ticket=ticket), version=1)
        view = store.view(ticket, extra)
        try:
            await unit.commit(view)
        except Conflict as conflict:
            raise Impossible("There is a ticket with this id. Choose a new UUIDv7.") from conflict
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
        unit.write(store.insert(ticket, extra))
        unit.write(*(store.record(t, step, cause.actor, "", cause.id) for step, t in steps))
        event = events.TicketCreated if past is None else events.TicketSnapshot
        unit.emit(event(ticket=ticket), version=ticket.version)
        try:
            await unit.commit(batch)
        except Duplicate as duplicate:
            return duplicate.done.answer == msgspec.json.encode(batch)
        except Conflict:
            return False
        return True

    async def get(self, *, actor: Actor, id: str) -> TicketView:
        """This will show a ticket. Raises Missing: there is none that the actor may see."""

        async def load() -> bytes | None:
            found = await self.store.ticket(id)
            return msgspec.json.encode(store.view(*found)) if found else None

        body = await self._cache.get_or_load(key=f"ticket:{id}", ttl=RECENT, load=load)
        if body is None:
            raise _missing()
        view = _view(body)
        self._visible(actor, view)
        return view

    async def load(self, *, actor: Actor, id: str) -> tuple[Ticket, Extra]:
        """This will load a ticket for a change. Raises Missing."""
        found = await self.store.ticket(id)
        if found is None:
            raise _missing()
        self._visible(actor, found[0])
        return found

    def _visible(self, actor: Actor, ticket: Ticket) -> None:
        if not sees(
            actor,
            requester=ticket.requester,
            assignee=ticket.assignee,
            store=ticket.store,
            territory=ticket.territory,
        ):
            raise _missing()

    async def change(
        self, *, actor: Actor, id: str, changes: dict[str, object], extra: dict[str, object],
        version: int | None, cause: Cause,
    ) -> TicketView:  # fmt: skip
        """This will change facts. What routing relied on is routed again while nobody has it.

        Raises Missing, Stale, Impossible: the ticket is finished.
        """

        async def attempt() -> TicketView:
            ticket, personal = await self.load(actor=actor, id=id)
            expect(version, ticket.version)
            if ticket.status in ("closed", "cancelled"):
                raise Impossible(f"A {ticket.status} ticket does not change. Reopen it first.")
            unit = self.books.open(cause)
            turn = ticket.turn + (1 if ticket.assignee is None else 0)
            new = replace(
                ticket, version=ticket.version + 1, turn=turn, updated_at=unit.now, **changes
            )
            if extra:
                personal = replace(personal, **extra)
                unit.write(store.rewrite(id, personal))
            return await self._save(unit, new, personal, "change", events.TicketUpdated)

        return await self._again(attempt)

    async def step(
        self, *, actor: Actor, id: str, step: model.Step, cause: Cause, note: str = "",
        waiting_for: str = "", version: int | None = None,
    ) -> TicketView:  # fmt: skip
        """This will take a step; one that this person took already changes nothing.

        Raises Missing, Stale, Impossible.
        """

        async def attempt() -> TicketView:
            ticket, extra = await self.load(actor=actor, id=id)
            if step in _WORK and ticket.assignee != actor.id:
                raise _missing()
            if model.repeated(ticket, step, actor):
                return store.view(ticket, extra)
            expect(version, ticket.version)
            unit = self.books.open(cause)
            if step == "decline":
                return await self._decline(unit, ticket, extra, actor.id, note)
            if step == "reopen":
                new = model.release(ticket, "reopen", unit.now, without=None)
                return await self._save(unit, new, extra, step, events.TicketReopened, note)
            changes = model.changes(step, note, waiting_for)
            new = model.move(ticket, step, unit.now, **changes)
            return await self._save(unit, new, extra, step, _EVENTS[step], note)

        return await self._again(attempt)

    async def _decline(
        self, unit: Unit[Statement], ticket: Ticket, extra: Extra, by: str, note: str
    ) -> TicketView:
        new = model.release(ticket, "decline", unit.now, without=by)
        self._note(unit, new, "decline", note)
        unit.emit(events.TicketDeclined(ticket=new, by=by, note=note), version=new.version)
        return await self._commit(unit, new, extra)

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
        new = model.move(found[0], "assign", unit.now, assignee=event.consultant, turn=event.turn)
        await self._save(unit, new, found[1], "assign", events.TicketUpdated)

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
        await self._save(unit, new, extra, "unassign", events.TicketUpdated, event.reason)

    async def stalled(self, event: RoutingStalled, cause: Cause) -> None:
        """This will say that a dispatcher is needed."""
        found = await self.store.ticket(event.ticket)
        if found is None or found[0].turn != event.turn or found[0].status != "new":
            return
        unit = self.books.open(cause)
        new = model.move(found[0], "stall", unit.now)
        await self._save(unit, new, found[1], "stall", events.TicketUpdated)

    async def say(self, *, actor: Actor, id: str, message: Message, cause: Cause) -> Message:
        """This will add a message. The requester's answer ends waiting for the customer."""

        async def attempt() -> Message:
            ticket, _ = await self.load(actor=actor, id=id)
            unit = self.books.open(cause)
            said = replace(message, at=unit.now)
            unit.write(store.say(id, said))
            if ticket.waiting_for == "customer" and actor.id == ticket.requester:
                ticket = model.move(ticket, "answer", unit.now, waiting_for="")
                self._note(unit, ticket, "answer", "")
                unit.emit(events.TicketUpdated(ticket=ticket), version=ticket.version)
            unit.emit(
                events.MessageAdded(
                    id=said.id,
                    ticket=ticket,
                    author=actor.id,
                    visibility=said.visibility,
                    text=said.text,
                ),
                version=ticket.version,
            )
            await unit.commit(said)
            await self._cache.forget(f"ticket:{id}")
            return said

        return await self._again(attempt)

    async def attach(
        self, *, actor: Actor, id: str, file: Attachment, blob: str, cause: Cause
    ) -> Attachment:
        """This will add the record of a file that is in blobs already."""
        await self.load(actor=actor, id=id)
        unit = self.books.open(cause)
        file = replace(file, at=unit.now)
        unit.write(store.attach(id, file, blob))
        unit.emit(
            events.AttachmentAdded(
                id=file.id,
                ticket=id,
                author=actor.id,
                visibility=file.visibility,
                media=file.media,
                size=file.size,
            ),
            version=1,
        )
        await unit.commit(file)
        return file

    def content(self, blob: str) -> AsyncIterator[bytes]:
        """This will stream a file's content."""
        return self.blobs.read(blob)

    async def know(self, person: Person, cause: Cause) -> None:
        """This will keep the newest copy of a person."""
        unit = self.books.open(cause)
        unit.write(store.know(person))
        await unit.commit()
        await self._cache.forget(f"person:{person.id}")

    async def forget(self, person: str, cause: Cause) -> None:
        """This will remove a person's fields from every ticket."""
        unit = self.books.open(cause)
        unit.write(*store.forget(person))
        await unit.commit()
        await self._cache.forget(f"person:{person}")

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

    async def person(self, id: str) -> Person | None:
        """This will give the copy of a person, from memory where it is recent."""

        async def load() -> bytes | None:
            found = await self.store.person(id)
            return msgspec.json.encode(found) if found else None

        body = await self._cache.get_or_load(key=f"person:{id}", ttl=RECENT, load=load)
        return msgspec.json.decode(body, type=Person) if body else None

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

    async def _save(
        self, unit: Unit[Statement], new: Ticket, extra: Extra, step: str,
        event: type[TicketEvent], note: str = "",
    ) -> TicketView:  # fmt: skip
        self._note(unit, new, step, note)
        unit.emit(event(ticket=new, note=note), version=new.version)
        return await self._commit(unit, new, extra)

    def _note(self, unit: Unit[Statement], new: Ticket, step: str, note: str) -> None:
        unit.write(
            store.update(new), store.record(new, step, unit.cause.actor, note, unit.cause.id)
        )

    async def _commit(self, unit: Unit[Statement], new: Ticket, extra: Extra) -> TicketView:
        view = store.view(new, extra)
        await unit.commit(view)
        await self._cache.forget(f"ticket:{new.id}")
        return view

    async def _again(self, attempt: Callable[[], Awaitable[T]]) -> T:
        for _ in range(TRIES):
            try:
                return await attempt()
            except Conflict:
                continue
        raise Shed("The ticket keeps changing. Try again.", retry_after=1.0)


def _missing() -> Missing:
    return Missing("There is no such ticket, or none that you may see.")
