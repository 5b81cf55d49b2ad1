"""Rules of signing in: clients, redirect addresses, PKCE, tokens, and slowing down guessers."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import UNSET, Meta, UnsetType

from squad.contracts.people import Person

ACCESS = 900  # s that an access token and an id token live
CODE = 60  # s that an authorization code lives (RFC 6749, 4.1.2: at most 600)
REFRESH = 30 * 86_400  # s that a refresh token lives unused
FAMILY = 90 * 86_400  # s after which a person signs in again, come what may
GRACE = 30  # s in which a browser's tabs may still turn in the token before the last
FORM = 1_800  # s that a sign-in page may stay open
SCOPES = ("openid", "profile", "email", "phone", "offline_access")

LOOPBACK = "http://127.0.0.1:*/callback"  # any port (RFC 8252, 7.3)
Form = Mapping[str, str]
Text = Annotated[str, Meta(max_length=2_000)]


class Client(msgspec.Struct, frozen=True):
    """An application that people sign in to. Public: it keeps no secret, so it proves by PKCE.

    redirects: exact addresses; "/…" is on our own origin, LOOPBACK takes any port.
    browser: its refresh token is in a cookie that no script reads, and may come twice.
    """

    id: str
    redirects: Sequence[str]
    browser: bool = False


CLIENTS: Mapping[str, Client] = {
    client.id: client
    for client in (
        Client("squad-web", ("/signed-in", LOOPBACK)),
        Client("squad-app", ("/callback", LOOPBACK), browser=True),
        Client("squad-mobile", ("/signed-in", LOOPBACK)),
    )
}


class Ask(msgspec.Struct, frozen=True):
    """What an authorization request says (RFC 6749, 4.1.1; RFC 7636, 4.3; OpenID Connect 3.1.2).

    Parameters that are not known are ignored, as the standard wants it.
    """

    response_type: Text = ""
    client_id: Text = ""
    redirect_uri: Text = ""
    scope: Text = ""
    state: Text = ""
    nonce: Text = ""
    code_challenge: Text = ""
    code_challenge_method: Text = ""
    prompt: Text = ""
    login_hint: Text = ""
    ui_locales: Text = ""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A code or a refresh token, without its secret: what it lets its holder have.

    family: everything that one sign-in gave. begun: when the person signed in, s since 1970.
    made, used: when it was given and turned in. device: coarse, for the list of sign-ins.
    """

    kind: Literal["code", "refresh"]
    family: str
    person: str
    client: str
    scope: str
    begun: float
    expires: float
    redirect: str = ""
    challenge: str = ""
    nonce: str = ""
    made: float = 0.0
    used: float = 0.0
    device: str = ""


class Tokens(msgspec.Struct, frozen=True):
    """The answer of the token endpoint (RFC 6749, 5.1); an id token where `openid` was asked.

    refresh_token: left out where it is in a cookie.
    """

    access_token: str
    expires_in: int
    scope: str
    refresh_token: str | UnsetType = UNSET
    token_type: str = "Bearer"  # noqa: S105
    id_token: str | UnsetType = UNSET


class Refused(Exception):
    """A refusal in the words of RFC 6749, 4.1.2.1 and 5.2."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def client_of(ask: Ask, origin: str) -> Client:
    """This will find who asks; only then an error may be sent to the redirect address.

    Raises Refused: unknown client, or an address that is not registered.
    """
    client = CLIENTS.get(ask.client_id)
    if client is None:
        raise Refused("invalid_client", "This application is not registered here.")
    if not any(_fits(ask.redirect_uri, pattern, origin) for pattern in client.redirects):
        raise Refused("invalid_request", "This redirect address is not registered.")
    return client


def _fits(uri: str, pattern: str, origin: str) -> bool:
    if pattern == LOOPBACK:
        found = re.fullmatch(r"http://127\.0\.0\.1:([0-9]{1,5})/callback", uri)
        return found is not None and int(found[1]) < 65_536
    return uri == (f"{origin}{pattern}" if pattern.startswith("/") else pattern)


def vet(ask: Ask) -> str:
    """This will check an authorization request and give the scope to grant. Raises Refused."""
    if ask.response_type != "code":
        raise Refused("unsupported_response_type", "Only response_type=code is served.")
    if not ask.state:
        raise Refused("invalid_request", "state is missing.")
    if ask.code_challenge_method != "S256":
        raise Refused("invalid_request", "code_challenge_method must be S256.")
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", ask.code_challenge):
        raise Refused("invalid_request", "code_challenge is missing or not of S256.")
    if ask.prompt == "none":
        raise Refused("login_required", "Nobody can be signed in without being asked.")
    wanted = dict.fromkeys(ask.scope.split() or ["openid"])
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise Refused("invalid_scope", f"{len(unknown)} of the scopes are not known.")
    return " ".join(wanted)


def proven(challenge: str, verifier: str) -> bool:
    """This will tell whether the verifier belongs to an S256 challenge (RFC 7636, 4.6)."""
    if not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    shown = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(shown, challenge)


def digest(secret: str) -> str:
    """This will give what is kept of a code or refresh token: they are random, so one hash does."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def answer_to(redirect: str, **parameters: str) -> str:
    """This will add parameters to a redirect address; none of ours has a query."""
    return f"{redirect}?{urlencode({k: v for k, v in parameters.items() if v})}"


