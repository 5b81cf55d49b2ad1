"""The verifying half of the directory port by HTTP: for edges, which sign nobody in."""

import asyncio
import contextlib
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from squad.adapters.engines import tokens
from squad.adapters.engines.jwks import AGAIN, Jwks
from squad.kernel import log
from squad.ports.clock import Clock
from squad.ports.directory import Claims
from squad.ports.unit import Unavailable

POLL = 20.0  # s between looks for keys and ended sign-ins
STALE = 60.0  # s without a look after which ends may be missed
SETTING = "SQUAD_DIRECTORY"

_log = log.get("directory")


class JwksVerifier:
    """Keys and ended sign-ins that identity publishes, in memory; read anew beside the requests.

    It knows no secret: whoever takes this process over can sign nothing.
    """

    def __init__(self, jwks: Jwks, issuer: str, clock: Clock, http: httpx.AsyncClient) -> None:
        self.issuer = issuer
        self._jwks = jwks
        self._clock = clock
        self._http = http
        self._checker = tokens.Checker(jwks, issuer)
        self._ended: frozenset[str] = frozenset()
        self._read: float | None = None
        self._trouble = "Nothing read yet."
        self._task: asyncio.Task[None] | None = None

    def verify(self, token: str) -> Claims:
        """This will check by what is in memory."""
        if self._read is None:
            raise Unavailable(f"{SETTING}: no keys yet. {self._trouble}")
        return self._checker.verify(token, self._clock.now().timestamp(), self._ended)

    def keys(self) -> dict[str, Any]:
        """This will give the keys as they were read."""
        return {"keys": self._jwks.document.keys, "ended": sorted(self._ended)}

    def waits(self) -> str | None:
        """This will say so when nothing could be read for too long."""
        if self._read is None:
            return f"{SETTING}: {self._trouble}"
        age = self._clock.monotonic() - self._read
        return None if age < STALE else f"{SETTING}: nothing read for {age:.0f} s. {self._trouble}"

    async def refresh(self) -> None:
        """This will read the document. Raises Unavailable; what was known stays."""
        await self._jwks.load()
        ended = self._jwks.document.ended
        if ended is None:
            raise Unavailable(
                f"{SETTING}: this is no identity of ours, or one whose directory shares its ends"
                " by a file (local:). Give this process the same setting."
            )
        self._ended = frozenset(ended)
        self._read, self._trouble = self._clock.monotonic(), ""

    async def attempt(self) -> None:
        """This will read the document if it can be read."""
        try:
            await self.refresh()
        except Unavailable as error:
            self._trouble = str(error)
            _log.warning("directory.waits", reason=self._trouble)

    async def watch(self, poll: float) -> None:
        """This will read every `poll` seconds, sooner without keys or for an unknown key id."""
        while True:
            slept = 0.0
            while slept < poll and not (slept >= AGAIN and self._hurry()):
                await asyncio.sleep(min(1.0, poll))
                slept += min(1.0, poll)
            await self.attempt()

    def _hurry(self) -> bool:
        return self._jwks.unknown or self._read is None

    def begin(self, poll: float) -> None:
        """This will watch in the background from now on."""
        self._task = asyncio.create_task(self.watch(poll))

    async def close(self) -> None:
        """This will end the watch, and the connection."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._http.aclose()


async def open(url: str, clock: Clock) -> JwksVerifier:
    """This will open `jwks:http(s)://…/.well-known/jwks.json?issuer=URL`.

    It does not wait for identity: until the keys are there, `verify` is Unavailable. poll:
    seconds between looks, at most 30. Raises ValueError.
    """
    parts = urlsplit(url.partition(":")[2])
    options = dict(parse_qsl(parts.query))
    issuer = options.pop("issuer", "").rstrip("/")
    given = options.pop("poll", str(POLL))
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{SETTING}: jwks:http(s)://… is wanted, not {url!r}")
    if not issuer.startswith(("http://", "https://")):
        raise ValueError(f"{SETTING}: the directory needs ?issuer=http(s)://…")
    if not given.replace(".", "", 1).isdigit() or not 0 < float(given) <= 30:
        raise ValueError(f"{SETTING}: poll takes seconds, more than 0, at most 30: {given!r}")
    http = httpx.AsyncClient(trust_env=False, follow_redirects=False)
    where = urlunsplit(parts._replace(query=urlencode(options)))
    verifier = JwksVerifier(Jwks(where, http, clock, SETTING), issuer, clock, http)
    await verifier.attempt()
    verifier.begin(float(given))
    return verifier
