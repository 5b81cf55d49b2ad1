"""The HTTP interface of tickets."""

from squad.services.tickets.api import files, steps, talk, tickets
from squad.services.tickets.api.bodies import Arrival, Outcome
from squad.services.tickets.api.rows import ENDPOINTS

__all__ = ["ENDPOINTS", "Arrival", "Outcome", "files", "steps", "talk", "tickets"]
