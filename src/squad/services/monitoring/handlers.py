"""What monitoring does when the others speak: it looks on."""

from squad.contracts.envelope import Event
from squad.contracts.people import UserSnapshot
from squad.contracts.registry import EVENTS
from squad.contracts.tickets import TicketSnapshot
from squad.kernel.dispatch import Observer
from squad.services.monitoring.service import Monitoring

# Snapshots tell what is, not what happened.
CONSUMES: tuple[type[Event], ...] = tuple(
    event for event in EVENTS.values() if event not in (TicketSnapshot, UserSnapshot)
)


def observer(monitoring: Monitoring) -> Observer:
    """This will bind every event to the one thing that is done with it."""
    return monitoring.see
