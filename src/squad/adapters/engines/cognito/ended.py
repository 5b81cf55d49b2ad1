"""Sign-ins that ended lately, in one DynamoDB table, so that every process refuses their tokens."""

import time
from typing import Any

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import Aws, code_of
from squad.adapters.engines.tokens import veil

AGAIN = 3  # reads before one is taken that our own writes overtook; the next corrects it
KEPT = 86_400  # s that an end is kept: far beyond any token's life


class Ended:
    """Who ended, in memory as last read. One partition: a Query reads 1 MB, 10,000 ends, at once.

    The time to live is by the machine's clock, as DynamoDB's own.
    """

    def __init__(self, aws: Aws, client: Any) -> None:
        self._aws = aws
        self._client = client
        self._table = table(aws)
        self._added = 0
        self.veiled: frozenset[str] = frozenset()

    async def load(self) -> None:
        """This will read all ends. Raises Unavailable: no table, no permission, no answer."""
        for _ in range(AGAIN):
            before = self._added
            found = await self._read()
            if before == self._added:  # else what we read may lack what we wrote meanwhile
                break
        self.veiled = found

    async def _read(self) -> frozenset[str]:
        found: list[str] = []
        start: dict[str, Any] = {}
        while True:
            page = await self._call(
                "query",
                ConsistentRead=True,
                KeyConditionExpression="kind = :kind",
                FilterExpression="expires > :now",  # DynamoDB takes its time to delete
                ExpressionAttributeValues={":kind": {"S": "ended"}, ":now": _time(0)},
                ProjectionExpression="id",
                **start,
            )
            found.extend(veil(item["id"]["S"]) for item in page["Items"])
            if not page.get("LastEvaluatedKey"):
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        return frozenset(found)

    async def add(self, id: str) -> None:
        """This will end a sign-in, here at once, elsewhere when they next read."""
        await self._call("put_item", Item={**_key(id), "expires": _time(KEPT)})
        self._added += 1
        self.veiled |= {veil(id)}

    async def drop(self, id: str) -> None:
        """This will let a sign-in's tokens be good again; of one that did not end as well."""
        await self._call("delete_item", Key=_key(id))
        self.veiled -= {veil(id)}

    async def _call(self, operation: str, **arguments: Any) -> Any:
        with self._aws.translating():
            try:
                return await getattr(self._client, operation)(TableName=self._table, **arguments)
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    raise self._aws.missing(f"table {self._table}") from error
                raise


def table(aws: Aws) -> str:
    """This will name the table."""
    return f"{aws.prefix}-directory"


def _time(later: int) -> dict[str, str]:
    return {"N": str(int(time.time()) + later)}


def _key(id: str) -> dict[str, Any]:
    return {"kind": {"S": "ended"}, "id": {"S": id}}
