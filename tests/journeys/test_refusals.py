"""Bad input over HTTP: refused with the field and the reason, twice, and nothing changed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.journeys.inside import Inside

from squad.kernel.ids import uuid7
from squad.services.routing import document
from squad.services.routing.policy import DEFAULT

SEA = {"latitude": 35.0, "longitude": -60.0}
HOME = {"latitude": 41.88, "longitude": -87.63, "country": "US"}
DAY = {"days": ["mon"], "start": "08:00", "end": "17:00"}
NIGHT = {"days": ["mon"], "start": "16:00", "end": "23:00"}
BACKWARDS = {"start": "2026-07-02T08:00:00Z", "end": "2026-07-01T08:00:00Z"}


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """The product with one person per role."""
    node = Inside(tmp_path_factory.mktemp("inside"))
    yield node
    node.close()


def policy(**changes: Any) -> dict[str, Any]:
    """The default policy as version 2, with some fields changed; None: left out."""
    fields = {**json.loads(document.dump(DEFAULT)), "version": 2, **changes}
    return {
        "document": {name: value for name, value in fields.items() if value is not None},
        "note": "n",
    }


def person(**changes: Any) -> dict[str, Any]:
    """A consultant to add."""
    contact = {"name": "Zoé Ouellet", "mail": f"{uuid7()}@shop.example"}
    return {"roles": ["consultant"], "contact": contact, "home": HOME, **changes}


CASES: tuple[tuple[str, str, str, Any, str], ...] = (
    ("manager", "PUT", "/api/identity/people/{consultant}/schedule",
     {"on_call": [BACKWARDS]}, "/on_call/0"),
    ("manager", "PUT", "/api/identity/people/{consultant}/schedule",
     {"leave": [BACKWARDS]}, "/leave/0"),
    ("manager", "PUT", "/api/identity/people/{consultant}/schedule",
     {"weekly": [DAY, NIGHT]}, "/weekly/1"),
    ("administrator", "POST", "/api/identity/people", person(zone="Mars/Olympus"), "/zone"),
    ("administrator", "POST", "/api/identity/people", person(skills={"magic": 3}), "/skills"),
    ("administrator", "POST", "/api/identity/people", person(home=None), "/home"),
    ("administrator", "POST", "/api/identity/people",
     person(home={**SEA, "country": "US"}), "/home/latitude"),
    ("administrator", "PATCH", "/api/identity/people/{consultant}", {"home": None}, "/home"),
    ("customer", "POST", "/api/tickets", {"title": "Adrift", "location": SEA},
     "/location/latitude"),
    ("manager", "POST", "/api/routing/policies", policy(overtime=-1), "/document/overtime"),
    ("manager", "POST", "/api/routing/policies", policy(overtime=None), "/document/overtime"),
    ("manager", "POST", "/api/routing/policies", policy(waiting=[1, 1, -1, 1]),
     "/document/waiting/2"),
)  # fmt: skip
STATE = (
    ("administrator", "/api/identity/people?limit=200"),
    ("manager", "/api/identity/people/{consultant}/schedule"),
    ("administrator", "/api/tickets?limit=200"),
    ("manager", "/api/routing/policies"),
    ("manager", "/api/routing/roster"),
)


@pytest.mark.parametrize(("user", "method", "path", "body", "field"), CASES)
def test_refuses_bad_input(
    inside: Inside, user: str, method: str, path: str, body: Any, field: str
) -> None:
    """A problem with the path of the field and a reason; all lists stay as they were."""
    ids = {"consultant": inside.people["consultant"]}
    before = [inside.get(who, where.format(**ids)) for who, where in STATE]
    key = {"Idempotency-Key": uuid7()}

    answers = [
        inside.ask(user, method, path.format(**ids), json=body, headers=key) for _ in range(2)
    ]

    for answer in answers:
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert field in {error["path"] for error in answer.json()["errors"]}
        assert all(error["message"] for error in answer.json()["errors"])
    assert [inside.get(who, where.format(**ids)) for who, where in STATE] == before
