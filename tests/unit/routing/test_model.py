"""What routing is told is checked where it is made: the field and the reason."""

import math
from typing import Any

import msgspec
import pytest
from tests.unit.routing.world import NOW, somebody, ticket

from squad.services.routing.model import Consultant, Job


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"latitude": 91.0}, "latitude: must be -90 to 90 degrees"),
        ({"longitude": math.nan}, "longitude: must be -180 to 180 degrees"),
        ({"skills": {"network": 6}}, "skills.network: level must be 1 to 5"),
        ({"capacity": 0}, "capacity: must be 1 to 1000"),
        ({"rating": math.nan}, "rating: must be 1 to 5"),
        ({"max_travel_min": -1.0}, "max_travel_min: must be 0 or more"),
        ({"shifts": ((NOW, NOW - 1),)}, "shifts: must end after it starts"),
        ({"shifts": ((NOW, NOW + 9), (NOW + 5, NOW + 20))}, "shifts: must be in order and not"),
        ({"leave": ((NOW, math.inf),)}, "leave: must end after it starts"),
        ({"on_call": ((NOW, NOW),)}, "on_call: must end after it starts"),
    ],
)
def test_refuses_an_impossible_consultant(change: dict[str, Any], reason: str) -> None:
    """Each bad field is named with the reason."""
    with pytest.raises(ValueError, match=reason):
        somebody(**change)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"latitude": math.nan}, "latitude: must be -90 to 90 degrees"),
        ({"skills": {"network": 0}}, "skills.network: level must be 1 to 5"),
        ({"priority": 5}, "priority: must be 1 to 4"),
        ({"due_at": math.inf}, "due_at: must be a number"),
        ({"created_at": math.nan}, "created_at: must be a number"),
        ({"service_min": 0.0}, "service_min: must be more than 0"),
    ],
)
def test_refuses_an_impossible_job(change: dict[str, Any], reason: str) -> None:
    """Each bad field is named with the reason."""
    with pytest.raises(ValueError, match=reason):
        ticket(**change)


def test_checks_what_it_reads_too() -> None:
    """Bad input is refused when decoded as when made."""
    bytes_ = msgspec.json.encode(msgspec.structs.asdict(ticket()) | {"priority": 9})

    with pytest.raises(msgspec.ValidationError, match="priority: must be 1 to 4"):
        msgspec.json.decode(bytes_, type=Job)


def test_travels_as_json() -> None:
    """A consultant and a job come back equal."""
    for one in (somebody(certifications=frozenset({"a", "b"})), ticket(declined_by={"x"})):
        assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one
    assert Consultant.__struct_config__.frozen
