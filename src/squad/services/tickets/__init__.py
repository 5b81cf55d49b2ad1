"""Tickets: logged, stepped through their life, talked about, and never lost."""

import asyncio
from datetime import timedelta

from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import (
    UserCreated,
    UserDeactivated,
    UserErased,
    UserSnapshot,
    UserUpdated,
)
from squad.contracts.routing import (
    RoutingStalled,
    TicketAssigned,
    TicketUnassigned,
    TripInterrupted,
)
from squad.kernel.service import Kit, Running, Service
from squad.kernel.unit import Books
from squad.services.tickets.api import ENDPOINTS
from squad.services.tickets.handlers import handlers
from squad.services.tickets.model import AUTOCLOSE
from squad.services.tickets.model.uploads import KEPT
from squad.services.tickets.service import Tickets
from squad.services.tickets.store import MIGRATIONS, Store

SWEEP = timedelta(minutes=1)  # between looks for resolved tickets to close


async def start(kit: Kit) -> Running:
    """This will open the service on its kit."""
    await kit.database.migrate(MIGRATIONS)
    books = Books("tickets", kit.database, kit.clock)
    tickets = Tickets(books, Store(kit.database), kit.places, kit.cache, kit.blobs, kit.proposer)

    async def sweep() -> None:
        while True:
            await asyncio.sleep(SWEEP.total_seconds())
            await tickets.close_resolved(before=kit.clock.now() - AUTOCLOSE)
            await tickets.uploads.sweep(before=kit.clock.now() - KEPT)

    return Running(
        rows=ENDPOINTS.rows,
        service=tickets,
        books=books,
        handlers=handlers(tickets),
        tasks=(
            sweep,
            tickets.live.run,
            tickets.repair.run,
        ),
    )


SERVICE = Service(
    "tickets",
    needs=("database", "blobs", "cache", "places", "proposer", "clock"),
    consumes=(
        UserCreated,
        UserUpdated,
        UserDeactivated,
        UserSnapshot,
        UserErased,
        TicketAssigned,
        TicketUnassigned,
        TripInterrupted,
        RoutingStalled,
        SnapshotRequested,
    ),
    rows=ENDPOINTS.rows,
    start=start,
)
