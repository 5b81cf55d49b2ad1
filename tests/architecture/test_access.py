"""Nobody gets in but by the table: every route, every role."""

from typing import Any, get_args

import pytest
from litestar import Request

from squad.apps import wiring
from squad.contracts.people import Role
from squad.kernel.access import PUBLIC, TABLE, Actor, allowed
from squad.kernel.http import Endpoint, Route
from squad.kernel.ids import uuid7
from squad.kernel.problem import Forbidden, Unauthorized

ROLES: tuple[str, ...] = get_args(Role)
ROWS = [(service.name, row) for service in wiring.services() for row in service.rows]
CLOSED = [row for _, row in ROWS if row.action != PUBLIC]

# Sign-in, keys, and surveys, whose link is itself the permission. Nothing else is open.
OPEN = {
    "GET /api/engagement/surveys/{token}",
    "POST /api/engagement/surveys/{token}",
    "POST /api/engagement/surveys/{token}/form",
    "GET /api/identity/.well-known/jwks.json",
    "GET /api/identity/.well-known/openid-configuration",
    "GET /api/identity/demo",
    "GET /api/identity/oauth2/authorize",
    "GET /api/identity/oauth2/callback",
    "POST /api/identity/oauth2/authorize",
    "POST /api/identity/oauth2/revoke",
    "POST /api/identity/oauth2/token",
}


def address(row: Endpoint) -> str:
    """Method and path."""
    return f"{row.method} {row.path}"


def request(row: Endpoint, actor: Actor | None) -> Request[Any, Any, Any]:
    """A request whose body would not even be readable."""
    scope: Any = {
        "type": "http",
        "method": row.method,
        "path": row.path,
        "headers": [],
        "query_string": b"?",
        "squad.actor": actor,
    }
    return Request(scope)


def test_opens_only_what_must_be_open() -> None:
    """The routes without a token are exactly these."""
    assert {address(row) for _, row in ROWS if row.action == PUBLIC} == OPEN


def test_knows_every_action() -> None:
    """Each route's action is in the table: a slip of the pen would close it to everybody."""
    assert [address(row) for row in CLOSED if row.action not in TABLE] == []


def test_grants_only_what_is_used() -> None:
    """Each action of the table belongs to a route, and each role in it exists."""
    assert set(TABLE) - {row.action for row in CLOSED} == set()
    assert {role for roles in TABLE.values() for role in roles} <= set(ROLES)


def test_gives_each_service_its_own_addresses() -> None:
    """A route is under its service's name, its action too, and no two are the same."""
    addresses = [address(row) for _, row in ROWS]

    assert len(addresses) == len(set(addresses))
    assert [row.path for name, row in ROWS if not row.path.startswith(f"/api/{name}")] == []
    assert [row.action for row in CLOSED if row.action.split(".")[0] not in row.path] == []


@pytest.mark.parametrize("row", CLOSED, ids=address)
async def test_denies_whom_the_table_does_not_name(row: Endpoint) -> None:
    """Without a token 401, with every role that may not 403: before anything is read or run."""
    route = Route(row, None, None)
    strangers = [role for role in ROLES if not allowed([role], row.action)]

    with pytest.raises(Unauthorized):
        await route.answer(request(row, None))
    for roles in ((), ("nobody",), tuple(strangers)):
        with pytest.raises(Forbidden):
            await route.answer(request(row, Actor(uuid7(), roles)))
