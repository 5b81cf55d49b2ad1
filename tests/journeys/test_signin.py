"""Journeys through signing in: OAuth 2.0 with PKCE, OpenID Connect, and those who try to cheat."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwk, jwt
from tests.journeys.house import BASE, ORIGIN, PASSWORD, House, id_of

from squad.adapters.clock.frozen import Frozen
from squad.ports.directory import Account

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
AUTHORIZE = f"{BASE}/oauth2/authorize"
TOKEN = f"{BASE}/oauth2/token"


@pytest.fixture
async def house(tmp_path: Path, clock: Frozen) -> AsyncIterator[House]:
    """Identity with one person per role; the customer has a password."""
    opened = await House.open(tmp_path, clock)
    await opened.directory.enroll(Account(id_of("customer"), MAIL, True), PASSWORD)
    yield opened
    await opened.close()


async def page(house: House, **changes: str) -> httpx.Response:
    """Opens the sign-in page."""
    return await house.http.get(AUTHORIZE, params={**ASK, **changes})


async def fill(
    house: House, mail: str = MAIL, password: str = PASSWORD, **changes: str
) -> httpx.Response:
    """Opens the page and sends its form."""
    shown = await page(house, **changes)
    form = {"mail": mail, "password": password, "token": token_in(shown)}
    return await house.http.post(AUTHORIZE, params={**ASK, **changes}, data=form)


def token_in(shown: httpx.Response) -> str:
    """The hidden field of a page's form."""
    found = re.search(r'name="token" value="([^"]+)"', shown.text)
    assert found is not None, shown.text
    return found[1]


def told(answer: httpx.Response) -> dict[str, str]:
    """What a redirect tells the client."""
    assert answer.status_code == 303, answer.text
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def code(house: House, **changes: str) -> str:
    """Signs in and takes the code."""
    return told(await fill(house, **changes))["code"]


async def redeem(house: House, secret: str, **changes: str) -> httpx.Response:
    """Exchanges a code."""
    form = {
        "grant_type": "authorization_code", "code": secret, "client_id": "squad-web",
        "redirect_uri": ASK["redirect_uri"], "code_verifier": VERIFIER, **changes,
    }  # fmt: skip
    return await house.http.post(TOKEN, data=form)


async def renew(house: House, token: str, **changes: str) -> httpx.Response:
    """Exchanges a refresh token."""
    form = {
        "grant_type": "refresh_token", "refresh_token": token, "client_id": "squad-web", **changes,
    }  # fmt: skip
    return await house.http.post(TOKEN, data=form)


async def me(house: House, token: str) -> httpx.Response:
    """Uses an access token."""
    headers = {"Authorization": f"Bearer {token}"}
    return await house.http.get(f"{BASE}/me", headers=headers)


async def test_signs_in_as_the_standards_say(house: House) -> None:
    """Discovery, page, code, tokens, userinfo, refresh: by nothing but the published addresses."""
    known = (await house.http.get("/.well-known/openid-configuration")).json()
    keys = jwk.KeySet.import_key_set((await house.http.get(known["jwks_uri"])).json())

    sent = told(await fill(house))
    tokens = (await redeem(house, sent["code"])).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    who = (await house.http.get(known["userinfo_endpoint"], headers=headers)).json()

    assert (sent["state"], sent["iss"]) == ("opaque", known["issuer"])
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    identity = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    assert (identity["iss"], identity["aud"]) == (known["issuer"], "squad-web")
    assert (identity["sub"], identity["nonce"]) == (id_of("customer"), "n-1")
    assert identity["email"] == who["email"] == MAIL
    access = jwt.decode(tokens["access_token"], keys, algorithms=["ES256"])
    assert access.header["typ"] == "at+jwt"
    assert {"sub", "roles", "org", "store", "territories", "lang", "iat", "exp", "jti"} <= set(
        access.claims
    )
    assert "email" not in access.claims
    assert (await me(house, tokens["access_token"])).json()["id"] == id_of("customer")
    assert (await me(house, tokens["id_token"])).status_code == 401
    fresh = (await renew(house, tokens["refresh_token"])).json()
    assert (await me(house, fresh["access_token"])).status_code == 200


