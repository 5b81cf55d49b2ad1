"""Cognito's hosted sign-in page, as an OpenID provider that we are a client of."""

import hmac
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError

from squad.adapters.engines.cognito.pool import claimed
from squad.adapters.engines.jwks import Jwks
from squad.ports.clock import Clock
from squad.ports.directory import Account, Forged
from squad.ports.unit import Unavailable

ALGORITHMS = ["RS256"]  # Cognito signs with nothing else
SCOPE = "openid email profile"
TIMEOUT = 10.0  # s for an exchange
LEEWAY = 5.0  # s that clocks may differ
SPENT = "invalid_grant"  # RFC 6749, 5.2: the code is unknown, used, too old or another's


class _Claims(msgspec.Struct, frozen=True):
    """What makes an id token ours: OpenID Connect Core, 3.1.3.7; token_use is Cognito's own."""

    iss: str
    aud: str
    exp: float
    nonce: str
    token_use: str


class Hosted:
    """The page at `page`. issuer: of Cognito's tokens. app: id of the app client."""

    def __init__(
        self, page: str, app: str, issuer: str, jwks: Jwks, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        self._page = page.rstrip("/")
        self._app = app
        self._issuer = issuer
        self._jwks = jwks
        self._http = http
        self._clock = clock

    def departure(
        self, *, back: str, state: str, nonce: str, challenge: str, hint: str, language: str
    ) -> str:
        """This will give the address of the authorization endpoint with our request."""
        asked = {
            "response_type": "code", "client_id": self._app, "redirect_uri": back,
            "scope": SCOPE, "state": state, "nonce": nonce, "code_challenge": challenge,
            "code_challenge_method": "S256", "lang": language, "login_hint": hint,
        }  # fmt: skip
        given = {name: value for name, value in asked.items() if value}
        return f"{self._page}/oauth2/authorize?{urlencode(given)}"

    async def arrival(self, *, back: str, code: str, nonce: str, verifier: str) -> Account:
        """This will take the code to the token endpoint, and check the id token by Cognito's keys.

        Raises Forged, Unavailable.
        """
        tokens = await self._exchange(
            {
                "grant_type": "authorization_code", "client_id": self._app, "code": code,
                "redirect_uri": back, "code_verifier": verifier,
            }
        )  # fmt: skip
        token = str(tokens.get("id_token", ""))
        return claimed(await self._verified(token, nonce)).account

    async def _exchange(self, form: dict[str, str]) -> dict[str, Any]:
        where = f"{self._page}/oauth2/token"
        try:
            answer = await self._http.post(where, data=form, timeout=TIMEOUT)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            text = f"SQUAD_DIRECTORY: no answer from {where} ({type(error).__name__})"
            raise Unavailable(text) from error
        try:
            told: Any = answer.json()
        except ValueError:
            told = None
        told = told if isinstance(told, dict) else {}
        if answer.status_code == 200:
            return dict(told)
        if answer.status_code == 400 and told.get("error") == SPENT:
            raise Forged("the code is unknown, used, or another's")
        why = str(told.get("error", ""))[:60]
        text = f"SQUAD_DIRECTORY: {where} answered {answer.status_code} {why}"
        raise Unavailable(f"{text}. Is `page` the page of this client, with PKCE and our callback?")

    async def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            kid = str(jws.extract_compact(token.encode()).headers().get("kid"))
            key = await self._jwks.fetch(kid)
            if key is None:
                raise Forged("signed with a key that is not Cognito's")
            seen = jwt.decode(token, key, algorithms=ALGORITHMS)
            claims = msgspec.convert(seen.claims, _Claims)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise Forged(f"not an id token: {type(error).__name__}") from error
        if (claims.iss, claims.aud, claims.token_use) != (self._issuer, self._app, "id"):
            raise Forged("made by or for somebody else")
        if not hmac.compare_digest(claims.nonce.encode(), nonce.encode()):
            raise Forged("made for another sign-in")
        if self._clock.now().timestamp() >= claims.exp + LEEWAY:
            raise Forged("out of time")
        return dict(seen.claims)
