"""One table of Amazon DynamoDB: calls with bounded retries, and what its answers mean.

Every item has the keys `pk` and `sk`. Items that come up by time (letters, causes, documents that
expire) have `box` and `moment` too, the keys of the index BY_TIME. `ttl` is when DynamoDB may free
the item by itself, by the world's clock and hours late: no meaning hangs on it.
"""

import asyncio
import math
import random
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import uuid4

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import Aws, code_of
from squad.ports.unit import Unavailable

BY_TIME = "by_time"  # keys only; eventually consistent, as all global indexes
SHARDS = 4  # partitions of the index for each kind: 1,000 entries a second in each
TRIES = 8  # of a write that meets another on the same item
PAUSE = 0.01  # s before the second try, twice as long before each further one
PAGE = 1_000  # keys a query reads at most
BATCH = 100  # items a BatchGetItem may name (Amazon's quota)
HANDS = 16  # single writes under way at once
WAITING = 5_000  # units under way at most; beyond it the store says Unavailable

CLASH = {"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"}
SLOW = {
    "InternalServerError", "ProvisionedThroughputExceeded", "RequestLimitExceeded",
    "ProvisionedThroughputExceededException", "ThrottlingError", "ThrottlingException",
}  # fmt: skip
REFUSED = "ConditionalCheckFailed"

Item = Mapping[str, Any]


class Key(NamedTuple):
    """Where an item lies. In the index: with its moment first, so that keys sort by time."""

    moment: str
    pk: str
    sk: str


