"""The load of a drill: clients that log tickets and work on them, lose answers, and retry."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import httpx

from squad.kernel.ids import uuid7
from squad.services.identity.service import Identity

LOST = 0.03  # share of answers that the client never sees; it asks again with the same key
CODES = ("10001", "60601", "94103", "77002", "33101", "M5H 2N2", "H2Y 1C6", "V6B 1A1", "98101")
CATEGORIES = ("hardware", "network", "printer", "software", "pos", "access")
CREATORS = 6
WORKERS = 4


class Load:
    """Runs until `stop`; remembers everything that was acknowledged or refused.

    acknowledged: ticket id → steps whose answers came back. refused: ids answered with 4xx.
    """

    def __init__(
        self, url: str, identity: Identity, seed: int, *, creators: int = CREATORS
    ) -> None:
        self.acknowledged: dict[str, list[str]] = {}
        self.refused: set[str] = set()
        self.failures = 0
        self._url = url
        self._identity = identity
        self._random = random.Random(seed)
        self._tokens: dict[str, str] = {}
        self._creators = creators
        self._stopping = False
        self._busy: set[str] = set()

    async def run(self) -> None:
        """This will put the product under load until stopped."""
        limits = httpx.Limits(max_connections=self._creators + WORKERS)
        async with httpx.AsyncClient(
            base_url=self._url, timeout=10, limits=limits, trust_env=False
        ) as http:
            await asyncio.gather(
                *(self._create(http) for _ in range(self._creators)),
                *(self._work(http) for _ in range(WORKERS)),
            )

    def stop(self) -> None:
        """This will end the load after the requests at hand."""
        self._stopping = True

    async def _create(self, http: httpx.AsyncClient) -> None:
        while not self._stopping:
            id = uuid7()
            body = {
                "id": id,
                "title": f"Drill {id[-6:]}",
                "category": self._random.choice(CATEGORIES),
                "priority": self._random.randint(1, 4),
                "location": {"postal_code": self._random.choice(CODES)},
            }
            if self._random.random() < LOST:
                body["location"] = {"postal_code": "00000"}
            answer = await self._insist(http, "customer@demo.example", "/api/tickets", body, id)
            if answer is not None:
                self._note(id, "create", answer)
            await asyncio.sleep(self._random.random() * 0.05)

    async def _work(self, http: httpx.AsyncClient) -> None:
        while not self._stopping:
            for ticket in await self._assigned(http):
                if ticket["id"] in self._busy or self._stopping:
                    continue
                self._busy.add(ticket["id"])
                await self._finish(http, ticket["id"], ticket["assignee"])
            await asyncio.sleep(0.05)

    async def _assigned(self, http: httpx.AsyncClient) -> Sequence[Any]:
        try:
            answer = await http.get(
                "/api/tickets?status=assigned&limit=50",
                headers=await self._headers("dispatcher@demo.example"),
            )
            items: list[Any] = answer.json()["items"]
        except (httpx.HTTPError, ValueError, KeyError):
            await asyncio.sleep(0.1)
            return []
        self._random.shuffle(items)
        return items

    async def _finish(self, http: httpx.AsyncClient, id: str, who: str) -> None:
        """Most are worked to the end, some declined, some left as they are."""
        chance = self._random.random()
        if chance < 0.1:
            await self._step(http, who, id, "decline", {"reason": "drill"})
            self._busy.discard(id)
            return
        for step in ("accept", "arrive"):
            if not await self._step(http, who, id, step, {}):
                self._busy.discard(id)
                return
        if chance > 0.9:
            return
        if await self._step(http, who, id, "resolve", {"resolution": "drill"}):
            await self._step(http, "customer@demo.example", id, "close", {})

    async def _step(self, http: httpx.AsyncClient, who: str, id: str, step: str, body: Any) -> bool:
        answer = await self._insist(http, who, f"/api/tickets/{id}/{step}", body, uuid7())
        if answer is not None:
            self._note(id, step, answer)
        return answer is not None and answer.status_code == 200

    def _note(self, id: str, step: str, answer: httpx.Response) -> None:
        if answer.status_code < 300:
            self.acknowledged.setdefault(id, []).append(step)
        elif step == "create":
            self.refused.add(id)

    async def _insist(
        self, http: httpx.AsyncClient, who: str, path: str, body: Any, key: str
    ) -> httpx.Response | None:
        """Asks until there is an answer that is final; None when the load was stopped before."""
        while not self._stopping:
            try:
                headers = {"Idempotency-Key": key, **await self._headers(who)}
                answer = await http.post(path, json=body, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
                continue
            if self._random.random() < LOST:
                continue
            if answer.status_code < 500:
                return answer
            self.failures += answer.status_code == 500
            await asyncio.sleep(0.05)
        return None

    async def _headers(self, who: str) -> dict[str, str]:
        if who not in self._tokens:
            self._tokens[who] = await self._identity.mint(who)
        return {"Authorization": f"Bearer {self._tokens[who]}"}
