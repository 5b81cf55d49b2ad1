"""Journeys with people in Cognito: its sign-in page, its own administrators, its absence."""

import asyncio
import base64
import hashlib
import re
import signal
from collections.abc import AsyncIterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest
from deploy.local.engine import stop
from joserfc import jwk, jwt
from tests.engines import Engines
from tests.journeys.house import BASE, ORIGIN, PASSWORD, House, id_of
from tests.pools import Pools, credentials

from squad.adapters.clock.system import SystemClock
from squad.contracts.operations import SnapshotEnded, SnapshotRequested
from squad.contracts.people import UserCreated, UserDeactivated, UserSnapshot, UserUpdated
from squad.kernel import snapshot
from squad.kernel.ids import uuid7
from squad.ports.directory import Account
from squad.ports.unit import Cause, Unavailable
from squad.services.identity.service import Identity

ISSUER = f"{ORIGIN}{BASE}"
MAIL = "customer@demo.example"
VERIFIER = "a-verifier-of-enough-characters-for-the-standard"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
ASK = {
    "response_type": "code", "client_id": "squad-web", "redirect_uri": f"{ORIGIN}/signed-in",
    "scope": "openid profile email", "state": "opaque", "nonce": "n-1",
    "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip
AUTHORIZE, CALLBACK, TOKEN = (
    f"{BASE}/oauth2/{name}" for name in ("authorize", "callback", "token")
)


class Place:
    """A house whose people are in a pool of its own, with Cognito's page as its door."""

    def __init__(self, house: House, pools: Pools, browser: httpx.AsyncClient) -> None:
        self.house = house
        self.pools = pools
        self.browser = browser  # with cookies of our origin
        self.cognito = httpx.AsyncClient(trust_env=False)

    @classmethod
    async def open(cls, endpoint: str, home: Path, *, page: bool = True) -> "Place":
        """This will provision, open, and enroll one person per role."""
        pools = Pools(endpoint, f"j-{home.name[-40:]}".replace("_", "-"), ISSUER)
        options = {"page": endpoint} if page else {}
        await pools.provision(**options)
        clock = SystemClock()
        house = await House.open(home, clock, await pools.open(clock, **options))
        await house.directory.enroll(Account(id_of("customer"), MAIL, True), PASSWORD)
        return cls(house, pools, cls._browser(house))

    @staticmethod
    def _browser(house: House) -> httpx.AsyncClient:
        transport = house.http._transport
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, trust_env=False)

    def other(self) -> httpx.AsyncClient:
        """Another browser."""
        return self._browser(self.house)

    @property
    def identity(self) -> Identity:
        """The running service."""
        return self.house.identity

    async def depart(self, browser: httpx.AsyncClient | None = None, **changes: str) -> str:
        """Asks to sign in; gives where the browser is sent."""
        answer = await (browser or self.browser).get(AUTHORIZE, params={**ASK, **changes})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def fill(self, where: str, mail: str = MAIL, password: str = PASSWORD) -> httpx.Response:
        """Opens Cognito's page and fills it in."""
        page = await self.cognito.get(where)
        assert page.status_code == 200, page.text
        fields = re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
        form = {name: unescape(value) for name, value in fields}
        target = urlunsplit((*urlsplit(where)[:2], "/login", "", ""))
        return await self.cognito.post(
            target, data={**form, "username": mail, "password": password}
        )

    async def back(self, mail: str = MAIL) -> str:
        """Goes to Cognito's page and signs in; gives the address that it sends us back to."""
        answer = await self.fill(await self.depart(), mail)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    async def redeem(self, code: str) -> httpx.Response:
        """Exchanges our code as the application does."""
        form = {
            "grant_type": "authorization_code", "code": code, "client_id": "squad-web",
            "redirect_uri": ASK["redirect_uri"], "code_verifier": VERIFIER,
        }  # fmt: skip
        return await self.house.http.post(TOKEN, data=form)

    async def me(self, token: str) -> httpx.Response:
        """Uses an access token."""
        headers = {"Authorization": f"Bearer {token}"}
        return await self.house.http.get(f"{BASE}/me", headers=headers)

    async def passes(self, number: int = 2) -> list[int]:
        """Makes passes of the sync."""
        return [await self.identity.sync.once() for _ in range(number)]

    async def close(self) -> None:
        """Lets go of everything."""
        await self.browser.aclose()
        await self.cognito.aclose()
        await self.house.close()


