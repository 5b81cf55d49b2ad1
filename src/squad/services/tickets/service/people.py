"""The copy of people that tickets keeps."""

import msgspec

from squad.contracts.people import Person
from squad.ports.unit import Cause
from squad.services.tickets import store
from squad.services.tickets.service.desk import RECENT, Desk
from squad.services.tickets.store import registers


class People:
    """Known from identity's events; without mail, phone and name."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def know(self, person: Person, cause: Cause) -> None:
        """This will keep the newest copy of a person."""
        unit = self._desk.books.open(cause)
        unit.write(store.know(person))
        await unit.commit()
        await self._desk.cache.forget(f"person:{person.id}")

    async def forget(self, person: str, cause: Cause) -> None:
        """This will remove a person's fields from every ticket."""
        unit = self._desk.books.open(cause)
        unit.write(*store.forget(person), registers.forget(person))
        await unit.commit()
        await self._desk.cache.forget(f"person:{person}")

    async def person(self, id: str) -> Person | None:
        """This will give the copy of a person, from memory where it is recent."""

        async def load() -> bytes | None:
            found = await self._desk.store.person(id)
            return msgspec.json.encode(found) if found else None

        body = await self._desk.cache.get_or_load(key=f"person:{id}", ttl=RECENT, load=load)
        return msgspec.json.decode(body, type=Person) if body else None
