"""The HTTP interface of tickets."""

from squad.services.tickets.api import (
    figures,
    files,
    hints,
    lists,
    steps,
    sync,
    talk,
    tickets,
    uploads,
)
from squad.services.tickets.api.bodies import Arrival, Outcome
from squad.services.tickets.api.rows import ENDPOINTS

__all__ = [
    "ENDPOINTS",
    "Arrival",
    "Outcome",
    "figures",
    "files",
    "hints",
    "lists",
    "steps",
    "sync",
    "talk",
    "tickets",
    "uploads",
]
