"""Inbox and outbox in a table of Amazon DynamoDB.

An unsent letter is an item with an entry in the index BY_TIME, which lags behind the table by
milliseconds, at worst longer. So the index only tells where to look: what is listed is read from
the table itself, and what this process has just written is looked for without the index. A letter
of another process may show late; none is lost or passed over, for its item keeps its place until
it is marked. The other way, an outbox partition read consistently, cannot be had: a letter would
need a second item for its place in line, and a unit has no room for it.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from squad.adapters.engines.dynamodb.table import Item, Key, Table, box, key, stamp
from squad.kernel.ids import uuid7
from squad.ports.clock import Clock
from squad.ports.unit import Cause, Done, Letter

PRUNED = 1_000  # items of each kind forgotten at a time
FRESH = 5_000  # letters of this process that are looked for without the index
FREED = 30 * 86_400.0  # s after which DynamoDB may free causes and sent letters by itself
SORT = "="  # the sort key of items that are alone in their partition


class Ledger:
    """The part of a unit that every store has."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table: Final = table
        self._clock: Final = clock
        self._fresh: OrderedDict[str, str] = OrderedDict()

    async def done(self, cause: str) -> Done | None:
        """This will look the cause up in the inbox."""
        item = await self._table.get(f"c/{cause}", SORT) if cause else None
        return done_of(item) if item else None

    def enter(self, cause: Cause, answer: bytes) -> list[Item]:
        """This will give the write of the inbox item; none for a cause without an id."""
        if not cause.id:
            return []
        item = {
            **key(f"c/{cause.id}", SORT),
            **mark("cause", cause.id, stamp(self._clock.now().timestamp()), FREED),
            "fingerprint": {"B": cause.fingerprint},
            "answer": {"B": answer},
        }
        guard = {"ConditionExpression": "attribute_not_exists(pk)"}
        return [{"Put": {"Item": item, **guard, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}]

    def moments(self, letters: Sequence[Letter]) -> Mapping[str, str]:
        """This will give each letter its place in line, behind all that this process gave."""
        ms = int(self._clock.now().timestamp() * 1000)
        return {letter.id: uuid7(ms) for letter in letters}

    def post(self, letters: Sequence[Letter], moments: Mapping[str, str]) -> list[Item]:
        """This will give the writes of the outbox items."""
        unlike = {letter.id: letter for letter in letters}
        return [{"Put": {"Item": _item(one, moments[one.id])}} for one in unlike.values()]

    def posted(self, moments: Mapping[str, str]) -> None:
        """This will look for these letters also before the index knows them."""
        self._fresh.update(moments)
        while len(self._fresh) > FRESH:
            self._fresh.popitem(last=False)

    async def pending(self, limit: int) -> list[Letter]:
        """This will list unsent letters, oldest first, as the table has them now.

        Fewer than `limit` can come back although more wait, while the index lags.
        """
        known = await self._table.oldest("unsent", limit)
        fresh = (Key(moment, f"l/{id}", SORT) for id, moment in self._fresh.items())
        wanted = sorted({*known, *fresh})[:limit]
        found = {item["pk"]["S"]: item for item in await self._table.get_many(wanted)}
        for seen in wanted:
            if seen in known or not _unsent(found.get(seen.pk)):
                self._fresh.pop(seen.pk[2:], None)
        waiting = (found[one.pk] for one in wanted if _unsent(found.get(one.pk)))
        return [_letter(item) for item in waiting]

    async def sent(self, ids: Sequence[str]) -> None:
        """This will mark letters as sent."""
        async with self._table:
            await asyncio.gather(*(self._mark(id) for id in ids))

    async def _mark(self, id: str) -> None:
        marks = mark("sent", id, stamp(self._clock.now().timestamp()), FREED)
        await self._table.change(
            "update_item",
            Key=key(f"l/{id}", SORT),
            UpdateExpression="set box = :box, moment = :moment, #ttl = :ttl",
            ConditionExpression="begins_with(box, :unsent)",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={
                **{f":{name}": value for name, value in marks.items()},
                ":unsent": {"S": "unsent/"},
            },
        )
        self._fresh.pop(id, None)

    async def backlog(self) -> int:
        """This will count unsent letters, as the index knows them."""
        return await self._table.count("unsent")

    async def prune(self, *, inbox: float, outbox: float) -> int:
        """This will forget old causes, letters sent long ago, and documents that expired."""
        now = self._clock.now().timestamp()
        async with self._table:
            causes = await self._sweep("cause", stamp(now - inbox))
            letters = await self._sweep("sent", stamp(now - outbox))
            expired = await self._sweep("until", f"{stamp(now)}~")  # that moment included
        return causes + letters + expired

    async def _sweep(self, kind: str, before: str) -> int:
        keys = await self._table.oldest(kind, PRUNED, before)
        return sum(await asyncio.gather(*(self._drop(one, kind, before) for one in keys)))

    async def _drop(self, one: Key, kind: str, before: str) -> bool:
        return await self._table.change(
            "delete_item",
            Key=key(one.pk, one.sk),
            ConditionExpression="begins_with(box, :kind) and moment < :before",
            ExpressionAttributeValues={":kind": {"S": f"{kind}/"}, ":before": {"S": before}},
        )


def mark(kind: str, id: str, moment: str, keep: float) -> dict[str, Any]:
    """This will give the attributes by which an item comes up. keep: seconds from now on that it
    must stay; DynamoDB counts them by the world's clock, whatever ours says."""
    return {
        "box": {"S": box(kind, id)},
        "moment": {"S": moment},
        "ttl": {"N": str(int(time.time() + keep))},
    }


def done_of(item: Item) -> Done:
    """This will read an inbox item."""
    return Done(bytes(item["fingerprint"]["B"]), bytes(item["answer"]["B"]))


def _item(letter: Letter, moment: str) -> Item:
    return {
        **key(f"l/{letter.id}", SORT),
        "box": {"S": box("unsent", letter.id)},
        "moment": {"S": moment},
        "name": {"S": letter.type},
        "subject": {"S": letter.subject},
        "body": {"B": letter.body},
    }


def _letter(item: Item) -> Letter:
    return Letter(
        item["pk"]["S"][2:], item["name"]["S"], item["subject"]["S"], bytes(item["body"]["B"])
    )


def _unsent(item: Item | None) -> bool:
    return item is not None and str(item["box"]["S"]).startswith("unsent/")
