"""The lease: one router at a time, by a token that rises each time it changes hands."""

import math

from squad.kernel import holder, log, metrics
from squad.ports.clock import Clock
from squad.ports.database import Database, Statement
from squad.ports.unit import Cause, Conflict, Unavailable
from squad.services.routing import store
from squad.services.routing.service.strain import Strain
from squad.services.routing.store import Store

LEASE = 3.0  # s without a beat after which a standby takes over
BEAT = 1.0  # s between beats
LOOK = 0.5  # s between a standby's looks

_log = log.get("router")
_active = metrics.gauge("squad_router_active", "1: routes tickets. 0: stands by.")


class Lease:
    """Held by one process. Nobody compares clocks: a standby counts its own seconds without a beat.

    token: of this holder, 0 for a standby. It is in every unit, where the table has the last
    word: who slept longer than the lease, and woke up believing to hold it, changes nothing.
    """

    def __init__(self, database: Database, tables: Store, clock: Clock, strain: Strain) -> None:
        self.token = 0
        self._database = database
        self._store = tables
        self._clock = clock
        self._strain = strain
        self._me = holder.mine()
        self._until = -math.inf
        self._seen = -1, -1
        self._since = 0.0

    @property
    def held(self) -> bool:
        """Whether nobody else can have taken it, as far as this process knows."""
        return self.token > 0 and self._clock.monotonic() < self._until

    async def look(self) -> bool:
        """This will beat, or take the lease where it is free. Returns whether it was taken now.

        Raises Unavailable.
        """
        began = self._clock.monotonic()
        found = await self._store.lease()
        if self.token and self.token != found.token:
            _log.warning("router.replaced", token=self.token, by=found.token)
            self.token = 0
        taken = not self.token and self._free(found, began)
        if not self.token and not taken:
            _active.set(0)
            return False
        try:
            await self._write(store.take(found, self._me) if taken else store.renew(self.token))
        except Conflict:
            self.token = 0
            return False
        self._until = began + LEASE
        if taken:
            self.token = found.token + 1
            _log.info("router.active", token=self.token)
        _active.set(1)
        return taken

    def _free(self, found: store.Lease, now: float) -> bool:
        """Given up, its holder proven dead, or without a beat for as long as the lease lasts."""
        if (found.token, found.beat) != self._seen:
            self._seen, self._since = (found.token, found.beat), now
        return not found.holder or holder.gone(found.holder) or now - self._since >= LEASE

    async def release(self) -> None:
        """This will give it up, as a clean stop does."""
        if self.token:
            self._until = -math.inf
            await self._write(store.release(self.token))

    async def _write(self, write: Statement) -> None:
        with self._strain.timed():
            await self._database.commit(Cause(""), [write], [], b"")

    def fence(self, policy: int) -> Statement:
        """This will guard a unit that decides by a version of the policy.

        Raises Unavailable: this process stands by.
        """
        if not self.token:
            raise Unavailable("another process routes now; this one stands by")
        return store.fence(self.token, policy)