@pytest.fixture
async def place(
    engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    """People in Cognito, who sign in at its page."""
    credentials(monkeypatch)
    opened = await Place.open(engines("ministack"), tmp_path)
    yield opened
    await opened.close()


def told(answer: httpx.Response) -> Mapping[str, str]:
    """What a redirect tells the application."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(f"{ORIGIN}/signed-in?")
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def changed(address: str, **changes: str) -> str:
    """An address with other parameters."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **changes})))


# The page


async def test_signs_in_at_cognitos_page(place: Place) -> None:
    """Authorize, its page, back with its code, our code, our tokens; each step sent twice."""
    where, again = await place.depart(), await place.depart()
    asked = dict(parse_qsl(urlsplit(where).query))
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ISSUER}/oauth2/callback"
    assert not {"n-1", CHALLENGE} & set(asked.values())
    assert asked["state"] != dict(parse_qsl(urlsplit(again).query))["state"]

    wrong = await place.fill(where, password="wrong")
    back = (await place.fill(where)).headers["location"]
    first = told(await place.browser.get(back))
    second = told(await place.browser.get(back))
    tokens = (await place.redeem(first["code"])).json()
    me = [(await place.me(tokens["access_token"])).json() for _ in range(2)]

    assert wrong.status_code == 200
    assert (first["state"], first["iss"]) == ("opaque", ISSUER)
    assert (second["error"], second["state"], "code" in second) == (
        "access_denied",
        "opaque",
        False,
    )
    assert [one["id"] for one in me] == [id_of("customer")] * 2
    keys = jwk.KeySet.import_key_set(place.house.directory.keys())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, "squad-web", "n-1")
    repeated = await place.redeem(first["code"])
    assert (repeated.status_code, repeated.json()["error"]) == (400, "invalid_grant")


async def test_brings_nobody_back_into_another_browser(place: Place) -> None:
    """A way that began elsewhere, is altered, or is made up ends here: nothing goes anywhere."""
    back = await place.back()
    state = dict(parse_qsl(urlsplit(back).query))["state"]
    parts = state.split(".")
    later = ".".join((parts[0], str(int(parts[1]) + 9), *parts[2:]))
    stranger = place.other()
    await place.depart(stranger)

    lost = [
        await place.other().get(back),
        await stranger.get(back),
        *[
            await place.browser.get(changed(back, state=other))
            for other in ("", "a.b.c.d", state[:-1], f"x{state}", later, "é.1.e30.x", state * 9)
        ],
    ]

    assert {answer.status_code for answer in lost} == {400}
    assert all("location" not in answer.headers for answer in lost)
    assert "code" in told(await place.browser.get(back))  # none of these spent it


async def test_speaks_the_persons_language_when_it_is_lost(place: Place) -> None:
    """In French the page says what to do, in French."""
    answer = await place.browser.get(CALLBACK, headers={"Accept-Language": "fr"})

    assert answer.status_code == 400
    assert "connectez-vous de nouveau" in answer.text


async def test_tells_the_application_why_nobody_came(place: Place) -> None:
    """Refused at the page, a made-up code, or an ended person: the application hears of it."""
    state = dict(parse_qsl(urlsplit(await place.depart()).query))["state"]
    query = {"state": state}
    refused = await place.browser.get(CALLBACK, params={**query, "error": "access_denied"})
    forged = await place.browser.get(CALLBACK, params={**query, "code": "made up"})
    ended = await place.back()
    await place.house.does("administrator", "POST", f"/people/{id_of('customer')}/deactivate")

    answers = [refused, forged, await place.browser.get(ended)]

    assert [told(one)["error"] for one in answers] == ["access_denied"] * 3


async def test_refuses_a_request_before_it_goes_to_cognito(place: Place) -> None:
    """Unknown applications and addresses end here; bad requests go back where they came from."""
    unknown = await place.browser.get(AUTHORIZE, params={**ASK, "client_id": "evil"})
    address = {**ASK, "redirect_uri": "https://evil.example/"}
    elsewhere = await place.browser.get(AUTHORIZE, params=address)
    plain = await place.browser.get(AUTHORIZE, params={**ASK, "code_challenge_method": "plain"})

    assert (unknown.status_code, elsewhere.status_code) == (400, 400)
    assert told(plain)["error"] == "invalid_request"


