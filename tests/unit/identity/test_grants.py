"""Rules of signing in: PKCE, redirect addresses, families of tokens, slowing down guessers."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from squad.adapters.clock.frozen import Frozen
from squad.contracts.people import Contact, Person
from squad.kernel.problem import Limited
from squad.services.identity.api.page import language
from squad.services.identity.model import grants
from squad.services.identity.model.grants import Ask, Grant, Refused, Tries
from squad.services.identity.model.sessions import device
from squad.services.identity.service.throttle import Throttle

ORIGIN = "https://squad.example"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
ASK = Ask(
    response_type="code", client_id="squad-web", redirect_uri=f"{ORIGIN}/signed-in",
    scope="openid email", state="s", code_challenge=CHALLENGE, code_challenge_method="S256",
)  # fmt: skip
CODE = Grant(
    kind="code", family="f", person="p", client="squad-web", scope="openid email", begun=1000,
    expires=1060, redirect=f"{ORIGIN}/signed-in", challenge=CHALLENGE, nonce="n",
)  # fmt: skip
FORM = {
    "grant_type": "authorization_code", "client_id": "squad-web",
    "redirect_uri": f"{ORIGIN}/signed-in", "code_verifier": VERIFIER,
}  # fmt: skip
verifiers = st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~",
    min_size=43,
    max_size=128,
)


def test_proves_the_example_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    assert grants.proven(CHALLENGE, VERIFIER)


@given(verifiers, verifiers)
def test_proves_a_verifier_by_its_own_challenge_only(one: str, other: str) -> None:
    """S256 of a verifier fits it and no other one."""
    digest = hashlib.sha256(one.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")

    assert grants.proven(challenge, one)
    assert grants.proven(challenge, other) is (one == other)


@given(st.text(max_size=200))
def test_proves_nothing_by_the_challenge_itself(text: str) -> None:
    """The plain method is not served: what is not a verifier proves nothing, nor does noise."""
    assert not grants.proven(text, text)


@pytest.mark.parametrize(
    "uri",
    [
        f"{ORIGIN}/signed-in",
        "http://127.0.0.1:80/callback",
        "http://127.0.0.1:49152/callback",
    ],
)
def test_sends_to_registered_addresses(uri: str) -> None:
    """Our own page, and the loopback of a native application on any port (RFC 8252)."""
    assert grants.client_of(replace(ASK, redirect_uri=uri), ORIGIN).id == "squad-web"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/signed-in",
        f"{ORIGIN}/signed-in/",
        f"{ORIGIN}/signed-in?a=b",
        f"{ORIGIN}/signed-in#a",
        f"{ORIGIN}/SIGNED-IN",
        f"{ORIGIN}.evil.example/signed-in",
        "https://evil.example/signed-in",
        "https://squad.example@evil.example/signed-in",
        "http://squad.example/signed-in",
        "http://localhost:8080/callback",
        "http://127.0.0.1/callback",
        "http://127.0.0.1:8080/callback/../evil",
        "http://127.0.0.1:8080/callback?x",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:8080@evil.example/callback",
        "http://127.0.0.1:٨٠/callback",
        "https://127.0.0.1:8080/callback",
        "javascript:alert(1)//127.0.0.1:1/callback",
        f"{ORIGIN}/signed-in\n",
    ],
)
def test_sends_nowhere_else(uri: str) -> None:
    """Redirect addresses match exactly, or the person stays on our page."""
    with pytest.raises(Refused):
        grants.client_of(replace(ASK, redirect_uri=uri), ORIGIN)


def test_knows_its_clients() -> None:
    """Who is not registered is refused."""
    with pytest.raises(Refused):
        grants.client_of(replace(ASK, client_id="squad-evil"), ORIGIN)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"state": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "\n"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"scope": "openid root"}, "invalid_scope"),
    ],
)
def test_refuses_requests_of_another_kind(changes: dict[str, str], error: str) -> None:
    """Only the code flow with PKCE S256 and a state is served."""
    with pytest.raises(Refused) as caught:
        grants.vet(replace(ASK, **changes))

    assert caught.value.error == error


def test_grants_the_scope_asked_for() -> None:
    """Doubles count once; without a scope it is a plain sign-in."""
    assert grants.vet(replace(ASK, scope="email openid email")) == "email openid"
    assert grants.vet(replace(ASK, scope="")) == "openid"


def test_redeems_a_code_for_its_own_request() -> None:
    """Client, address, verifier and time fit."""
    assert grants.redeem(CODE, FORM, 1059.9) is CODE


@pytest.mark.parametrize(
    ("grant", "form", "now"),
    [
        (None, FORM, 1001),
        (CODE, FORM, 1060),
        (replace(CODE, kind="refresh"), FORM, 1001),
        (CODE, {**FORM, "client_id": "squad-mobile"}, 1001),
        (CODE, {**FORM, "redirect_uri": f"{ORIGIN}/other"}, 1001),
        (CODE, {**FORM, "code_verifier": VERIFIER[:-1] + "a"}, 1001),
        (CODE, {**FORM, "code_verifier": CHALLENGE}, 1001),
        (CODE, {k: v for k, v in FORM.items() if k != "code_verifier"}, 1001),
    ],
)
def test_redeems_a_code_for_nothing_else(
    grant: Grant | None, form: dict[str, str], now: float
) -> None:
    """A stolen, late or mixed-up code is worth nothing."""
    with pytest.raises(Refused) as caught:
        grants.redeem(grant, form, now)

    assert caught.value.error == "invalid_grant"


def test_ends_a_family_in_time() -> None:
    """Refresh tokens live 30 days, and a family 90 days from the sign-in, come what may."""
    first = grants.successor(CODE, 1000)
    last = grants.successor(first, 1000 + 80 * 86_400)

    assert (first.kind, first.family, first.expires) == ("refresh", "f", 1000 + 30 * 86_400)
    assert last.expires == 1000 + 90 * 86_400
    assert (first.challenge, first.redirect, first.nonce) == ("", "", "")


def test_renews_within_what_was_granted() -> None:
    """The client that got it, for what it got."""
    token = grants.successor(CODE, 1000)

    assert grants.renew(token, {"scope": "email"}, 2000) is token
    for form in ({"client_id": "squad-mobile"}, {"scope": "openid phone"}):
        with pytest.raises(Refused):
            grants.renew(token, form, 2000)
    with pytest.raises(Refused):
        grants.renew(CODE, {}, 1001)


def test_tells_a_client_what_its_scopes_allow() -> None:
    """Mail only with `email`, name only with `profile`; the nonce comes back."""
    person = Person(
        id="p", version=1, roles=("customer",), contact=Contact(name="Ann", mail="a@b.c")
    )

    claims = grants.identify(person, CODE, 1000)

    assert (claims["sub"], claims["aud"], claims["nonce"]) == ("p", "squad-web", "n")
    assert claims["email"] == "a@b.c"
    assert "name" not in claims
    assert claims["exp"] == 1900


def test_slows_down_after_five_failures() -> None:
    """Free tries, then 1, 2, 4 … 60 s, and never more."""
    waits = [grants.delay(Tries(count, 100.0), 5, 100.0) for count in (0, 4, 5, 6, 7, 11, 99)]

    assert waits == [0, 0, 1, 2, 4, 60, 60]
    assert grants.delay(Tries(5, 100.0), 5, 101.0) == 0
    assert grants.delay(None, 5, 0) == 0


def guess(throttle: Throttle, account: str, address: str, times: int) -> int:
    """Fails so often; returns how many tries were let through."""
    through = 0
    for _ in range(times):
        try:
            throttle.begin(account, address)
        except Limited:
            continue
        through += 1
    return through


def test_limits_one_address_at_one_account(clock: Frozen) -> None:
    """Five guesses pass, then one after the wait; the owner elsewhere is not hindered."""
    throttle = Throttle(clock)

    passed = guess(throttle, "ann@x.example", "10.0.0.1", 20)
    clock.advance(1.0)
    later = guess(throttle, "Ann@x.example ", "10.0.0.1", 20)

    assert (passed, later) == (5, 1)
    assert guess(throttle, "ann@x.example", "10.0.0.2", 1) == 1


def test_limits_one_account_from_many_addresses(clock: Frozen) -> None:
    """A botnet gets twenty guesses at an account, then has to wait as well."""
    throttle = Throttle(clock)

    passed = sum(guess(throttle, "ann@x.example", f"10.0.0.{n}", 1) for n in range(100))

    assert passed == 20


def test_limits_one_address_at_many_accounts(clock: Frozen) -> None:
    """Trying one password at a thousand accounts ends after fifty."""
    throttle = Throttle(clock)

    passed = sum(guess(throttle, f"{n}@x.example", "10.0.0.1", 1) for n in range(100))

    assert passed == 50


def test_forgets_failures_after_a_success(clock: Frozen) -> None:
    """Who knows the password begins anew, and a shared address is not used up by successes."""
    throttle = Throttle(clock)

    for n in range(200):
        guess(throttle, f"{n}@x.example", "10.0.0.1", 1)
        throttle.passed(f"{n}@x.example", "10.0.0.1")

    assert guess(throttle, "1@x.example", "10.0.0.1", 5) == 5


@pytest.mark.parametrize(
    ("header", "wish", "expected"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "", "fr"),
        ("de,es;q=0.5,en;q=0.4", "", "es"),
        ("en", "fr-CA", "fr"),
        ("", "", "en"),
        ("fr;q=0, en", "", "en"),
        ("zh", "", "en"),
        (";;;,q=,fr;q=x", "", "fr"),
    ],
)
def test_speaks_the_language_asked_for(header: str, wish: str, expected: str) -> None:
    """`ui_locales` first, then Accept-Language by weight, else English."""
    assert language(header, wish) == expected


def test_makes_one_heir_of_a_token() -> None:
    """Two tabs that renew at once get the same next token, which tells nothing of the last."""
    first = grants.heir("a" * 43, b"key")

    assert first == grants.heir("a" * 43, b"key")
    assert len({first, grants.heir("b" * 43, b"key"), grants.heir("a" * 43, b"other")}) == 3
    assert len(first) == 43


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/126.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
         "Firefox on Linux"),
        ("curl/8", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_tells_a_device_coarsely(agent: str, told: str) -> None:
    """Browser and system; no version, no model."""
    assert device(agent) == told
