"""Use cases about people."""

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from squad.contracts.envelope import Event
from squad.contracts.people import (
    Person,
    UserCreated,
    UserDeactivated,
    UserErased,
    UserUpdated,
)
from squad.kernel.access import Actor
from squad.kernel.http import expect
from squad.kernel.ids import is_uuid, uuid7
from squad.kernel.problem import Fault, Impossible, Invalid
from squad.kernel.unit import Books, Unit
from squad.ports.database import Statement
from squad.ports.directory import Account, Directory, Taken, Unfit
from squad.ports.places import Places
from squad.ports.unit import Cause, Duplicate
from squad.services.identity import store as tables
from squad.services.identity.model import handles, people
from squad.services.identity.model.hours import Kept, Schedule, check
from squad.services.identity.model.people import Change, Draft
from squad.services.identity.service.hours import Hours
from squad.services.identity.service.locks import Locks
from squad.services.identity.service.retry import retried
from squad.services.identity.service.throttle import Throttle
from squad.services.identity.store import Store
from squad.services.identity.store import grants as rows
from squad.services.identity.store.settings import drop_settings

FOUND = 20  # people that a search gives at most
BATCH = 200  # people who get their organisation's new tier side by side


class People:
    """Profiles in the database, sign-ins in the directory.

    The sign-in is made before the profile, so that a mail is never promised twice; what a crash
    leaves between the two is a sign-in without a profile, which nobody can use and which the
    next owner of the mail takes over.
    """

    def __init__(
        self, books: Books[Statement], store: Store, directory: Directory, hours: Hours,
        throttle: Throttle, places: Places,
    ) -> None:  # fmt: skip
        self._books = books
        self._places = places
        self._throttle = throttle
        self._store = store
        self._directory = directory
        self._hours = hours
        self._locks = Locks()

    async def get(self, *, id: str) -> Person:
        """This will show a person, an erased one as well. Raises Missing."""
        record = await self._store.person(id)
        if record is None:
            raise people.nobody()
        return record.person

    async def page(self, *, after: str, limit: int, tags: Mapping[str, str]) -> Sequence[Person]:
        """This will list people by id. tags: "role", "territory", "organisation"."""
        return [one.person for one in await self._store.people(after=after, limit=limit, tags=tags)]

    async def find(self, *, text: str, tags: Mapping[str, str]) -> list[Person]:
        """This will find at most 20 people by names, mail or the last digits of their number.

        Raises Invalid: it is too short to look for.
        """
        if not (asked := handles.asked(text)):
            fault = Fault("query.q", "two letters of a name or mail, or four digits, at least")
            raise Invalid("That is too short to look for.", [fault])
        found = [record.person for record in await self._store.find(asked, tags, FOUND)]
        return sorted(found, key=lambda one: (not one.active, one.contact.name.casefold(), one.id))

    async def create(self, *, actor: Actor, draft: Draft, cause: Cause) -> Person:
        """This will add a person. Raises Invalid, Forbidden, Impossible: id or mail is taken."""
        people.may_add(actor, draft)
        id = draft.id or uuid7()
        if not is_uuid(id):
            raise Invalid("The id is not a UUID.", [Fault("/id", "a UUID in lower case")])
        person = people.drafted(draft, id)
        person = await self._settled(person, people.given(draft))
        return await self._add(person, None, None, cause)

    async def enroll(
        self, *, person: Person, password: str | None, schedule: Schedule | None, cause: Cause
    ) -> Person:
        """This will add a person with password and hours; if there already, nothing changes.

        Raises Invalid: it refers to something unknown; Impossible: the mail is somebody else's.
        """
        if (record := await self._store.person(person.id)) is not None:
            return record.person
        if schedule is not None:
            check(schedule)
        person = replace(person, version=1)
        fields = set(Person.__struct_fields__)
        try:
            settled = await self._settled(person, fields)
            return await self._add(settled, password, schedule, cause)
        except Duplicate:
            return await self.get(id=person.id)

    async def _add(
        self, person: Person, password: str | None, schedule: Schedule | None, cause: Cause
    ) -> Person:
        async with self._locks.hold(person.id, person.contact.mail):
            await self._first(cause)
            if await self._store.person(person.id) is not None:
                raise Impossible("There is a person with this id. Choose a new UUIDv7.")
            if person.contact.mail:
                await self._claim(person, password)
            unit = self._books.open(cause)
            unit.write(*tables.add_person(person))
            unit.emit(UserCreated(person=person), version=1)
            if schedule is not None:
                self._hours.tell(unit, person, Kept(person.id), schedule)
            await unit.commit(person)
        return person

    async def change(
        self, *, actor: Actor, id: str, change: Change, version: int | None, cause: Cause
    ) -> Person:
        """This will change fields of a person.

        Raises Missing, Forbidden, Invalid, Stale, Impossible: erased, the mail is taken, or the
        last administrator would go.
        """

        async def attempt() -> Person:
            record = await self._store.person(id)
            if record is None:
                raise people.nobody()
            people.may_change(actor, record.person, change)
            old = people.alive(record)
            expect(version, old.version)
            new = await self._settled(people.changed(old, change), people.given(change))
            if new.contact.mail != old.contact.mail:
                await self._claim(new, None)
            return await self._save(old, new, UserUpdated(person=new), cause)

        mail = change.contact.mail if isinstance(change.contact, people.Reach) else ""
        async with self._locks.hold(id, mail or ""):
            await self._first(cause)
            return await retried(attempt)

    async def deactivate(self, *, id: str, version: int | None, cause: Cause) -> Person:
        """This will end a person's sign-in and work; again changes nothing.

        Raises Missing, Stale, Impossible: erased, or the last administrator.
        """
        return await self._switch(id, False, version, cause)

    async def activate(self, *, id: str, version: int | None, cause: Cause) -> Person:
        """This will let a person sign in and work again. Raises Missing, Stale, Impossible."""
        return await self._switch(id, True, version, cause)

    async def _switch(self, id: str, active: bool, version: int | None, cause: Cause) -> Person:
        async def attempt() -> Person:
            old = people.alive(await self._store.person(id))
            expect(version, old.version)
            if old.active == active:
                await self._books.open(cause).commit(old)
                return old
            new = replace(old, active=active, version=old.version + 1)
            event = UserUpdated(person=new) if active else UserDeactivated(person=new)
            return await self._save(old, new, event, cause, ends=not active)

        async with self._locks.hold(id):
            person = await retried(attempt)
            if active:
                await self._claim(person, None)
            else:
                await self._directory.disable(id)
        return person

    async def erase(self, *, id: str, version: int | None, cause: Cause) -> Person:
        """This will remove everything that tells who it was, here and, by events, everywhere.

        Raises Missing, Stale, Impossible: the last administrator.
        """

        async def attempt() -> Person:
            record = await self._store.person(id)
            if record is not None and record.erased:
                return record.person
            old = people.alive(record)
            expect(version, old.version)
            gone = people.erased(old)
            new = replace(gone, version=gone.version + 1)
            unit = self._books.open(cause)
            unit.write(tables.drop_schedule(id), drop_settings(id))
            await self._put(unit, old, new, ends=True, erased=True)
            unit.emit(UserDeactivated(person=gone), version=gone.version)
            unit.emit(UserErased(id=id), version=new.version)
            await unit.commit(new)
            return new

        async with self._locks.hold(id):
            person = await retried(attempt)
            await self._directory.remove(id)
        return person

    async def password(
        self, *, actor: Actor, id: str, password: str, current: str, address: str
    ) -> None:
        """This will set a password and end all sign-ins: one's own with the current one, an
        administrator anybody's.

        Raises Missing, Invalid: the current one is wrong; Limited; Impossible: no mail, erased.
        """
        if actor.id != id and not actor.has(people.ADMINISTRATOR):
            raise people.nobody()
        person = people.alive(await self._store.person(id))
        mail = person.contact.mail
        if not mail:
            raise Impossible("A sign-in needs a mail address. Give the person one first.")
        if actor.id == id:
            self._throttle.begin(mail, address)
            if await self._directory.authenticate(mail, current) is None:
                raise Invalid("The current password is wrong.", [Fault("/current", "wrong")])
            self._throttle.passed(mail, address)
        async with self._locks.hold(id, mail):
            try:
                await self._directory.enroll(Account(id, mail, person.active), password)
            except Unfit as unfit:
                raise Invalid(str(unfit), [Fault("/password", "not taken")]) from unfit
            unit = self._books.open(Cause("", actor=actor.id))
            unit.write(rows.end_grants(id))
            await unit.commit()

    async def _save(
        self, old: Person, new: Person, event: Event, cause: Cause, *, ends: bool = False
    ) -> Person:
        unit = self._books.open(cause)
        await self._put(unit, old, new, ends=ends)
        unit.emit(event, version=new.version)
        if old.zone != new.zone and "consultant" in new.roles:
            kept = await self._store.hours(new.id)
            if kept.version:
                self._hours.tell(unit, new, kept)
        await unit.commit(new)
        return new

    async def _put(
        self, unit: Unit[Statement], old: Person, new: Person, *, ends: bool, erased: bool = False
    ) -> None:
        """ends: sign-ins end as well. Raises Impossible: it would be the last administrator."""
        if people.rules(old) and not people.rules(new):
            others, guard = await self._store.administrators(but=old.id)
            if not others:
                raise Impossible("This is the last administrator. Make somebody else one first.")
            unit.write(tables.guard_administrators(guard))
        unit.write(*tables.change_person(old, new, erased=erased))
        if ends:
            unit.write(rows.end_grants(new.id))

    async def _first(self, cause: Cause) -> None:
        """What reaches the directory is not taken back by a late Duplicate: ask before it."""
        if (done := await self._books.ledger.done(cause.id)) is not None:
            raise Duplicate(done)

    async def _settled(self, person: Person, fields: Collection[str]) -> Person:
        known = await self._store.known(person)
        if person.home is not None and "home" in fields:
            near = self._places.nearest(person.home.latitude, person.home.longitude)
            known = replace(known, near=near)
        return people.settled(person, known, fields)

    async def _claim(self, person: Person, password: str | None) -> None:
        """Makes or opens the sign-in. Raises Invalid, Impossible: the mail is somebody else's."""
        account = Account(person.id, person.contact.mail, person.active)
        try:
            await self._directory.enroll(account, password)
        except Unfit as unfit:
            raise Invalid(str(unfit), [Fault("/contact", "not taken for a sign-in")]) from unfit
        except Taken as taken:
            holder = await self._directory.find(account.mail)
            if holder is not None and await self._store.person(holder.id) is not None:
                raise Impossible("This mail address belongs to somebody else.") from taken
            if holder is not None:
                await self._directory.remove(holder.id)
            await self._directory.enroll(account, password)
