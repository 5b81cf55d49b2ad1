"""Published keys of a token issuer (RFC 7517): fetched by HTTP beside the requests, kept."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from squad.ports.clock import Clock
from squad.ports.unit import Unavailable

TIMEOUT = 5.0  # s
AGAIN = 5.0  # s between fetches that unknown key ids cause
LARGEST = 4 * 1024 * 1024  # bytes of a document
KINDS: Mapping[str, Any] = {"EC": ECKey, "RSA": RSAKey}


class Document(msgspec.Struct, frozen=True):
    """A JWKS. ended: see squad.ports.directory.Verifier.keys; None where there is no such list."""

    keys: list[dict[str, Any]]
    ended: list[str] | None = None


class Jwks:
    """The keys as last read. url: of the document. setting: to name in errors."""

    def __init__(self, url: str, http: httpx.AsyncClient, clock: Clock, setting: str) -> None:
        self._url = url
        self._http = http
        self._clock = clock
        self._setting = setting
        self._looked = clock.monotonic() - AGAIN
        self._keys: dict[str, Any] = {}
        self.document = Document([])
        self.unknown = False  # somebody asked for a key that is not here

    async def load(self) -> None:
        """This will fetch the document. Raises Unavailable; what was known stays known."""
        self._looked = self._clock.monotonic()
        self.unknown = False
        try:
            answer = await self._http.get(self._url, timeout=TIMEOUT)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            text = f"{self._setting}: no answer from {self._url} ({type(error).__name__})"
            raise Unavailable(text) from error
        if answer.status_code != 200 or len(answer.content) > LARGEST:
            raise Unavailable(f"{self._setting}: {self._url} answered {answer.status_code}")
        try:
            document = msgspec.json.decode(answer.content, type=Document)
            keys = {str(one["kid"]): _key(one) for one in document.keys if one.get("kty") in KINDS}
        except (msgspec.DecodeError, JoseError, KeyError, ValueError, TypeError) as error:
            raise Unavailable(f"{self._setting}: {self._url} gives no keys (JWKS)") from error
        self.document, self._keys = document, keys

    def find(self, kid: str) -> Any:
        """This will find a key in memory; an unknown one is noted for whoever fetches."""
        if kid not in self._keys:
            self.unknown = True
        return self._keys.get(kid)

    async def fetch(self, kid: str) -> Any:
        """This will find a key, fetching anew for an unknown one, at most every `AGAIN` s.

        Raises Unavailable.
        """
        if kid not in self._keys and self._clock.monotonic() - self._looked >= AGAIN:
            await self.load()
        return self._keys.get(kid)

    def __len__(self) -> int:
        return len(self._keys)


def _key(one: Mapping[str, Any]) -> Any:
    return KINDS[one["kty"]].import_key(dict(one))
