"""The HTTP interface of engagement."""

from squad.services.engagement.api import inbox, push, surveys
from squad.services.engagement.api.rows import ENDPOINTS

__all__ = ["ENDPOINTS", "inbox", "push", "surveys"]
