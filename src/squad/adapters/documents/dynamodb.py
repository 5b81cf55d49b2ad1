"""The documents port on Amazon DynamoDB: one table a service, one transaction a unit.

Documents, causes and letters lie in one table (its keys: engines/dynamodb/table.py), so that a
unit is one TransactWriteItems. Guards are its conditions. A document that has expired is gone for
every condition and read by its own `moment`, on the clock of this product; DynamoDB frees it hours
later. A put that names no version cannot say "one more, but 1 if it has expired" in one
expression: it says the first, and where that meets an expired document, the second.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from squad.adapters.engines.aws import Aws
from squad.adapters.engines.bounds import check
from squad.adapters.engines.dynamodb.ledger import Ledger, done_of, mark
from squad.adapters.engines.dynamodb.setup import check as look
from squad.adapters.engines.dynamodb.setup import make
from squad.adapters.engines.dynamodb.table import REFUSED, TRIES, Item, Table, key, stamp
from squad.ports.clock import Clock
from squad.ports.documents import Document, Put
from squad.ports.unit import Cause, Conflict, Duplicate, Letter

READ = 5.0  # s that one call may take
GRACE = 86_400.0  # s that an expired document stays in the table, should clocks differ
_BEYOND = "\U0010ffff"  # sorts after every character
_ALIVE = "(attribute_not_exists(moment) or moment > :now)"
_GONE = "(attribute_not_exists(pk) or moment <= :now)"


class DynamodbDocuments:
    """Documents in one table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table: Final = table
        self._clock: Final = clock
        self._ledger: Final = Ledger(table, clock)
        self.done: Final = self._ledger.done
        self.pending: Final = self._ledger.pending
        self.sent: Final = self._ledger.sent
        self.backlog: Final = self._ledger.backlog
        self.prune: Final = self._ledger.prune

    async def get(self, table: str, partition: str, sort: str) -> Document | None:
        """This will read one committed document that has not expired. Raises Unavailable."""
        item = await self._table.get(_pk(table, partition), f"={sort}")
        if item is None or ("moment" in item and item["moment"]["S"] <= self._now()):
            return None
        return _document(table, partition, item)

    async def list(
        self,
        table: str,
        partition: str,
        *,
        prefix: str = "",
        after: str = "",
        limit: int = 50,
        newest_first: bool = False,
    ) -> list[Document]:
        """This will list committed documents that have not expired. Raises Unavailable."""
        low, high = prefix, prefix + _BEYOND
        if after:
            low, high = (low, min(high, after)) if newest_first else (max(low, after), high)
        if low > high or limit < 1:
            return []
        items = await self._table.query(
            limit + 1,  # `after` itself can be among them: bounds are inclusive
            KeyConditionExpression="pk = :pk and sk between :low and :high",
            FilterExpression=_ALIVE,
            ExpressionAttributeValues={
                ":pk": {"S": _pk(table, partition)},
                ":low": {"S": f"={low}"},
                ":high": {"S": f"={high}"},
                ":now": {"S": self._now()},
            },
            ScanIndexForward=not newest_first,
            ConsistentRead=True,
        )
        beyond = [item for item in items if not after or item["sk"]["S"] != f"={after}"]
        return [_document(table, partition, item) for item in beyond[:limit]]

    async def commit(
        self, cause: Cause, writes: Sequence[Put], letters: Sequence[Letter], answer: bytes
    ) -> None:
        """This will apply one unit in one transaction."""
        check(writes, letters, answer)
        moments = self._ledger.moments(letters)
        ends = [*self._ledger.enter(cause, answer), *self._ledger.post(letters, moments)]
        async with self._table:
            await self._apply(cause, writes, ends)
        self._ledger.posted(moments)

    async def _apply(self, cause: Cause, writes: Sequence[Put], ends: Sequence[Item]) -> None:
        expired: set[int] = set()
        for _ in range(TRIES):
            puts = [self._put(put, n in expired) for n, put in enumerate(writes)]
            reasons = await self._table.transact([*puts, *ends]) if puts or ends else ()
            if not reasons:
                return
            await self._once(cause, reasons[len(puts) : len(puts) + 1])
            refused = {n for n, reason in enumerate(reasons) if reason.get("Code") == REFUSED}
            if not refused or any(writes[n].version is not None for n in refused):
                break
            expired ^= refused
        raise Conflict("a document is not at the version that was named, or others write it")

    async def _once(self, cause: Cause, entered: Sequence[Item]) -> None:
        """Raises Duplicate, where the cause was applied."""
        if cause.id and entered and entered[0].get("Code") == REFUSED and "Item" in entered[0]:
            raise Duplicate(done_of(entered[0]["Item"]))
        if done := await self._ledger.done(cause.id):
            raise Duplicate(done)

    def _put(self, put: Put, expired: bool) -> Item:
        """The action that writes one document. expired: what is there has to be."""
        place, now = (
            key(_pk(put.table, put.partition), f"={put.sort}"),
            {":now": {"S": self._now()}},
        )
        if put.body is None:
            return {"Delete": {"Key": place, **_guard(put.version, now)}}
        marks = self._marks(put)
        if put.version is None and not expired:
            return {"Update": {"Key": place, **_count(put.body, marks, now)}}
        version = {"N": str((put.version or 0) + 1)}
        item = {**place, **marks, "body": {"B": put.body}, "version": version}
        return {"Put": {"Item": item, **_guard(put.version or 0, now)}}

    def _marks(self, put: Put) -> dict[str, Any]:
        if put.keep is None:
            return {}
        moment = stamp(self._clock.now().timestamp() + put.keep)
        return mark("until", f"{put.partition}{put.sort}", moment, put.keep + GRACE)

    def _now(self) -> str:
        return stamp(self._clock.now().timestamp())

    async def close(self) -> None:
        """This will finish accepted units and close the connections."""
        await self._table.close()


