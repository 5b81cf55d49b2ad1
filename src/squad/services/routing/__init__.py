"""Routing: who gets which ticket, and why."""

import asyncio

from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import AvailabilityChanged, UserErased
from squad.kernel.ids import uuid7
from squad.kernel.service import Kit, Running, Service
from squad.kernel.unit import Books
from squad.ports.unit import Cause
from squad.services.routing.api import ENDPOINTS
from squad.services.routing.handlers import TICKETS, USERS, handlers
from squad.services.routing.policy import DEFAULT
from squad.services.routing.service import Routing
from squad.services.routing.store import MIGRATIONS, Store

TICK = 0.5  # s between looks for lapsed offers
SWEEP = 4  # ticks between sweeps over waiting tickets


async def start(kit: Kit) -> Running:
    """This will open the service on its kit, with the state in memory rebuilt."""
    await kit.database.migrate(MIGRATIONS)
    books = Books("routing", kit.database, kit.clock)
    routing = Routing(books, Store(kit.database), DEFAULT)
    await routing.memory.load()
    if not routing.memory.people:
        await _ask_for_everything(books)

    async def watch() -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK)
            await routing.offers.lapse()
            ticks += 1
            if ticks % SWEEP == 0:
                await routing.waiting.sweep()

    return Running(
        rows=ENDPOINTS.rows,
        service=routing,
        books=books,
        handlers=handlers(routing),
        tasks=(watch,),
    )


async def _ask_for_everything(books: Books) -> None:  # type: ignore[type-arg]
    """Without its own copies routing asks the sources for all people and tickets."""
    id = uuid7()
    unit = books.open(Cause(id))
    for source in ("identity", "tickets"):
        unit.emit(SnapshotRequested(id=id, service="routing", source=source), version=1)
    await unit.commit()


SERVICE = Service(
    "routing",
    needs=("database", "clock"),
    consumes=(*TICKETS, *USERS, UserErased, AvailabilityChanged),
    rows=ENDPOINTS.rows,
    start=start,
)
