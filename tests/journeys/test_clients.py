"""Limits count the real client, in every shape of the product."""

import httpx
from tests.journeys.harness import World

from squad.apps.edge import LOGIN


def test_shuts_out_only_who_tries_too_often(world: World) -> None:
    """One address that hammers the sign-in is limited; another signs in as ever.

    It cannot pass for another by saying so.
    """
    ask = {"grant_type": "refresh_token", "refresh_token": "guess", "client_id": "web"}
    path = f"http://127.0.0.1:{world.port}/oauth2/token"
    greedy = httpx.HTTPTransport(local_address="127.0.0.2")

    with httpx.Client(transport=greedy) as http:
        tries = [
            http.post(path, data=ask, headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
            for n in range(LOGIN + 10)
        ]
    others = [world.http.post("/oauth2/token", data=ask).status_code for _ in range(6)]

    assert tries[-1] == 429
    assert 429 not in others
