"""Use cases about what people's records refer to."""

import asyncio
from collections.abc import Sequence

from squad.kernel.http import expect
from squad.kernel.ids import is_uuid, uuid7
from squad.kernel.problem import Fault, Impossible, Invalid, Missing
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.unit import Cause, Conflict
from squad.services.identity import store as tables
from squad.services.identity.model import catalog
from squad.services.identity.model.catalog import Amendment, Entry, New, Organisation, Shelf
from squad.services.identity.service.retry import retried
from squad.services.identity.store import Store


class Catalog:
    """Organisations, stores, skills and territories."""

    def __init__(self, books: Books[Statement], store: Store, bell: asyncio.Event) -> None:
        self._books = books
        self._store = store
        self._bell = bell

    async def get(self, *, shelf: Shelf, id: str) -> Entry:
        """This will show an entry. Raises Missing."""
        entry = await self._store.entry(shelf, id)
        if entry is None:
            raise Missing("There is no such entry.")
        return entry

    async def page(self, *, shelf: Shelf, after: str, limit: int) -> Sequence[Entry]:
        """This will list entries by id."""
        return await self._store.entries(shelf, after=after, limit=limit)

    async def add(self, *, shelf: Shelf, new: New, cause: Cause) -> Entry:
        """This will add an entry. Raises Invalid, Impossible: the id is taken."""
        id = new.id or uuid7()
        if shelf.random and not is_uuid(id):
            raise Invalid("The id is not a UUID.", [Fault("/id", "a UUID in lower case")])
        entry = catalog.entered(shelf, new, id)
        await self._check(entry)
        unit = self._books.open(cause)
        unit.write(tables.add_entry(shelf, entry))
        try:
            await unit.commit(entry)
        except Conflict as conflict:
            raise Impossible("There is an entry with this id. Choose another.") from conflict
        return entry

    async def amend(
        self, *, shelf: Shelf, id: str, change: Amendment, version: int | None, cause: Cause
    ) -> Entry:
        """This will change an entry; a new tier reaches the organisation's people soon after.

        Raises Missing, Invalid, Stale.
        """

        async def attempt() -> Entry:
            old = await self.get(shelf=shelf, id=id)
            expect(version, old.version)
            new = catalog.amended(old, change)
            await self._check(new)
            unit = self._books.open(cause)
            unit.write(tables.change_entry(shelf, new))
            await unit.commit(new)
            if isinstance(old, Organisation) and isinstance(new, Organisation):
                self._bell.set()
            return new

        return await retried(attempt)

    async def _check(self, entry: Entry) -> None:
        """A store's zone, organisation and territory must exist. Raises Invalid."""
        for path, shelf, id in catalog.references(entry):
            if await self._store.entry(shelf, id) is None:
                raise Invalid("It refers to something unknown.", [Fault(path, "not known")])
