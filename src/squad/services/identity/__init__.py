"""Identity: who people are, what they can do, when they work, and how they sign in."""

from squad.contracts.operations import SnapshotRequested
from squad.kernel.service import Kit, Running, Service
from squad.kernel.unit import Books
from squad.services.identity.api import ENDPOINTS
from squad.services.identity.handlers import handlers
from squad.services.identity.service import Identity
from squad.services.identity.store import MIGRATIONS, Store


async def start(kit: Kit) -> Running:
    """This will open the service on its kit. Raises ValueError: its directory only verifies."""
    if not hasattr(kit.directory, "enroll"):
        raise ValueError("SQUAD_DIRECTORY: identity needs a whole directory, not its keys alone")
    await kit.database.migrate(MIGRATIONS)
    books = Books("identity", kit.database, kit.clock)
    identity = Identity(
        books, Store(kit.database), kit.directory, kit.places, origin=kit.origin, secret=kit.secret
    )
    return Running(
        rows=ENDPOINTS.rows,
        service=identity,
        books=books,
        handlers=handlers(identity),
        tasks=(identity.tend, identity.sync.run),
        ready=kit.directory.waits,
    )


SERVICE = Service(
    "identity",
    needs=("database", "directory", "places", "clock"),
    consumes=(SnapshotRequested,),
    rows=ENDPOINTS.rows,
    start=start,
)
