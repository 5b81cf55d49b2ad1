"""The node's API, for many people at once: each acts with a token of their own."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec

from squad.apps.story.person import Failed

Mint = Callable[[str], Awaitable[str]]
AGAIN = frozenset({429, 502, 503, 504})  # busy: asked again
TRIES = 8  # times
PAUSE = 1.0  # s between them, or what the node asks for
ABREAST = 8  # requests at once
LOOK = 0.25  # s between looks at what is to come true


class Door:
    """Sends requests in somebody's name, "" for nobody known.

    mint: makes a token for a person, by id or mail.
    """

    def __init__(self, http: httpx.AsyncClient, mint: Mint) -> None:
        self._http = http
        self._mint = mint
        self._tokens: dict[str, str] = {}
        self._turn = asyncio.Semaphore(ABREAST)
        self._signing = asyncio.Lock()

    async def get(self, who: str, path: str, **query: Any) -> Any:
        """This will read; None where there is nothing. Raises Failed."""
        answer = await self._ask(who, "GET", path, params=query)
        return None if answer.status_code == 404 else _read(answer, path)

    async def send(self, who: str, path: str, body: Any, *, key: str) -> Any:
        """This will do something once, however often it is sent. Raises Failed."""
        content = msgspec.json.encode(body)
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        answer = await self._ask(who, "POST", path, content=content, headers=headers)
        return _read(answer, path)

    async def all(self, who: str, path: str, **query: Any) -> list[Any]:
        """This will read every page of a list. Raises Failed."""
        found: list[Any] = []
        while True:
            page = await self.get(who, path, limit=200, **query)
            found += page["items"]
            if page["next"] is None:
                return found
            query["cursor"] = page["next"]

    async def until(self, look: Callable[[], Awaitable[Any]], patience: float) -> Any:
        """This will look until there is something, or give None after `patience` seconds."""
        for _ in range(math.ceil(patience / LOOK)):
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(LOOK)
        return None

    async def _ask(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if who:
            headers["Authorization"] = f"Bearer {await self._token(who)}"
        async with self._turn:
            for _ in range(TRIES):
                answer = await self._http.request(method, path, headers=headers, **more)
                if answer.status_code not in AGAIN:
                    break
                await asyncio.sleep(float(answer.headers.get("Retry-After", PAUSE)))
        return answer

    async def _token(self, who: str) -> str:
        async with self._signing:
            if who not in self._tokens:
                self._tokens[who] = await self._mint(who)
        return self._tokens[who]


def _read(answer: httpx.Response, path: str) -> Any:
    if answer.status_code >= 300:
        raise Failed(f"{path}: {answer.status_code} {answer.text[:500]}")
    return answer.json()
