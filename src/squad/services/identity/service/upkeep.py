"""What nobody asks for: passing on tiers, and sending everything again."""

import asyncio
import contextlib
from collections.abc import Sequence

from msgspec.structs import replace

from squad.contracts.envelope import Event
from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import UserErased, UserSnapshot, UserUpdated
from squad.kernel.ids import derive
from squad.kernel.snapshot import send_page
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.identity import store as tables
from squad.services.identity.model import hours
from squad.services.identity.model.catalog import SHELVES, Organisation
from squad.services.identity.model.people import Record
from squad.services.identity.store import Store
from squad.services.identity.store import grants as rows
from squad.services.identity.store.handles import all_known

BATCH = 200  # people or organisations a round


class Upkeep:
    """Work that the data itself makes due; any node may do it, at any time, again."""

    def __init__(self, books: Books[Statement], store: Store) -> None:
        self._books = books
        self._store = store

    async def retier(self) -> int:
        """This will give people the tier of their organisation. Returns how many got another."""
        shelf, after, changed = SHELVES["organisations"], "", 0
        while page := await self._store.entries(shelf, after=after, limit=BATCH):
            for entry in page:
                assert isinstance(entry, Organisation)
                while moved := await self._pass_on(entry):
                    changed += moved
            after = page[-1].id
        return changed

    async def _pass_on(self, organisation: Organisation) -> int:
        batch = await self._store.untiered(organisation, BATCH)
        return sum(await asyncio.gather(*(self._retier(one, organisation) for one in batch)))

    async def _retier(self, record: Record, organisation: Organisation) -> bool:
        """A conflict means that the person just changed, and took the tier over with that."""
        old = record.person
        new = replace(old, tier=organisation.tier, version=old.version + 1)
        unit = self._books.open(
            Cause(derive("tier", organisation.id, str(organisation.version), old.id))
        )
        unit.write(*tables.change_person(old, new))
        unit.emit(UserUpdated(person=new), version=new.version)
        try:
            await unit.commit()
        except (Duplicate, Conflict):
            return False
        return True

    async def index(self) -> None:
        """This will keep the words of those who were there before people were found by them."""
        if await self._store.indexed():
            return
        after = ""
        while page := await self._store.people(after=after, limit=BATCH, tags={}):
            await asyncio.gather(*(self._index(record.person.id) for record in page))
            after = page[-1].person.id
        unit = self._books.open(Cause(""))
        unit.write(all_known())
        await unit.commit()

    async def _index(self, id: str) -> None:
        """A conflict means that the person just changed."""
        while (record := await self._store.person(id)) is not None:
            unit = self._books.open(Cause(""))
            unit.write(tables.guard_person(record.person), *tables.index_person(record.person))
            with contextlib.suppress(Conflict):
                await unit.commit()
                return

    async def forget(self) -> None:
        """This will forget codes and refresh tokens past their time."""
        unit = self._books.open(Cause(""))
        unit.write(rows.forget_grants(unit.now.timestamp()))
        await unit.commit()

    async def snapshot(self, event: SnapshotRequested, cause: Cause) -> None:
        """This will send a page of all people, with hours and erasures, again."""
        await send_page(self._books, event, cause, source="identity", load=self._page)

    async def _page(self, after: str, limit: int) -> list[tuple[str, Sequence[tuple[Event, int]]]]:
        page = await self._store.people(after=after, limit=limit, tags={}, erased=True)
        return [(one.person.id, await self._events(one)) for one in page]

    async def _events(self, record: Record) -> list[tuple[Event, int]]:
        person = record.person
        if record.erased:
            return [(UserErased(id=person.id), person.version)]
        events: list[tuple[Event, int]] = [(UserSnapshot(person=person), person.version)]
        kept = await self._store.hours(person.id)
        if kept.version:
            events.append((hours.published(kept, person.zone), kept.availability))
        return events
