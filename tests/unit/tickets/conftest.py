"""What the tests of tickets begin with."""

from datetime import datetime
from typing import Any

import pytest
from tests.conftest import NOON

from squad.contracts.tickets import Spot, Ticket
from squad.kernel.ids import derive
from squad.services.tickets.model import Logged, begin

SPOT = Spot(
    latitude=41.88,
    longitude=-87.63,
    postal_code="60601",
    place="Chicago",
    region="IL",
    country="US",
    zone="America/Chicago",
)


def logged(**changes: Any) -> Logged:
    """What is known when a ticket is logged."""
    known: dict[str, Any] = {
        "id": derive("test", "ticket"), "title": "Till 3 does not start", "description": "",
        "category": "pos", "skills": {}, "certification": "", "priority": 3, "mode": "onsite",
        "spot": SPOT, "windows": (), "requester": derive("test", "customer"),
        "organisation": "acme", "store": "", "tier": "bronze", "language": "en",
    }  # fmt: skip
    return Logged(**{**known, **changes})


def fresh(now: datetime = NOON, **changes: Any) -> Ticket:
    """A ticket that was just logged."""
    return begin(logged(**changes), now)


@pytest.fixture
def ticket() -> Ticket:
    """A ticket that was just logged, at noon."""
    return fresh()