def _guard(version: int | None, now: Item) -> Mapping[str, Any]:
    if version is None:
        return {}
    if version == 0:
        return {"ConditionExpression": _GONE, "ExpressionAttributeValues": now}
    values = {**now, ":version": {"N": str(version)}}
    return {
        "ConditionExpression": f"version = :version and {_ALIVE}",
        "ExpressionAttributeValues": values,
    }


def _count(body: bytes, marks: Item, now: Item) -> Mapping[str, Any]:
    """Replaces what is there, or nothing, and counts its version up."""
    sets = ["body = :body", "version = if_not_exists(version, :zero) + :one"]
    sets += [f"#{name} = :{name}" for name in marks]
    removes = "" if marks else " remove #box, #moment, #ttl"
    return {
        "UpdateExpression": f"set {', '.join(sets)}{removes}",
        "ConditionExpression": _ALIVE,
        "ExpressionAttributeNames": {f"#{name}": name for name in ("box", "moment", "ttl")},
        "ExpressionAttributeValues": {
            **now,
            **{f":{name}": value for name, value in marks.items()},
            ":body": {"B": body},
            ":zero": {"N": "0"},
            ":one": {"N": "1"},
        },
    }


def _pk(table: str, partition: str) -> str:
    return f"d/{quote(table, safe='')}/{partition}"


def _document(table: str, partition: str, item: Item) -> Document:
    sort, body, version = item["sk"]["S"][1:], bytes(item["body"]["B"]), int(item["version"]["N"])
    return Document(table, partition, sort, body, version)


def _aws(url: str) -> tuple[Aws, str]:
    aws = Aws("documents", url)
    name = aws.options.get("table", "")
    if not name:
        raise ValueError(f"{aws.setting}: say table=NAME, for example table=squad-{{service}}")
    return aws, name


async def open(url: str, clock: Clock) -> DynamodbDocuments:
    """This will open `dynamodb:?region=…&table=…` (and `endpoint=…` of an emulator).

    Raises:
        ValueError: no table named, or it is another program's.
        Unavailable: no connection, no permission, no such table.
    """
    aws, name = _aws(url)
    try:
        client = await _client(aws)
        await look(aws, client, name)
    except BaseException:
        await aws.close()
        raise
    return DynamodbDocuments(Table(aws, client, name), clock)


async def _client(aws: Aws) -> Any:
    retries = {"mode": "standard", "max_attempts": 2}  # of connections; the rest is ours to repeat
    return await aws.client("dynamodb", read_timeout=READ, retries=retries)


async def provision(url: str, services: Mapping[str, Sequence[str]], admin: str) -> list[str]:
    """This will make each service's table, its index, expiry and point-in-time recovery."""
    aws, _ = _aws(admin or url)
    try:
        client = await _client(aws)
        names = {_aws((admin or url).replace("{service}", service))[1] for service in services}
        return [line for name in sorted(names) for line in await make(aws, client, name)]
    finally:
        await aws.close()
