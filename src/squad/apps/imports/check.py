"""Looks at what became of imported tickets: their status, their decisions, whether search finds."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from squad.apps.imports.report import Check
from squad.apps.imports.sender import Client, Failed, detail

SAMPLE = 40  # tickets asked about one by one
LOOKS = 120  # until routing and search must have caught up with an import
PAUSE = 1.0  # s between looks
PAGE = 200  # tickets a page


async def check(client: Client, tickets: Mapping[str, str], *, routed: bool) -> Check:
    """This will wait until nothing waits for routing, then look.

    tickets: the words that find each, by id. routed: whether they were to be routed.
    Raises Failed.
    """
    began = time.monotonic()
    ids = list(tickets)
    sample = ids[:: max(1, len(ids) // SAMPLE)][:SAMPLE]
    missed = sample
    for _ in range(LOOKS):
        waiting = await _new(client, tickets)
        missed = [id for id in missed if not await _found(client, id, tickets[id])]
        if not (waiting or missed):
            break
        await asyncio.sleep(PAUSE)
    waited = time.monotonic() - began
    decided = [id for id in sample if routed and await _decided(client, id)]
    return Check(
        statuses=await _statuses(client, tickets),
        asked=len(sample),
        decided=len(decided) if routed else None,
        found=len(sample) - len(missed),
        waited=waited,
    )


async def _new(client: Client, tickets: Mapping[str, str]) -> bool:
    """Whether one of the tickets still waits for routing."""
    async for page in _pages(client, status="new"):
        if any(row["id"] in tickets for row in page):
            return True
    return False


async def _statuses(client: Client, tickets: Mapping[str, str]) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    async for page in _pages(client):
        counts.update(row["status"] for row in page if row["id"] in tickets)
    return dict(counts.most_common())


async def _pages(
    client: Client, path: str = "/api/tickets", **query: str
) -> AsyncIterator[Sequence[Any]]:
    cursor: str | None = ""
    while cursor is not None:
        answer = await client.ask("GET", path, query={"limit": PAGE, "cursor": cursor, **query})
        if answer.status_code != 200:
            raise Failed(f"GET {path} answered {answer.status_code}: {detail(answer)}")
        page = answer.json()
        yield page["items"]
        cursor = page.get("next")


async def _decided(client: Client, id: str) -> bool:
    answer = await client.ask("GET", f"/api/routing/tickets/{id}/decision")
    return answer.status_code == 200


async def _found(client: Client, id: str, words: str) -> bool:
    answer = await client.ask("GET", "/api/search", query={"q": words, "limit": 20})
    return answer.status_code == 200 and any(hit["id"] == id for hit in answer.json()["items"])


async def requesters(client: Client) -> list[str]:
    """This will list the ids of customers, for whom the tickets are logged. Raises Failed."""
    found: list[str] = []
    async for page in _pages(client, "/api/identity/people", role="customer"):
        found += [person["id"] for person in page if person.get("active", True)]
    return sorted(found)
