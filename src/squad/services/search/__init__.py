"""Search: tickets and people, found by their words by those who may see them."""

from squad.contracts.operations import SnapshotEnded
from squad.contracts.people import UserErased, UserSnapshot
from squad.contracts.tickets import MessageAdded, TicketSnapshot
from squad.kernel.service import Kit, Running, Service
from squad.services.search.api import ENDPOINTS
from squad.services.search.handlers import TICKETS, USERS, handlers
from squad.services.search.service import Search

PACE = 0.25  # s that news is gathered: a flush costs 20 ms, whether for one ticket or for 100


async def start(kit: Kit) -> Running:
    """This will open the service on its kit, and rebuild an index that is not whole."""
    search = Search(kit.index, kit.bus, kit.cache, kit.clock)
    if kit.index.wants_rebuild:
        await search.rebuild()
    return Running(
        rows=ENDPOINTS.rows,
        service=search,
        handlers=handlers(search),
        settle=search.settle,
        pace=PACE,
    )


SERVICE = Service(
    "search",
    needs=("index", "bus", "cache", "clock"),
    consumes=(
        *TICKETS,
        *USERS,
        MessageAdded,
        UserErased,
        TicketSnapshot,
        UserSnapshot,
        SnapshotEnded,
    ),
    rows=ENDPOINTS.rows,
    start=start,
)
