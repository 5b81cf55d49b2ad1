"""The HTTP interface of routing."""

from squad.services.routing.api import decisions, hand, policies, roster
from squad.services.routing.api.rows import ENDPOINTS

__all__ = ["ENDPOINTS", "decisions", "hand", "policies", "roster"]
