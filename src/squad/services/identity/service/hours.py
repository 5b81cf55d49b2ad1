"""Use cases about working hours."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from squad.contracts.people import Person
from squad.kernel.access import Actor
from squad.kernel.http import expect
from squad.kernel.ids import derive
from squad.kernel.problem import Impossible, Missing
from squad.kernel.unit import Books, Unit
from squad.ports.database import Statement
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.identity import store as tables
from squad.services.identity.model import hours
from squad.services.identity.model.hours import Kept, Plan, Schedule, Shifts
from squad.services.identity.model.people import Record, alive
from squad.services.identity.service.retry import retried
from squad.services.identity.store import Store

BATCH = 100  # people whose horizon moves side by side


class Hours:
    """Schedules, and what is told of them."""

    def __init__(self, books: Books[Statement], store: Store) -> None:
        self._books = books
        self._store = store

    async def get(self, *, actor: Actor, id: str) -> Plan:
        """This will show a schedule, empty with version 0 where there is none. Raises Missing."""
        person = await self._person(actor, id)
        return hours.plan(person, await self._store.hours(id))

    async def put(
        self, *, actor: Actor, id: str, schedule: Schedule, version: int | None, cause: Cause
    ) -> Plan:
        """This will replace a consultant's schedule and tell the new availability.

        Raises Missing, Invalid, Stale, Impossible: not a consultant, or erased.
        """
        hours.check(schedule)

        async def attempt() -> Plan:
            person = await self._person(actor, id)
            old = await self._store.hours(id)
            expect(version, old.version)
            unit = self._books.open(cause)
            unit.write(tables.guard_person(person))
            new = self.tell(unit, person, old, schedule)
            view = hours.plan(person, new)
            await unit.commit(view)
            return view

        return await retried(attempt)

    def tell(
        self, unit: Unit[Statement], person: Person, old: Kept, schedule: Schedule | None = None
    ) -> Kept:
        """This will add to a unit that hours changed. Raises Impossible: not a consultant."""
        if "consultant" not in person.roles:
            raise Impossible("Only consultants have a schedule.")
        new = hours.advanced(old, unit.now, schedule)
        unit.write(tables.keep_schedule(old, new))
        unit.emit(hours.published(new, person.zone), version=new.availability)
        return new

    async def shifts(
        self, *, actor: Actor, person: str, since: datetime, until: datetime, after: str,
        limit: int,
    ) -> tuple[Sequence[Shifts], str | None]:  # fmt: skip
        """This will list the intervals of one person, or of a page of people by id.

        person: "" is everybody whose hours the actor may see. Returns the key of the next page
        as well. Raises Missing, Invalid.
        """
        hours.check_range(since, until)
        if person or not actor.has(*hours.PLANNERS):
            one = await self._person(actor, person or actor.id)
            kept = [await self._store.hours(one.id)]
        else:
            kept = await self._store.planned(after=after, limit=limit)
        found = [(one, await self._store.person(one.person)) for one in kept]
        items = [
            Shifts(one.person, hours.spread(one.schedule, record.person.zone, since, until))
            for one, record in found
            if record is not None and hours.visible(actor, record.person)
        ]
        return items, kept[-1].person if len(kept) == limit else None

    async def extend(self) -> int:
        """This will move everybody's horizon to 28 days from today, once a day, on any node.

        Returns how many were moved.
        """
        now = self._books.clock.now()
        until, after, moved = hours.window(now)[1].timestamp(), "", 0
        while batch := await self._store.planned(after=after, limit=BATCH, until=until):
            moved += sum(await asyncio.gather(*(self._extend(one, now) for one in batch)))
            after = batch[-1].person
        return moved

    async def _extend(self, kept: Kept, now: datetime) -> bool:
        """A conflict or a duplicate means that somebody else has told it just now."""
        record = await self._store.person(kept.person)
        if record is None or record.erased or "consultant" not in record.person.roles:
            return False
        cause = Cause(derive("availability", kept.person, now.date().isoformat()))
        unit = self._books.open(cause)
        self.tell(unit, record.person, kept)
        try:
            await unit.commit()
        except (Duplicate, Conflict):
            return False
        return True

    async def _person(self, actor: Actor, id: str) -> Person:
        record: Record | None = await self._store.person(id)
        if record is None:
            raise Missing("There is no such person.")
        if not hours.visible(actor, record.person):
            raise Missing("There is no such person.")
        return alive(record)