async def test_takes_no_password_where_cognitos_page_does(place: Place) -> None:
    """Our own form is not a way around a second factor: it is sent to the page as well."""
    form = {"mail": MAIL, "password": PASSWORD, "token": "x"}

    answer = await place.browser.post(AUTHORIZE, params=ASK, data=form)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(place.pools.endpoint)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"}, {"aud": "another"}, {"token_use": "access"},
        {"nonce": "another"}, {"exp": 1}, {"nonce": None}, {"exp": None},
    ],
)  # fmt: skip
async def test_believes_no_token_that_was_not_made_for_it(
    place: Place, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right key under wrong claims is refused, and so is every claim that is missing."""
    decode = jwt.decode

    def altered(*args: Any, **more: Any) -> Any:
        seen = decode(*args, **more)
        seen.claims.update({k: v for k, v in change.items() if v is not None})
        for name in (k for k, v in change.items() if v is None):
            del seen.claims[name]
        return seen

    monkeypatch.setattr(jwt, "decode", altered)

    assert told(await place.browser.get(await place.back()))["error"] == "access_denied"


async def test_believes_no_token_that_another_signed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by another key, and not by our published key as a shared secret."""
    door: Any = place.house.directory.door
    exchange = door._exchange

    async def forged(form: dict[str, str]) -> dict[str, Any]:
        tokens: dict[str, Any] = await exchange(form)
        head, body, _ = tokens["id_token"].split(".")
        return {"id_token": f"{head}.{body}.{'A' * 342}"}

    monkeypatch.setattr(door, "_exchange", forged)

    assert told(await place.browser.get(await place.back()))["error"] == "access_denied"


async def test_meets_somebody_new_at_the_door(place: Place) -> None:
    """Whom others put into the pool signs in before any pass of the sync, with their groups."""
    sub = await place.pools.join("zoe@shop.example", "store", name="Zoé Ouellet")
    await place.pools.admin(
        "admin_set_user_password", Username="zoe", Password=PASSWORD, Permanent=True
    )

    tokens = await place.redeem(
        told(await place.browser.get(await place.back("zoe@shop.example")))["code"]
    )
    who = (await place.me(tokens.json()["access_token"])).json()
    await place.passes()

    assert (who["id"], who["roles"]) == (sub, ["store"])
    assert who["contact"]["mail"] == "zoe@shop.example"
    created = await place.house.told(UserCreated)
    assert [one.person.contact.name for one in created if one.person.id == sub] == ["Zoé Ouellet"]


async def test_meets_somebody_new_at_our_own_form(
    engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without Cognito's page its people sign in at ours; a stranger's first time is like any."""
    credentials(monkeypatch)
    place = await Place.open(engines("ministack"), tmp_path, page=False)
    sub = await place.pools.join("zoe@shop.example", "auditor")
    await place.pools.admin(
        "admin_set_user_password", Username="zoe", Password=PASSWORD, Permanent=True
    )
    form = {"mail": "Zoe@Shop.example", "password": PASSWORD, "token": await _token(place)}

    answer = await place.browser.post(AUTHORIZE, params=ASK, data=form)
    tokens = await place.redeem(told(answer)["code"])

    who = (await place.me(tokens.json()["access_token"])).json()
    assert (who["id"], who["roles"]) == (sub, ["auditor"])
    await place.close()


# The sync


async def test_finds_whom_others_put_there(place: Place) -> None:
    """A record with the roles of known groups, a customer without; told once, by two nodes."""
    boss = await place.pools.join("boss@shop.example", "manager", "dispatcher")
    guest = await place.pools.join("guest@shop.example", verified=False)
    twin = Identity(
        place.identity._books, place.identity.sync._store, place.house.directory,
        place.identity.people._places, origin=ORIGIN, secret=b"",
    )  # fmt: skip

    await asyncio.gather(place.identity.sync.once(), twin.sync.once())
    assert await place.passes() == [0, 0]

    people = {id: await place.identity.people.get(id=id) for id in (boss, guest)}
    assert [tuple(one.roles) for one in people.values()] == [
        ("dispatcher", "manager"),
        ("customer",),
    ]
    assert [one.contact.mail for one in people.values()] == ["boss@shop.example", ""]
    created = [one.person.id for one in await place.house.told(UserCreated)]
    assert (created.count(boss), created.count(guest)) == (1, 1)


async def test_ends_here_what_ended_there(place: Place) -> None:
    """Ended in the pool: work and tokens end here too, once the second pass still sees it."""
    tokens = await place.redeem(told(await place.browser.get(await place.back()))["code"])
    access, refresh = tokens.json()["access_token"], tokens.json()["refresh_token"]
    await place.pools.admin("admin_disable_user", Username=id_of("customer"))

    assert await place.passes(1) == [0]
    assert (await place.me(access)).status_code == 200
    assert await place.passes(2) == [1, 0]

    assert (await place.me(access)).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": "squad-web"}
    assert (await place.house.http.post(TOKEN, data=form)).status_code == 400
    gone = await place.house.told(UserDeactivated)
    assert [one.person.id for one in gone] == [id_of("customer")]


async def test_ends_there_what_ended_here(place: Place) -> None:
    """Opened in the pool alone it stays ended: only we open it again."""
    await place.house.does("administrator", "POST", f"/people/{id_of('customer')}/deactivate")
    await place.pools.admin("admin_enable_user", Username=id_of("customer"))

    assert await place.passes(3) == [0, 1, 0]

    assert (await place.fill(await place.depart())).status_code == 200  # its page again: refused
    await place.house.does("administrator", "POST", f"/people/{id_of('customer')}/activate")
    assert await place.passes(2) == [0, 0]
    assert "code" in told(await place.browser.get(await place.back()))


async def test_follows_a_mail_that_was_changed_there(place: Place) -> None:
    """The record gets the mail, as one more version, told as any change is."""
    mail = [{"Name": "email", "Value": "new@demo.example"}]
    await place.pools.admin(
        "admin_update_user_attributes", Username=id_of("customer"), UserAttributes=mail
    )

    assert await place.passes(3) == [0, 1, 0]

    [change] = await place.house.told(UserUpdated)
    assert (change.person.contact.mail, change.person.version) == ("new@demo.example", 2)


async def test_keeps_the_last_administrator(place: Place) -> None:
    """Whatever is done in the pool, somebody can still administer; the log says that it was not
    followed."""
    await place.pools.admin("admin_disable_user", Username=id_of("administrator"))

    assert await place.passes(3) == [0, 0, 0]

    assert (await place.identity.people.get(id=id_of("administrator"))).active


async def test_makes_nobody_of_the_rest_of_an_enrollment(place: Place) -> None:
    """A sign-in of ours without a record is what a crash left: it is nobody's."""
    await place.house.directory.enroll(Account(uuid7(), "rest@demo.example", True), PASSWORD)

    assert await place.passes() == [0, 0]
    assert told(await place.browser.get(await place.back("rest@demo.example"))) == {
        "error": "access_denied", "state": "opaque", "iss": ISSUER,
    }  # fmt: skip


async def test_says_which_password_cognito_does_not_take(place: Place) -> None:
    """A space at the end is a bad request here, not an outage."""
    path = f"/people/{id_of('customer')}/password"

    answer = await place.house.ask("administrator", "PUT", path, json={"password": f"{PASSWORD} "})

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "/password")


# Without Cognito


async def test_serves_requests_while_cognito_is_away(
    engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request asks Cognito who somebody is: reads and changes go on, a rebuild too; what needs
    it is refused with 503 and done when it is sent again."""
    credentials(monkeypatch)
    engines("ministack")
    engine = engines.start("ministack", "away")
    place = await Place.open(engine.url, tmp_path, page=False)
    house = place.house
    await house.get("consultant", "/me")
    await house.get("administrator", "/me")
    stop(engine.pid, signal.SIGKILL)

    for _ in range(20):
        assert (await house.get("consultant", "/me"))["id"] == id_of("consultant")
    change = {"contact": {"phone": "556"}}
    await house.does("consultant", "PATCH", f"/people/{id_of('consultant')}", change)
    await _rebuild(place, monkeypatch)
    refused = await house.ask(
        "administrator", "POST", f"/people/{id_of('auditor')}/deactivate", json={},
        headers={"Idempotency-Key": uuid7()},
    )  # fmt: skip
    form = {"mail": MAIL, "password": PASSWORD, "token": await _token(place)}
    signin = await place.browser.post(AUTHORIZE, params=ASK, data=form)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert signin.status_code == 503
    with pytest.raises(Unavailable, match="SQUAD_DIRECTORY"):
        await place.identity.sync.once()
    await place.close()


async def _token(place: Place) -> str:
    page = await place.browser.get(AUTHORIZE, params=ASK)
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


async def _rebuild(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild goes page by page, each asking for the next: never more than one is on its way."""
    monkeypatch.setattr(snapshot, "PAGE", 3)
    request, pages = SnapshotRequested(id=uuid7(), service="routing", source="identity"), []
    while True:
        before = len(await place.house.letters())
        await place.identity.snapshot(request, Cause(uuid7()))
        pages.append(await place.house.told(UserSnapshot, since=before))
        if await place.house.told(SnapshotEnded, since=before):
            break
        [request] = await place.house.told(SnapshotRequested, since=before)
    assert [len(page) for page in pages] == [3, 3, 2]
    assert len({one.person.id for page in pages for one in page}) == 8
