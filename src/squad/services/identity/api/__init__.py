"""The HTTP interface of identity."""

from squad.services.identity.api import catalog, hours, people, sessions, settings, signin
from squad.services.identity.api.rows import ENDPOINTS

__all__ = ["ENDPOINTS", "catalog", "hours", "people", "sessions", "settings", "signin"]
