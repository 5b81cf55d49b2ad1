"""Sends rows to a node in batches, some at a time, again where the node asks for patience."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import httpx
import msgspec

from squad.apps.imports.mapping import Fit
from squad.apps.imports.report import Tally
from squad.apps.imports.table import Refused
from squad.kernel.ids import derive, uuid7
from squad.services.tickets.api import Outcome

ROWS = 50  # a batch
BYTES = 200_000  # a batch; the product takes 262,144
FLIGHTS = 4  # batches under way
TRIES = 12  # of a batch, over two minutes
STRANGER = 3  # tries where the node never answered: perhaps it does not run
PAUSE = 15.0  # s between tries at most
AGAIN = (401, 429, 502, 503, 504)
ADVICE = "Start it (squad up) and run this command again: nothing comes in twice."
PATH = "/api/tickets/import"

Query = Mapping[str, str | int] | None
Token = Callable[[], Awaitable[str]]
_outcomes = msgspec.json.Decoder(list[Outcome]).decode


class Failed(Exception):
    """The import cannot go on; says why and what to do."""


class Client:
    """A node over HTTP, with a token that is renewed and patience where it is asked for."""

    def __init__(self, http: httpx.AsyncClient, token: Token) -> None:
        self._http = http
        self._mint = token
        self._token = ""
        self._met = False

    async def ask(
        self, method: str, path: str, *, content: bytes = b"", key: str = "", query: Query = None
    ) -> httpx.Response:
        """This will send one request until it is answered.

        Raises Failed: it never was, or the token is refused.
        """
        why, tries = "", 0
        while tries < (TRIES if self._met else STRANGER):
            tries += 1
            pause = min(PAUSE, 0.25 * 2**tries)
            try:
                answer = await self._once(method, path, content, key, query)
            except httpx.TransportError as error:
                why = str(error) or type(error).__name__
            else:
                self._met = True
                if answer.status_code not in AGAIN:
                    return answer
                why = f"{answer.status_code}, {detail(answer)}"
                asked = answer.headers.get("retry-after", "")
                pause = min(PAUSE, float(asked)) if asked.isdigit() else pause
                if answer.status_code == 401:  # the token is too old: once more with a new one
                    tries, pause, self._token = max(tries, TRIES - 1), 0.0, ""
            await asyncio.sleep(pause)
        raise Failed(f"The node at {self._http.base_url} did not take it: {why}. {ADVICE}")

    async def _once(
        self, method: str, path: str, content: bytes, key: str, query: Query
    ) -> httpx.Response:
        self._token = self._token or await self._mint()
        headers = {"Authorization": f"Bearer {self._token}"}
        if content:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        return await self._http.request(
            method, path, content=content or None, headers=headers, params=query
        )


def detail(answer: httpx.Response) -> str:
    """This will read what a problem document says."""
    try:
        return str(msgspec.json.decode(answer.content, type=dict[str, Any]).get("detail", ""))
    except msgspec.DecodeError:
        return answer.text[:200]


class Sender:
    """Sends rows; `tally` learns what became of each."""

    def __init__(self, client: Client, tally: Tally, requesters: Sequence[str] = ()) -> None:
        self._client = client
        self._tally = tally
        self._requesters = requesters
        self._run = uuid7()

    async def send(self, rows: Iterable[Fit]) -> None:
        """This will send all rows. Raises Failed."""
        pending: set[asyncio.Task[None]] = set()
        try:
            for batch in batches(map(self._packed, rows)):
                pending.add(asyncio.create_task(self._batch(batch)))
                if len(pending) == FLIGHTS:
                    done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.gather(*done)
            await asyncio.gather(*pending)
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    def _packed(self, row: Fit) -> tuple[Fit, bytes]:
        facts = row.facts
        if self._requesters:
            number = int(facts["id"].replace("-", ""), 16)
            facts = {**facts, "requester": self._requesters[number % len(self._requesters)]}
        return row, msgspec.json.encode(facts)

    async def _batch(self, batch: list[tuple[Fit, bytes]]) -> None:
        """One batch; a row that fits no rule of the node's is taken out, and the rest sent."""
        while batch:
            body = b'{"tickets":[' + b",".join(raw for _, raw in batch) + b"]}"
            key = derive(self._run, str(batch[0][0].line))
            answer = await self._client.ask("POST", PATH, content=body, key=key)
            if answer.status_code == 200:
                self._settle(batch, _outcomes(answer.content))
                return
            place, reason = _misfit(answer)
            if place is None or place >= len(batch):
                raise Failed(f"The node answered {answer.status_code}: {detail(answer)}")
            row, _ = batch.pop(place)
            self._tally.turn_down(Refused(row.line, reason, "", row.number))

    def _settle(self, batch: list[tuple[Fit, bytes]], outcomes: list[Outcome]) -> None:
        for (row, _), outcome in zip(batch, outcomes, strict=True):
            if outcome.outcome == "refused":
                self._tally.turn_down(Refused(row.line, outcome.reason, "", row.number))
            else:
                self._tally.settle(row, outcome.outcome)


def _misfit(answer: httpx.Response) -> tuple[int | None, str]:
    """Which row a 422 is about, and why."""
    if answer.status_code != 422:
        return None, ""
    fault = (answer.json().get("errors") or [{}])[0]
    head, _, rest = str(fault.get("path", "")).removeprefix("/tickets/").partition("/")
    return (int(head) if head.isdigit() else None), f"/{rest}: {fault.get('message', '')}"


def batches(rows: Iterator[tuple[Fit, bytes]]) -> Iterator[list[tuple[Fit, bytes]]]:
    """This will group rows, by number and by size."""
    batch: list[tuple[Fit, bytes]] = []
    size = 0
    for row in rows:
        if batch and (len(batch) == ROWS or size + len(row[1]) > BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row[1]) + 1
    if batch:
        yield batch
