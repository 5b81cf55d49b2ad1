"""Access tokens: how every directory signs, checks and remembers them."""

import base64
import hashlib
from typing import Any, Protocol

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from squad.ports.directory import Claims, Forged, Kind

AUDIENCE = "squad"
ALGORITHMS = ["ES256"]  # fixed: a token cannot choose how it is checked
TOKEN = 8_192  # characters of a token at most
REMEMBERED = 10_000  # tokens remembered as good at most, about 12 MB
LEEWAY = 5.0  # s that another machine's clock may be ahead (nbf)


class Keys(Protocol):
    """Where the keys are."""

    def newest(self) -> tuple[str, ECKey]:
        """This will give the key that signs, by its id."""
        ...

    def find(self, kid: str) -> ECKey | None:
        """This will find a key that verifies."""
        ...


class _Payload(msgspec.Struct, frozen=True):
    """The claims of an access token, typed. RFC 9068, section 2.2, and our own."""

    iss: str
    aud: str
    sub: str
    exp: float
    nbf: float = 0.0
    roles: tuple[str, ...] = ()
    org: str = ""
    store: str = ""
    territories: tuple[str, ...] = ()
    lang: str = "en"
    sid: str = ""


def sign(keys: Keys, issuer: str, claims: dict[str, Any], kind: Kind) -> str:
    """This will sign with the key that signs now."""
    kid, key = keys.newest()
    added = {"iss": issuer, **({"aud": AUDIENCE} if kind == "at+jwt" else {})}
    header = {"alg": "ES256", "kid": kid, "typ": kind}
    return jwt.encode(header, {**claims, **added}, key, algorithms=ALGORITHMS)


def check(token: str, keys: Any, issuer: str, now: float) -> Claims:
    """This will check everything that the token itself can tell. Raises Forged.

    keys: has `find`. now: seconds since 1970.
    """

    def key(seen: Any) -> ECKey:
        found: ECKey | None = keys.find(str(seen.headers().get("kid")))
        if found is None:
            raise Forged("signed with a key that is not ours")
        return found

    if len(token) > TOKEN or token.count(".") != 2 or not token.isascii():
        raise Forged("not a token")
    try:
        seen = jwt.decode(token, key, algorithms=ALGORITHMS)
        claims = msgspec.convert(seen.claims, _Payload)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise Forged(f"not a token of ours: {type(error).__name__}") from error
    if seen.header.get("typ") != "at+jwt":
        raise Forged("not an access token")
    if (claims.iss, claims.aud) != (issuer, AUDIENCE):
        raise Forged("made by or for somebody else")
    if not claims.nbf - LEEWAY <= now < claims.exp:
        raise Forged("out of time")
    return Claims(
        claims.sub, claims.roles, claims.org, claims.store, claims.territories,
        claims.exp, claims.lang, claims.sid,
    )  # fmt: skip


class Remembered:
    """Tokens that were found good, each until a moment (s since 1970)."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Claims, float]] = {}

    def find(self, token: str) -> tuple[Claims, float] | None:
        """This will give what was found, and until when it holds."""
        return self._kept.get(token)

    def keep(self, token: str, claims: Claims, until: float) -> None:
        """Tokens live equally long, so the oldest entry is the first to run out."""
        self._kept.pop(token, None)
        if len(self._kept) >= REMEMBERED:
            del self._kept[next(iter(self._kept))]
        self._kept[token] = (claims, until)

    def drop(self, token: str) -> None:
        """This will forget a token."""
        self._kept.pop(token, None)


class Checker:
    """Verifies tokens by keys and ended sign-ins that are in memory: no input, no output."""

    def __init__(self, keys: Any, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._good = Remembered()

    def verify(self, token: str, now: float, ended: "set[str] | frozenset[str]") -> Claims:
        """This will check a token. ended: veiled ids. now: s since 1970. Raises Forged."""
        held = self._good.find(token)
        if held is None or now >= held[1]:
            self._good.drop(token)
            claims = check(token, self._keys, self._issuer, now)
            self._good.keep(token, claims, claims.expires_at)
        else:
            claims = held[0]
        if ended and veil(claims.subject) in ended:
            raise Forged("the sign-in was ended")
        return claims


def veil(id: str) -> str:
    """This will give an id as it is published: who has the id knows it again, nobody else."""
    digest = hashlib.sha256(id.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).decode()[:22]
