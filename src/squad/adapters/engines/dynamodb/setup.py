"""A table of Amazon DynamoDB as it must be: made by `provision`, looked at by `open`."""

import asyncio
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import Aws, code_of
from squad.adapters.engines.dynamodb.table import BY_TIME

ACTIVE = 120.0  # s that a table or an index may take to be made
LOOK = 0.5  # s between looks
KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
INDEX: Mapping[str, Any] = {
    "IndexName": BY_TIME,
    "KeySchema": [
        {"AttributeName": "box", "KeyType": "HASH"},
        {"AttributeName": "moment", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
ATTRIBUTES = [
    {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "box", "moment")
]


async def check(aws: Aws, client: Any, name: str) -> None:
    """This will see that the table is there and ours. Raises Unavailable, ValueError."""
    table = await _described(aws, client, name)
    if table is None:
        raise aws.missing(f"table {name} in {aws.region}")
    _ours(aws, name, table)
    if not _indexed(table):
        raise aws.missing(f"index {BY_TIME} on the table {name}")


async def make(aws: Aws, client: Any, name: str) -> list[str]:
    """This will make what is missing of a table, and wait for it. A line for each thing.

    Raises Unavailable; ValueError: a table of that name is not ours.
    """
    table = await _described(aws, client, name)
    lines = [await _make_table(aws, client, name, table)]
    if table is not None:
        lines.append(await _make_index(aws, client, name, table))
    lines.append(await _make_ttl(aws, client, name))
    lines.append(await _make_backups(aws, client, name))
    return lines


async def _make_table(aws: Aws, client: Any, name: str, table: Any) -> str:
    if table is not None:
        _ours(aws, name, table)
        return f"kept table {name}"
    with aws.translating():
        await client.create_table(
            TableName=name,
            KeySchema=KEYS,
            AttributeDefinitions=ATTRIBUTES,
            GlobalSecondaryIndexes=[INDEX],
            BillingMode="PAY_PER_REQUEST",
        )
    await _wait(aws, client, name)
    return f"made table {name}"


async def _make_index(aws: Aws, client: Any, name: str, table: Any) -> str:
    if _indexed(table):
        return f"kept index {BY_TIME} on {name}"
    with aws.translating():
        await client.update_table(
            TableName=name,
            AttributeDefinitions=ATTRIBUTES,
            GlobalSecondaryIndexUpdates=[{"Create": INDEX}],
        )
    await _wait(aws, client, name)
    return f"made index {BY_TIME} on {name}"


async def _make_ttl(aws: Aws, client: Any, name: str) -> str:
    with aws.translating():
        told = await client.describe_time_to_live(TableName=name)
        if told["TimeToLiveDescription"]["TimeToLiveStatus"] in ("ENABLED", "ENABLING"):
            return f"kept expiry on {name}"
        wanted = {"Enabled": True, "AttributeName": "ttl"}
        await client.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
    return f"made expiry on {name}"


async def _make_backups(aws: Aws, client: Any, name: str) -> str:
    with aws.translating():
        try:
            told = await client.describe_continuous_backups(TableName=name)
        except ClientError as error:
            if code_of(error).startswith("UnknownOperation"):  # DynamoDB Local
                return f"kept {name} without backups: this engine makes none"
            raise
        state = told["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if state.get("PointInTimeRecoveryStatus") == "ENABLED":
            return f"kept point-in-time recovery on {name}"
        wanted = {"PointInTimeRecoveryEnabled": True}
        await client.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification=wanted
        )
    return f"made point-in-time recovery on {name}"


async def _described(aws: Aws, client: Any, name: str) -> Any:
    with aws.translating():
        try:
            return (await client.describe_table(TableName=name))["Table"]
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                return None
            raise


async def _wait(aws: Aws, client: Any, name: str) -> None:
    try:
        async with asyncio.timeout(ACTIVE):
            while not _indexed(await _described(aws, client, name)):  # noqa: ASYNC110
                await asyncio.sleep(LOOK)
    except TimeoutError as error:
        raise aws.missing(f"table {name} that is ready; it takes long") from error


def _indexed(table: Any) -> bool:
    """Whether the table and its index take work."""
    indexes = (table or {}).get("GlobalSecondaryIndexes", ())
    ready = any(i["IndexName"] == BY_TIME and i["IndexStatus"] == "ACTIVE" for i in indexes)
    return ready and table["TableStatus"] in ("ACTIVE", "UPDATING")


def _ours(aws: Aws, name: str, table: Any) -> None:
    if table["KeySchema"] != KEYS:
        raise ValueError(f"{aws.setting}: the table {name} is another program's. Name a new one.")
