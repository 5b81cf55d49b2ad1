"""The HTTP interface of routing."""

from squad.services.routing.api import (
    appointments,
    days,
    decisions,
    hand,
    load,
    policies,
    roster,
    simulations,
)
from squad.services.routing.api.rows import ENDPOINTS

__all__ = [
    "ENDPOINTS", "appointments", "days", "decisions", "hand", "load", "policies", "roster",
    "simulations",
]  # fmt: skip