def origin_of(redirect: str) -> str:
    """This will give scheme, host and port of an address."""
    parts = urlsplit(redirect)
    return f"{parts.scheme}://{parts.netloc}"


def redeem(grant: Grant | None, form: Form, now: float) -> Grant:
    """This will check a code against a token request. Raises Refused."""
    if grant is None or grant.kind != "code" or now >= grant.expires:
        raise Refused("invalid_grant", "The code is unknown, used or too old.")
    if form.get("client_id") != grant.client or form.get("redirect_uri") != grant.redirect:
        raise Refused("invalid_grant", "The code belongs to another client or redirect address.")
    if not proven(grant.challenge, form.get("code_verifier", "")):
        raise Refused("invalid_grant", "code_verifier does not fit code_challenge.")
    return grant


def renew(grant: Grant | None, form: Form, now: float) -> Grant:
    """This will check a refresh token against a token request. Raises Refused."""
    if grant is None or grant.kind != "refresh" or now >= grant.expires:
        raise Refused("invalid_grant", "The refresh token is unknown, used or too old.")
    if form.get("client_id", grant.client) != grant.client:
        raise Refused("invalid_grant", "The refresh token belongs to another client.")
    if not set(form.get("scope", "").split()) <= set(grant.scope.split()):
        raise Refused("invalid_scope", "That is more than was granted.")
    return grant


def heir(secret: str, key: bytes) -> str:
    """This will make a browser's next refresh token of the present one.

    The same one each time: two tabs, or a second try after a lost answer, get one successor.
    """
    mac = hmac.new(key, b"refresh\x00" + secret.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).decode().rstrip("=")


def successor(grant: Grant, now: float, device: str = "") -> Grant:
    """This will give the next refresh token of a family, never beyond the family's end."""
    return Grant(
        kind="refresh",
        family=grant.family,
        person=grant.person,
        client=grant.client,
        scope=grant.scope,
        begun=grant.begun,
        expires=min(now + REFRESH, grant.begun + FAMILY),
        made=now,
        device=device or grant.device,
    )


def access(person: Person, client: str, jti: str, now: float, session: str = "") -> dict[str, Any]:
    """This will give the claims of an access token (RFC 9068, 2.2). session: the sign-in's id."""
    return {
        "sub": person.id,
        "client_id": client,
        "roles": list(person.roles),
        "org": person.organisation,
        "store": person.store,
        "territories": list(person.territories),
        "lang": person.language,
        "iat": int(now),
        "exp": int(now) + ACCESS,
        "jti": jti,
        **({"sid": session} if session else {}),
    }


def identify(person: Person, grant: Grant, now: float) -> dict[str, Any]:
    """This will give the claims of an id token (OpenID Connect Core, 2)."""
    claims = {
        "sub": person.id,
        "aud": grant.client,
        "iat": int(now),
        "exp": int(now) + ACCESS,
        "auth_time": int(grant.begun),
        **profile(person, grant.scope.split()),
    }
    return {**claims, "nonce": grant.nonce} if grant.nonce else claims


def profile(person: Person, scopes: Sequence[str]) -> dict[str, Any]:
    """This will give what the scopes let a client know (OpenID Connect Core, 5.4)."""
    known: dict[str, Any] = {"sub": person.id}
    if "profile" in scopes:
        known.update(name=person.contact.name, locale=person.language, zoneinfo=person.zone)
    if "email" in scopes:
        known.update(email=person.contact.mail)
    if "phone" in scopes:
        known.update(phone_number=person.contact.phone)
    return {name: value for name, value in known.items() if value}


class Tries(msgspec.Struct, frozen=True):
    """Failed sign-ins of one account or address. last: s of a monotonic clock."""

    count: int
    last: float


def delay(tries: Tries | None, free: int, now: float) -> float:
    """This will give the seconds to wait: none for `free` failures, then 1, 2, 4 … 60."""
    if tries is None or tries.count < free:
        return 0.0
    pause = min(60.0, 2.0 ** min(tries.count - free, 6))
    return max(0.0, tries.last + pause - now)
