"""The HTTP interface of routing."""

from squad.services.routing.api import decisions, hand, roster
from squad.services.routing.api.rows import ENDPOINTS

__all__ = ["ENDPOINTS", "decisions", "hand", "roster"]