@pytest.mark.parametrize(
    ("header", "lang", "title"),
    [("fr-CA,en;q=0.5", "fr", "Se connecter"), ("es", "es", "Iniciar sesión"), ("", "en", "Sign")],
)
async def test_shows_a_page_that_everybody_can_use(
    house: House, header: str, lang: str, title: str
) -> None:
    """In the person's language, labelled, without a script, and framed or cached by nobody."""
    shown = await house.http.get(AUTHORIZE, params=ASK, headers={"Accept-Language": header})

    text = shown.text
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{lang}">' in text
    assert f"<h1>{title}" in text
    for name in ("mail", "password"):
        assert f'<label for="{name}">' in text
        assert f'id="{name}"' in text
    assert 'autocomplete="username"' in text
    assert 'autocomplete="current-password"' in text
    assert "<script" not in text
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert f"form-action 'self' {ORIGIN};" in policy
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert "no-store" in shown.headers["cache-control"]
    assert re.search("HttpOnly; SameSite=Lax", shown.headers["set-cookie"])


async def test_shows_text_as_text(house: House) -> None:
    """What a request brings along is never markup."""
    shown = await page(house, login_hint='"><script>alert(1)</script>')

    assert "<script" not in shown.text
    assert "&lt;script&gt;" in shown.text


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/signed-in"},
        {"redirect_uri": f"{ORIGIN}/signed-in?next=//evil.example"},
        {"redirect_uri": ""},
        {"client_id": "evil"},
        {"client_id": ""},
    ],
)
async def test_sends_nobody_to_strangers(house: House, changes: dict[str, str]) -> None:
    """An address that is not registered is never redirected to, before or after the form."""
    shown = await page(house, **changes)
    good = await page(house)
    form = {"mail": MAIL, "password": PASSWORD, "token": token_in(good)}
    sent = await house.http.post(AUTHORIZE, params={**ASK, **changes}, data=form)

    for answer in (shown, sent):
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "evil" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "root"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_tells_the_client_what_it_asked_wrongly(
    house: House, changes: dict[str, str], error: str
) -> None:
    """By a redirect with the error, the state and our name (RFC 6749, 4.1.2.1; RFC 9207)."""
    answer = told(await page(house, **changes))

    assert (answer["error"], answer["state"]) == (error, "opaque")
    assert answer["iss"] == f"{ORIGIN}{BASE}"


async def test_needs_a_state(house: House) -> None:
    """Without a state the client could not tell its own answer from a planted one."""
    answer = told(await page(house, state=""))

    assert answer["error"] == "invalid_request"


async def test_ignores_parameters_that_it_does_not_know(house: House) -> None:
    """As RFC 6749, 3.1 wants it."""
    assert (await page(house, resource="x", acr_values="y")).status_code == 200


@pytest.mark.parametrize("trick", ["no token", "no cookie", "other token", "old token"])
async def test_takes_its_own_forms_only(house: House, clock: Frozen, trick: str) -> None:
    """A form that another site made, or that lay open for too long, signs nobody in."""
    shown = await page(house)
    form = {"mail": MAIL, "password": PASSWORD, "token": token_in(shown)}
    if trick == "no token":
        del form["token"]
    elif trick == "no cookie":
        house.http.cookies.clear()
    elif trick == "other token":
        house.http.cookies.clear()
        form["token"] = token_in(await page(house))
        house.http.cookies.clear()
        await page(house)
    else:
        clock.advance(1801)

    answer = await house.http.post(AUTHORIZE, params=ASK, data=form)

    assert answer.status_code == 403
    assert 'role="alert"' in answer.text
    assert PASSWORD not in answer.text


