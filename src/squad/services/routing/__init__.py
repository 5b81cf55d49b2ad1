"""Routing: who gets which ticket, and why."""

import asyncio
import contextlib

from squad.contracts.people import AvailabilityChanged, UserErased
from squad.kernel.service import Kit, Running, Service
from squad.kernel.unit import Books
from squad.ports.unit import Conflict, Duplicate
from squad.services.routing.api import ENDPOINTS
from squad.services.routing.handlers import TICKETS, USERS, handlers
from squad.services.routing.policy import DEFAULT
from squad.services.routing.service import Routing
from squad.services.routing.store import MIGRATIONS

TICK = 0.5  # s between looks for lapsed offers
SWEEP = 4  # ticks between sweeps over waiting tickets


async def start(kit: Kit) -> Running:
    """This will open the service on its kit, with the state in memory rebuilt."""
    await kit.database.migrate(MIGRATIONS)
    books = Books("routing", kit.database, kit.clock)
    routing = Routing(books, kit.database, DEFAULT, kit.rehearse)
    await routing.policies.seed(kit.database, DEFAULT)
    await routing.refusals.listed()
    await routing.step()
    if not routing.memory.fresh:
        await routing.memory.refresh()  # a standby is warm

    async def watch() -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK)
            ticks += 1
            if routing.active:
                with contextlib.suppress(Conflict, Duplicate):  # the state was read again
                    await routing.look(sweep=ticks % SWEEP == 0)

    return Running(
        rows=ENDPOINTS.rows,
        service=routing,
        books=books,
        handlers=handlers(routing),
        tasks=(watch, routing.lead, routing.trials.run),
        active=lambda: routing.active,
    )


SERVICE = Service(
    "routing",
    needs=("database", "clock"),
    consumes=(*TICKETS, *USERS, UserErased, AvailabilityChanged),
    rows=ENDPOINTS.rows,
    start=start,
)
