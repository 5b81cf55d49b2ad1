"""Use cases of one's own settings."""

from collections.abc import Mapping
from typing import Any

from squad.kernel.access import Actor
from squad.kernel.http import expect
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.unit import Cause
from squad.services.identity.model.settings import Settings, bounded
from squad.services.identity.service.retry import retried
from squad.services.identity.store import Store
from squad.services.identity.store.settings import keep_settings


class Chosen:
    """Everybody keeps their own; nobody sees those of others."""

    def __init__(self, books: Books[Statement], store: Store) -> None:
        self._books = books
        self._store = store

    async def get(self, *, actor: Actor) -> Settings:
        """This will show the actor's settings."""
        return await self._store.settings.of(actor.id)

    async def put(
        self, *, actor: Actor, settings: Mapping[str, Any], version: int | None, cause: Cause
    ) -> Settings:
        """This will replace the actor's settings; without a version the last writer wins.

        Raises Stale, Oversize, Invalid.
        """
        body = bounded(settings)

        async def attempt() -> Settings:
            old = await self._store.settings.of(actor.id)
            expect(version, old.version)
            new = Settings(version=old.version + 1, settings=settings)
            unit = self._books.open(cause)
            unit.write(keep_settings(actor.id, new.version, body))
            await unit.commit(new)
            return new

        return await retried(attempt)