async def test_answers_a_wrong_password_and_an_unknown_mail_alike(house: House) -> None:
    """Same status, same words; only the address that was typed differs."""
    wrong = await fill(house, password="wrong")
    unknown = await fill(house, mail="nobody@demo.example")
    without = await fill(house, mail="manager@demo.example")

    def bare(answer: httpx.Response) -> str:
        text = re.sub(r'name="token" value="[^"]+"', "", answer.text)
        return re.sub(r"[a-z]+@demo\.example", "", text)

    assert {answer.status_code for answer in (wrong, unknown, without)} == {422}
    assert bare(wrong) == bare(unknown) == bare(without)
    assert set(wrong.headers) == set(unknown.headers)
    assert PASSWORD not in wrong.text


@pytest.mark.parametrize("mail", [MAIL, "nobody@demo.example"])
async def test_slows_down_guessing(house: House, clock: Frozen, mail: str) -> None:
    """After five failures one waits, with a number of seconds; then one may try again."""
    answers = [await fill(house, mail=mail, password="wrong") for _ in range(7)]
    clock.advance(2)

    later = await fill(house, mail=mail, password="wrong")

    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2
    assert answers[-1].headers["retry-after"] == "1"
    assert 'role="alert"' in answers[-1].text
    assert later.status_code == 422


async def test_lets_the_owner_in_after_a_guesser(house: House, clock: Frozen) -> None:
    """Nobody is locked out: after the wait the right password signs in."""
    for _ in range(7):
        await fill(house, password="wrong")
    clock.advance(60)

    answer = await fill(house)

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": VERIFIER + "x"},
        {"code_verifier": ""},
        {"client_id": "squad-mobile"},
        {"redirect_uri": f"{ORIGIN}/other"},
        {"code": "made up"},
    ],
)
async def test_gives_nothing_for_a_code_that_does_not_fit(
    house: House, changes: dict[str, str]
) -> None:
    """Errors are those of RFC 6749, 5.2, and say nothing about other people's codes."""
    answer = await redeem(house, await code(house), **changes)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"
    assert "no-store" in answer.headers["cache-control"]


async def test_lets_a_code_run_out(house: House, clock: Frozen) -> None:
    """A minute is enough for a redirect."""
    late = await code(house)
    clock.advance(60)

    assert (await redeem(house, late)).status_code == 400


async def test_takes_back_what_a_code_gave_when_it_comes_twice(house: House) -> None:
    """The second use of a code revokes the tokens of the first."""
    once = await code(house)
    tokens = (await redeem(house, once)).json()

    again = await redeem(house, once)
    after = await renew(house, tokens["refresh_token"])

    assert (again.status_code, after.status_code) == (400, 400)
    assert after.json()["error"] == "invalid_grant"


async def test_puts_both_out_when_a_refresh_token_comes_twice(house: House) -> None:
    """Owner and thief are told apart by nobody: the whole family ends."""
    first = (await redeem(house, await code(house))).json()["refresh_token"]
    second = (await renew(house, first)).json()["refresh_token"]

    thief = await renew(house, first)
    owner = await renew(house, second)

    assert second != first
    assert (thief.status_code, owner.status_code) == (400, 400)
    assert await house.database.fetch("select * from grants") == []


async def test_gives_one_of_many_at_once(house: House) -> None:
    """Ten exchanges of one code at the same moment: at most one gets tokens, none keeps them."""
    once = await code(house)

    answers = await asyncio.gather(*(redeem(house, once) for _ in range(10)))

    good = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(good) <= 1
    for tokens in good:
        assert (await renew(house, tokens["refresh_token"])).status_code == 400


async def test_keeps_no_secret_that_a_thief_of_the_file_could_use(house: House) -> None:
    """Codes and refresh tokens are in the database by their hash only."""
    once = await code(house)
    tokens = (await redeem(house, once)).json()

    rows = await house.database.fetch("select * from grants")

    kept = repr([tuple(row) for row in rows])
    assert len(rows) == 2
    assert once not in kept
    assert tokens["refresh_token"] not in kept