class Table:
    """A table, with reads that see the last commit and writes that hold whole or not at all."""

    def __init__(self, aws: Aws, client: Any, name: str) -> None:
        self._aws: Final = aws
        self._client: Final = client
        self._name: Final = name
        self._hands: Final = asyncio.Semaphore(HANDS)
        self._busy = 0
        self._idle = asyncio.Event()
        self._closing = self._closed = False

    async def get(self, pk: str, sk: str) -> Item | None:
        """This will read one item. Raises Unavailable."""
        answer = await self._call("get_item", Key=key(pk, sk), ConsistentRead=True)
        return answer.get("Item") if answer else None

    async def get_many(self, keys: Sequence[Key]) -> list[Item]:
        """This will read items, in any order; those that are not there are left out."""
        parts = [keys[at : at + BATCH] for at in range(0, len(keys), BATCH)]
        found = await asyncio.gather(*(self._get_batch(part) for part in parts))
        return [item for part in found for item in part]

    async def _get_batch(self, keys: Sequence[Key]) -> list[Item]:
        wanted, found = [key(k.pk, k.sk) for k in keys], list[Item]()
        for attempt in range(TRIES):
            await _pause(attempt)
            asked = {self._name: {"Keys": wanted, "ConsistentRead": True}}
            with self._aws.translating():
                answer = await self._open().batch_get_item(RequestItems=asked)
            found += answer["Responses"].get(self._name, [])
            left = answer.get("UnprocessedKeys", {}).get(self._name)
            if not left:
                return found
            wanted = left["Keys"]
        raise Unavailable(f"{self._aws.setting}: the table {self._name} is throttled")

    async def query(self, limit: int, **options: Any) -> list[Item]:
        """This will list items as they lie, over as many pages as it takes. Raises Unavailable."""
        found, step = list[Item](), limit
        while True:
            page = await self._call("query", Limit=min(PAGE, step), **options)
            found += page["Items"]
            if len(found) >= limit or "LastEvaluatedKey" not in page:
                return found[:limit]
            options["ExclusiveStartKey"] = page["LastEvaluatedKey"]
            step *= 2  # what has expired may fill pages with nothing

    async def oldest(self, kind: str, limit: int, before: str = "~") -> list[Key]:
        """This will list keys of a kind out of the index, oldest first. before: a moment."""
        shards = (self._oldest(f"{kind}/{shard}", limit, before) for shard in range(SHARDS))
        return sorted(key for found in await asyncio.gather(*shards) for key in found)[:limit]

    async def _oldest(self, box: str, limit: int, before: str) -> list[Key]:
        found = await self.query(limit, **_indexed(box, before))
        return [Key(item["moment"]["S"], item["pk"]["S"], item["sk"]["S"]) for item in found]

    async def count(self, kind: str) -> int:
        """This will count a kind's entries in the index."""
        total = 0
        for shard in range(SHARDS):
            options = {**_indexed(f"{kind}/{shard}", "~"), "Select": "COUNT"}
            while True:
                page = await self._call("query", **options)
                total += page["Count"]
                if "LastEvaluatedKey" not in page:
                    break
                options["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        return total

    async def change(self, operation: str, **options: Any) -> bool:
        """This will write one item. Returns whether its condition held."""
        async with self._hands:
            return await self._call(operation, **options) is not None

    async def _call(self, operation: str, **options: Any) -> Any:
        """One call; None: its condition does not hold."""
        for attempt in range(TRIES):
            await _pause(attempt)
            with self._aws.translating():
                try:
                    call = getattr(self._open(), operation)
                    return await call(TableName=self._name, **options)
                except ClientError as error:
                    if code_of(error) == f"{REFUSED}Exception":
                        return None
                    if code_of(error) not in CLASH | SLOW or attempt == TRIES - 1:
                        raise
        raise AssertionError("the last try returns or raises")

    async def transact(self, actions: Sequence[Item]) -> Sequence[Item]:
        """This will write all or nothing. Returns () or, for each action, why it did not hold.

        A try that repeats another has its token: should that one have gone through without our
        hearing of it, it counts once (for 10 minutes, Amazon's promise). Raises Unavailable.
        """
        token = str(uuid4())
        reasons: Sequence[Item] = ()
        codes: set[str] = set()
        for attempt in range(TRIES):
            await _pause(attempt)
            with self._aws.translating():
                reasons = await self._try(actions, token)
            codes = {reason.get("Code", "None") for reason in reasons}
            if not reasons or REFUSED in codes:
                return reasons
            if unknown := codes - CLASH - SLOW - {"None"}:
                raise ValueError(f"the table {self._name} takes no such unit: {sorted(unknown)}")
        if codes & SLOW:
            raise Unavailable(f"{self._aws.setting}: the table {self._name} is throttled")
        return reasons

    async def _try(self, actions: Sequence[Item], token: str) -> Sequence[Item]:
        named = [
            {verb: {**what, "TableName": self._name} for verb, what in action.items()}
            for action in actions
        ]
        try:
            await self._open().transact_write_items(TransactItems=named, ClientRequestToken=token)
        except ClientError as error:
            if code_of(error) == "TransactionCanceledException":
                reasons: Sequence[Item] = error.response["CancellationReasons"]
                return reasons
            if code_of(error) in CLASH | SLOW:
                return [{"Code": code_of(error)}]
            raise
        return ()

    async def __aenter__(self) -> None:
        """This will begin a unit, which `close` waits for. Raises Unavailable."""
        if self._closing or self._busy >= WAITING:
            raise Unavailable(f"{self._aws.setting}: closed, or too much waits to be written")
        self._busy += 1

    async def __aexit__(self, *_: object) -> None:
        """This will end it."""
        self._busy -= 1
        if self._closing and not self._busy:
            self._idle.set()

    async def close(self) -> None:
        """This will finish the units under way, and close the connections."""
        if self._closing:
            return
        self._closing = True
        if self._busy:
            await self._idle.wait()
        self._closed = True
        await self._aws.close()

    def _open(self) -> Any:
        if self._closed:
            raise Unavailable(f"{self._aws.setting}: closed")
        return self._client


def key(pk: str, sk: str) -> dict[str, Any]:
    """This will spell an item's key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def box(kind: str, id: str) -> str:
    """This will give the partition of the index that an item lies in."""
    return f"{kind}/{zlib.crc32(id.encode()) % SHARDS}"


def stamp(at: float) -> str:
    """This will spell a moment, seconds since 1970, so that it sorts: µs, hexadecimal."""
    return f"{math.floor(at * 1_000_000):014x}"


def _indexed(box: str, before: str) -> dict[str, Any]:
    return {
        "IndexName": BY_TIME,
        "KeyConditionExpression": "box = :box and moment < :before",
        "ExpressionAttributeValues": {":box": {"S": box}, ":before": {"S": before}},
    }


async def _pause(attempt: int) -> None:
    if attempt:
        await asyncio.sleep(random.uniform(0, PAUSE * 2**attempt))
