"""Journeys through the browser's session: a cookie that no script reads, tabs, and sign-out."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.journeys.house import BASE, ORIGIN, PASSWORD, House, id_of

from squad.adapters.clock.frozen import Frozen
from squad.ports.directory import Account
from squad.services.identity.model.people import Guest

MAIL = "customer@demo.example"
PATH = f"{BASE}/oauth2"
OWN = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (Android 14) Firefox/127.0"}
VERIFIER = "a-verifier-of-enough-characters-for-the-standard"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
ASK = {
    "response_type": "code", "client_id": "squad-app", "redirect_uri": f"{ORIGIN}/callback",
    "scope": "openid", "state": "opaque", "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}  # fmt: skip


@pytest.fixture
async def house(tmp_path: Path, clock: Frozen) -> AsyncIterator[House]:
    """Identity with one person per role; the customer has a password."""
    opened = await House.open(tmp_path, clock)
    await opened.directory.enroll(Account(id_of("customer"), MAIL, True), PASSWORD)
    yield opened
    await opened.close()


def guest(role: str) -> Guest:
    """Somebody of the demo world."""
    return Guest(id_of(role), "Ana <Ng>", "customer", f"{role}@demo.example", "en", PASSWORD)


def cookie(house: House) -> str:
    """What the browser keeps."""
    return house.http.cookies.get("squad-session", "", path=PATH) or ""


async def enter(house: House, headers: dict[str, str] = OWN) -> httpx.Response:
    """Signs in as the app does, up to its first tokens."""
    shown = await house.http.get(f"{PATH}/authorize", params=ASK)
    found = re.search(r'name="token" value="([^"]+)"', shown.text)
    assert found is not None
    form = {"mail": MAIL, "password": PASSWORD, "token": found[1]}
    sent = await house.http.post(f"{PATH}/authorize", params=ASK, data=form)
    code = parse_qs(urlsplit(sent.headers["location"]).query)["code"][0]
    form = {
        "grant_type": "authorization_code", "code": code, "client_id": "squad-app",
        "redirect_uri": ASK["redirect_uri"], "code_verifier": VERIFIER,
    }  # fmt: skip
    return await house.http.post(f"{PATH}/token", data=form, headers=headers)


async def renew(house: House, token: str = "", headers: dict[str, str] = OWN) -> httpx.Response:
    """Renews as the app does; token: of another moment than now."""
    form = {"grant_type": "refresh_token", "client_id": "squad-app"}
    if token:
        headers = {**headers, "Cookie": f"squad-session={token}"}
    return await house.http.post(f"{PATH}/token", data=form, headers=headers)


async def test_keeps_the_refresh_token_from_scripts(house: House) -> None:
    """The token is in a strict cookie and in no body; the session renews for 30 days."""
    first = await enter(house)
    second = await renew(house)

    for answer in (first, second):
        assert "refresh_token" not in answer.json()
        told = answer.headers["set-cookie"]
        for part in (f"Path={PATH};", "HttpOnly", "SameSite=Strict", "Max-Age=2592000"):
            assert part in told
    bearer = {"Authorization": f"Bearer {second.json()['access_token']}"}
    me = await house.http.get(f"{BASE}/me", headers=bearer)
    assert me.json()["id"] == id_of("customer")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:9000"},
        {},
    ],
)
async def test_serves_its_own_pages_only(house: House, headers: dict[str, str]) -> None:
    """Another site can neither use a session, nor plant one, nor end it."""
    await enter(house)
    kept = cookie(house)

    planted = await enter(house, headers)
    used = await renew(house, headers=headers)
    form = {"client_id": "squad-app"}
    ended = await house.http.post(f"{PATH}/revoke", data=form, headers=headers)

    assert [one.status_code for one in (planted, used, ended)] == [400, 400, 400]
    assert cookie(house) == kept
    assert (await renew(house, headers={"Origin": ORIGIN})).status_code == 200


async def test_lets_two_tabs_renew_at_once(house: House) -> None:
    """Five tabs at the same moment get one successor, and nobody is signed out."""
    await enter(house)
    old = cookie(house)

    answers = await asyncio.gather(*(renew(house, old) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["set-cookie"] for answer in answers}) == 1
    assert (await renew(house)).status_code == 200


async def test_forgives_a_lost_answer_days_later(house: House, clock: Frozen) -> None:
    """A phone that never got the answer renews with its old token, until the new one is used."""
    await enter(house)
    old = cookie(house)
    await renew(house, old)
    clock.advance(20 * 86_400)

    again = await renew(house, old)

    assert again.status_code == 200
    await renew(house)  # the successor is used now: the old token is a thief's
    clock.advance(31)
    assert (await renew(house, old)).json()["error"] == "invalid_grant"
    assert (await renew(house)).json()["error"] == "invalid_grant"


async def test_lets_a_slow_tab_catch_up_for_half_a_minute(house: House, clock: Frozen) -> None:
    """A request that others overtook gets the youngest token."""
    await enter(house)
    old = cookie(house)
    await renew(house)
    await renew(house)
    young = cookie(house)
    clock.advance(29)

    late = await renew(house, old)

    assert late.status_code == 200
    assert young in late.headers["set-cookie"]


async def test_signs_out_by_the_cookie(house: House) -> None:
    """Revoking without a token ends the browser's session and clears its cookie."""
    await enter(house)
    kept = cookie(house)

    ended = await house.http.post(f"{PATH}/revoke", data={"client_id": "squad-app"}, headers=OWN)

    assert (ended.status_code, cookie(house)) == (200, "")
    assert (await renew(house, kept)).json()["error"] == "invalid_grant"


