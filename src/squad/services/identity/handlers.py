"""What identity does when the others speak."""

from squad.contracts.operations import SnapshotRequested
from squad.kernel.dispatch import Handlers
from squad.services.identity.service import Identity


def handlers(identity: Identity) -> Handlers:
    """This will bind each event to its use case."""
    return {SnapshotRequested: identity.snapshot}
