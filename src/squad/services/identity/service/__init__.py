"""Use cases of identity: people, their hours, the catalogue, and signing in."""

import asyncio
import contextlib
from collections.abc import Sequence

from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import Person
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.directory import Directory
from squad.ports.places import Places
from squad.ports.unit import Cause
from squad.services.identity.model.hours import Schedule
from squad.services.identity.model.people import Guest
from squad.services.identity.service.catalog import Catalog
from squad.services.identity.service.grants import Grants
from squad.services.identity.service.hours import Hours
from squad.services.identity.service.people import People
from squad.services.identity.service.sessions import Sessions
from squad.services.identity.service.settings import Chosen
from squad.services.identity.service.sync import Sync
from squad.services.identity.service.throttle import Throttle
from squad.services.identity.service.upkeep import Upkeep
from squad.services.identity.store import Store

TEND = 300.0  # s between looks for what time alone makes due


class Identity:
    """The service. Every public method of its parts is a use case; commands commit one unit."""

    def __init__(
        self, books: Books[Statement], store: Store, directory: Directory, places: Places, *,
        origin: str, secret: bytes,
    ) -> None:  # fmt: skip
        throttle = Throttle(books.clock)
        self._books = books
        self.origin = origin
        self.secret = secret
        self.directory = directory
        self.bell = asyncio.Event()
        self.guests: Sequence[Guest] = ()
        self.hours = Hours(books, store)
        self.people = People(books, store, directory, self.hours, throttle, places)
        self.catalog = Catalog(books, store, self.bell)
        self.sync = Sync(books, store, directory, self.people)
        self.grants = Grants(books, store, directory, throttle, self.sync, origin, secret)
        self.sessions = Sessions(books, store)
        self.upkeep = Upkeep(books, store)
        self.settings = Chosen(books, store)

    async def enroll(
        self, *, person: Person, password: str | None = None, schedule: Schedule | None = None,
        cause: Cause,
    ) -> Person:  # fmt: skip
        """This will add a person as given, once: for demo worlds and imports. See People.enroll."""
        return await self.people.enroll(
            person=person, password=password, schedule=schedule, cause=cause
        )

    def show(self, guests: Sequence[Guest]) -> None:
        """This will offer demo people on the sign-in page: for demo worlds, whose passwords are
        no secret.
        """
        self.guests = tuple(guests)

    async def mint(self, person: str) -> str:
        """This will make an access token for a person, by id or mail. Raises Missing."""
        return await self.grants.mint(person=person)

    def now(self) -> float:
        """This will tell the time, seconds since 1970."""
        return self._books.clock.now().timestamp()

    async def snapshot(self, event: SnapshotRequested, cause: Cause) -> None:
        """This will send a page of all people and hours again, for a service that asked."""
        await self.upkeep.snapshot(event, cause)

    async def tend(self) -> None:
        """This will do what time or a change of tier makes due, until cancelled."""
        rung = True
        await self.upkeep.index()
        while True:
            self.bell.clear()
            if rung:
                await self.upkeep.retier()
            await self.hours.extend()
            await self.upkeep.forget()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TEND):
                    await self.bell.wait()
            rung = self.bell.is_set()
