"""Use cases of one's own sign-ins: which there are, and ending them."""

from squad.kernel.access import Actor
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.unit import Cause
from squad.services.identity.model.sessions import Session, sessions
from squad.services.identity.store import Store
from squad.services.identity.store import grants as rows


class Sessions:
    """Everybody sees and ends their own. An ended one gets no further access token."""

    def __init__(self, books: Books[Statement], store: Store) -> None:
        self._books = books
        self._store = store

    async def page(self, *, actor: Actor) -> list[Session]:
        """This will list the actor's sign-ins that can still be used, the last used first."""
        now = self._books.clock.now().timestamp()
        return sessions(await self._store.grants.live(actor.id, now), actor.session)

    async def end(self, *, actor: Actor, id: str) -> None:
        """This will end one of the actor's sign-ins; what is not theirs or unknown stays so."""
        await self._write(rows.end_session(actor.id, id), actor)

    async def end_others(self, *, actor: Actor) -> None:
        """This will end all of the actor's sign-ins but the one that asks."""
        await self._write(rows.end_others(actor.id, actor.session), actor)

    async def _write(self, statement: Statement, actor: Actor) -> None:
        unit = self._books.open(Cause("", actor=actor.id))
        unit.write(statement)
        await unit.commit()