async def test_lists_and_ends_sign_ins(house: House, clock: Frozen) -> None:
    """Own sign-ins with device and times; one or all others can be ended, from any of them."""
    await enter(house)
    phone = cookie(house)
    house.http.cookies.clear()
    clock.advance(60)
    bearer = {"Authorization": f"Bearer {(await enter(house)).json()['access_token']}"}

    listed = (await house.http.get(f"{BASE}/sessions", headers=bearer)).json()["items"]
    for _ in range(2):
        gone = await house.http.post(f"{BASE}/sessions/end-others", headers=bearer)
        assert gone.status_code == 204

    assert [(one["device"], one["current"]) for one in listed] == [
        ("Firefox on Android", True), ("Firefox on Android", False),
    ]  # fmt: skip
    assert (await renew(house, phone)).status_code == 400
    here = f"{BASE}/sessions/{listed[0]['id']}"
    assert (await house.ask("manager", "DELETE", f"/sessions/{listed[0]['id']}")).status_code == 204
    assert (await renew(house)).status_code == 200
    assert (await house.http.delete(here, headers=bearer)).status_code == 204
    assert (await renew(house)).status_code == 400


async def test_replaces_the_session_of_a_browser(house: House) -> None:
    """Who signs in again in the same browser leaves no second session behind."""
    await enter(house)
    answer = await enter(house)

    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    listed = (await house.http.get(f"{BASE}/sessions", headers=bearer)).json()["items"]

    assert [one["current"] for one in listed] == [True]


async def test_offers_the_people_of_the_demo_world(house: House) -> None:
    """A button a person, escaped; filled in by `login_hint`; nothing of it elsewhere."""
    without = await house.http.get(f"{BASE}/demo")
    house.identity.show([guest("customer")])

    offered = (await house.http.get(f"{BASE}/demo")).json()
    shown = await house.http.get(f"{PATH}/authorize", params={**ASK, "login_hint": MAIL})

    assert without.json() == {"items": [], "password": ""}
    assert (offered["items"][0]["mail"], offered["password"]) == (MAIL, PASSWORD)
    assert "<span>Ana &lt;Ng&gt;</span>" in shown.text
    assert shown.text.count(f'value="{PASSWORD}"') == 2
    house.identity.show([])
    plain = await house.http.get(f"{PATH}/authorize", params={**ASK, "login_hint": MAIL})
    assert PASSWORD not in plain.text
