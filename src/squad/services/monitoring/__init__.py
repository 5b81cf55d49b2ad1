"""Monitoring: what happened to a ticket, how the node is, and what became of dead letters."""

import asyncio

from squad.kernel.service import Kit, Running, Service
from squad.kernel.unit import Books
from squad.services.monitoring.api import ENDPOINTS
from squad.services.monitoring.handlers import CONSUMES, observer
from squad.services.monitoring.service import Monitoring
from squad.services.monitoring.store import MIGRATIONS, Store

PACE = 0.1  # s between batches: a view may lag a little, and gathered rows cost less
SAMPLE = 5.0  # s between looks at the queues
PRUNE = 3600.0  # s between looks for what is too old


async def start(kit: Kit) -> Running:
    """This will open the service on its kit."""
    await kit.database.migrate(MIGRATIONS)
    books = Books("monitoring", kit.database, kit.clock)
    monitoring = Monitoring(books, Store(kit.database), kit.bus, kit.vitals)

    async def sample() -> None:
        while True:
            await monitoring.sample()
            await asyncio.sleep(SAMPLE)

    async def prune() -> None:
        while True:
            await monitoring.prune()
            await asyncio.sleep(PRUNE)

    return Running(
        rows=ENDPOINTS.rows,
        service=monitoring,
        books=books,
        observer=observer(monitoring),
        pace=PACE,
        settle=monitoring.settle,
        tasks=(sample, prune),
    )


SERVICE = Service(
    "monitoring",
    needs=("database", "bus", "clock"),
    consumes=CONSUMES,
    rows=ENDPOINTS.rows,
    start=start,
)