@pytest.mark.parametrize("how", ["revoke", "deactivate", "erase", "password", "time"])
async def test_ends_refresh_tokens_by(house: House, clock: Frozen, how: str) -> None:
    """Sign-out, deactivation, erasure, a new password and 30 days without use."""
    token = (await redeem(house, await code(house))).json()["refresh_token"]
    path = f"/people/{id_of('customer')}"

    if how == "revoke":
        form = {"token": token, "client_id": "squad-web"}
        assert (await house.http.post(f"{BASE}/oauth2/revoke", data=form)).status_code == 200
        assert (await house.http.post(f"{BASE}/oauth2/revoke", data=form)).status_code == 200
    elif how == "password":
        body = {"password": "another good password"}
        await house.ask("administrator", "PUT", f"{path}/password", json=body)
    elif how == "time":
        clock.advance(30 * 86_400)
    else:
        await house.does("administrator", "POST", f"{path}/{how}")

    assert (await renew(house, token)).json()["error"] == "invalid_grant"


async def test_takes_new_roles_with_the_next_token(house: House) -> None:
    """A refresh reads the person anew."""
    token = (await redeem(house, await code(house))).json()["refresh_token"]
    path = f"/people/{id_of('customer')}"
    await house.does("administrator", "PATCH", path, {"roles": ["customer", "store"]})

    fresh = (await renew(house, token)).json()

    assert house.directory.verify(fresh["access_token"]).roles == ("customer", "store")


@pytest.mark.parametrize(
    ("content", "kind", "error"),
    [
        (b"", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        (b"grant_type=password", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded", "invalid_request"),
        (b'{"grant_type":"refresh_token"}', "application/json", "invalid_request"),
        (b"\xff\xfe=\xff", "application/x-www-form-urlencoded", "invalid_request"),
        (b"a=" + b"x" * 20_000, "application/x-www-form-urlencoded", "invalid_request"),
        (b"&".join(b"a%d=1" % n for n in range(99)), "application/x-www-form-urlencoded",
         "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=%00%ED%A0%80",
         "application/x-www-form-urlencoded", "invalid_grant"),
    ],
)  # fmt: skip
async def test_answers_odd_token_requests_by_the_standard(
    house: House, content: bytes, kind: str, error: str
) -> None:
    """A clear error of RFC 6749, never a crash."""
    answer = await house.http.post(TOKEN, content=content, headers={"Content-Type": kind})

    assert answer.status_code == 400
    assert answer.json()["error"] == error


async def test_serves_native_applications_on_any_port(house: House) -> None:
    """RFC 8252: the loopback address with the port that was free."""
    address = "http://127.0.0.1:51004/callback"
    changes = {"client_id": "squad-mobile", "redirect_uri": address}

    answer = await fill(house, **changes)
    tokens = await redeem(house, told(answer)["code"], **changes)

    assert answer.headers["location"].startswith(f"{address}?")
    assert tokens.status_code == 200


async def test_mints_tokens_in_process(house: House) -> None:
    """`squad token USER` takes an id or a mail; who is ended or unknown gets none."""
    by_mail = await house.identity.mint(MAIL.upper())
    by_id = await house.identity.mint(id_of("customer"))

    assert house.directory.verify(by_mail).subject == house.directory.verify(by_id).subject
    await house.does("administrator", "POST", f"/people/{id_of('store')}/deactivate")
    for user in ("store@demo.example", "nobody@demo.example", "", "x"):
        with pytest.raises(Exception, match="no active person"):
            await house.identity.mint(user)


async def test_speaks_at_the_root_of_the_origin_as_well(house: House) -> None:
    """The edge maps `/oauth2/*` and `/.well-known/*`."""
    shown = await house.http.get(f"/oauth2/authorize?{urlencode(ASK)}")
    form = {"mail": MAIL, "password": PASSWORD, "token": token_in(shown)}
    sent = await house.http.post("/oauth2/authorize", params=ASK, data=form)

    keys: Any = (await house.http.get("/.well-known/jwks.json")).json()

    assert "code" in told(sent)
    assert all("d" not in key for key in keys["keys"])
