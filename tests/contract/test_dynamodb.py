"""DynamoDB as it fails: conflicts, throttling, lost answers, an index that lags, a wrong table."""

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from deploy.local.engine import free_port
from tests.contract import dynamodb as tables
from tests.engines import Engines

from squad.adapters.clock.frozen import Frozen
from squad.adapters.documents import dynamodb
from squad.adapters.documents.dynamodb import DynamodbDocuments
from squad.adapters.engines.aws import Aws
from squad.adapters.engines.dynamodb.table import TRIES, Table
from squad.ports.documents import ITEMS, Put
from squad.ports.unit import Cause, Conflict, Done, Duplicate, Letter, Unavailable

SERVICES = {"engagement": ()}
CLASH = {"Code": "TransactionConflict"}
NONE = {"Code": "None"}
SLOW = {"Code": "ThrottlingError"}


class Wire:
    """A client of the real engine whose answers a test may spoil. calls: what was asked."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.spoil: Callable[[str, int], Any] = lambda operation, number: None
        """Before an operation's n-th call: an error to raise, or an answer to give instead."""
        self.lose: set[int] = set()
        """Transactions that are carried out and whose answers are lost."""

    def __getattr__(self, operation: str) -> Any:
        async def call(**options: Any) -> Any:
            number = sum(name == operation for name, _ in self.calls)
            self.calls.append((operation, options))
            spoilt = self.spoil(operation, number)
            if isinstance(spoilt, Exception):
                raise spoilt
            if spoilt is not None:
                return spoilt
            answer = await getattr(self._client, operation)(**options)
            if operation == "transact_write_items" and number in self.lose:
                raise error("InternalServerError")
            return answer

        return call

    def tokens(self) -> set[str]:
        """The idempotency tokens of the transactions."""
        return {
            options["ClientRequestToken"]
            for name, options in self.calls
            if name == "transact_write_items"
        }


def error(code: str, *reasons: dict[str, str]) -> ClientError:
    """An answer of Amazon's that refuses."""
    given = {"Error": {"Code": code, "Message": "no"}, "CancellationReasons": list(reasons)}
    return ClientError(given, "TransactWriteItems")


@pytest.fixture(params=tables.ENGINES.values())
def url(request: pytest.FixtureRequest, tmp_path: Path, engines: Engines) -> str:
    """The setting of a table that is not there yet."""
    return tables.url(request.param, tmp_path, engines)


@pytest.fixture
async def spoilt(url: str, clock: Frozen) -> AsyncIterator[tuple[DynamodbDocuments, Wire]]:
    """A store, and the wire to its engine."""
    await dynamodb.provision(url, SERVICES, "")
    aws = Aws("documents", url)
    wire = Wire(await aws.client("dynamodb"))
    store = DynamodbDocuments(Table(aws, wire, aws.options["table"]), clock)
    yield store, wire
    await store.close()


async def version(store: DynamodbDocuments) -> int:
    """The version of the one note."""
    found = await store.get("notes", "ana", "1")
    return found.version if found else 0


NOTE = Put("notes", "ana", "1", b"x")
LETTER = Letter("l1", "squad.test.done.v1", "s", b"{}")


async def test_makes_what_is_missing_and_keeps_the_rest(url: str, clock: Frozen) -> None:
    """Table, expiry and, where the engine has it, point-in-time recovery; twice is no harm."""
    with pytest.raises(Unavailable, match=r"SQUAD_DOCUMENTS: there is no table .*squad provision"):
        await dynamodb.open(url, clock)

    made = await dynamodb.provision(url, SERVICES, "")
    kept = await dynamodb.provision(url, SERVICES, "")
    store = await dynamodb.open(url, clock)

    await store.close()
    assert [line.split()[0] for line in made[:2]] == ["made", "made"]
    assert len(made) == 3
    assert {line.split()[0] for line in kept} == {"kept"}


async def test_makes_the_index_of_a_table_without_it(url: str, clock: Frozen) -> None:
    """A table from before the index is refused by name, and provisioning completes it."""
    aws = Aws("documents", url)
    client, name = await aws.client("dynamodb"), aws.options["table"]
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    types = [{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")]
    await client.create_table(
        TableName=name, KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST"
    )
    await aws.close()

    with pytest.raises(Unavailable, match="there is no index by_time"):
        await dynamodb.open(url, clock)
    made = await dynamodb.provision(url, SERVICES, "")
    store = await dynamodb.open(url, clock)

    await store.commit(Cause("c"), [], [LETTER], b"")
    assert f"made index by_time on {name}" in made
    assert await store.backlog() == 1
    await store.close()


async def test_refuses_a_foreign_table(url: str, clock: Frozen) -> None:
    """Another program's table is neither opened nor changed."""
    aws = Aws("documents", url)
    client, name = await aws.client("dynamodb"), aws.options["table"]
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    types = [{"AttributeName": "id", "AttributeType": "S"}]
    await client.create_table(
        TableName=name, KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST"
    )
    await aws.close()

    with pytest.raises(ValueError, match="another program's"):
        await dynamodb.open(url, clock)
    with pytest.raises(ValueError, match="another program's"):
        await dynamodb.provision(url, SERVICES, "")


async def test_says_what_is_wrong_with_the_setting(
    clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No table named; nobody there; no credentials: each names the setting, and soon."""
    began = time.monotonic()
    nobody = f"dynamodb:?region=us-east-1&endpoint=http://127.0.0.1:{free_port()}&table=t"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")

    with pytest.raises(ValueError, match="SQUAD_DOCUMENTS: say table=NAME"):
        await dynamodb.open("dynamodb:?region=us-east-1", clock)
    with pytest.raises(Unavailable, match="SQUAD_DOCUMENTS"):
        await dynamodb.open(nobody, clock)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(Unavailable, match="SQUAD_DOCUMENTS"):
        await dynamodb.open(nobody, clock)

    assert time.monotonic() - began < 20


async def test_tries_again_where_others_write(spoilt: tuple[DynamodbDocuments, Wire]) -> None:
    """Conflicts and throttling pass, and every try has the same token."""
    store, wire = spoilt
    wrongs = [
        error("TransactionCanceledException", NONE, CLASH),
        error("TransactionCanceledException", SLOW, CLASH),
        error("TransactionInProgressException"),
        error("ProvisionedThroughputExceededException"),
    ]
    wire.spoil = lambda operation, n: (
        wrongs[n] if operation == "transact_write_items" and n < len(wrongs) else None
    )

    await store.commit(Cause("c"), [NOTE], [LETTER], b"answer")

    assert len(wire.tokens()) == 1
    assert await version(store) == 1
    assert await store.done("c") == Done(b"", b"answer")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (error("TransactionCanceledException", NONE, CLASH), Conflict),
        (error("TransactionCanceledException", SLOW, NONE), Unavailable),
        (error("ThrottlingException"), Unavailable),
        (error("AccessDeniedException"), Unavailable),
    ],
)
async def test_gives_up_after_a_while(
    spoilt: tuple[DynamodbDocuments, Wire], wrong: ClientError, told: type[Exception]
) -> None:
    """What does not pass is a conflict or an outage, and nothing was written."""
    store, wire = spoilt
    wire.spoil = lambda operation, n: wrong if operation == "transact_write_items" else None

    with pytest.raises(told):
        await store.commit(Cause("c"), [NOTE], [LETTER], b"")

    assert sum(name == "transact_write_items" for name, _ in wire.calls) <= TRIES
    assert await version(store) == 0
    assert await store.pending(10) == []


async def test_counts_a_unit_once_whose_answer_was_lost(
    spoilt: tuple[DynamodbDocuments, Wire],
) -> None:
    """Carried out, not heard of, tried again: it counts once."""
    store, wire = spoilt
    wire.lose = {0}

    await store.commit(Cause(""), [NOTE], [], b"")

    assert len(wire.calls) == 2
    assert await version(store) == 1


async def test_knows_a_cause_whose_answer_never_came(
    spoilt: tuple[DynamodbDocuments, Wire],
) -> None:
    """Carried out, and every answer lost: the caller is told of an outage, and then the truth."""
    store, wire = spoilt
    wire.lose = set(range(TRIES))

    with pytest.raises(Unavailable):
        await store.commit(Cause("c"), [NOTE], [], b"answer")
    with pytest.raises(Duplicate) as known:
        await store.commit(Cause("c"), [NOTE], [], b"other")

    assert known.value.done.answer == b"answer"
    assert await version(store) == 1


async def test_lists_letters_that_the_index_does_not_know_yet(
    spoilt: tuple[DynamodbDocuments, Wire], url: str, clock: Frozen
) -> None:
    """Our own at once; another process's once the index has them; marked ones never again."""
    store, wire = spoilt
    other = await dynamodb.open(url, clock)
    wire.spoil = lambda operation, n: {"Items": []} if operation == "query" else None
    await store.commit(Cause("a"), [], [LETTER], b"")
    await other.commit(Cause("b"), [], [Letter("l2", "t", "s", b"")], b"")

    own = await store.pending(10)
    wire.spoil = lambda operation, n: None
    both = await store.pending(10)
    stale = [row async for row in _entries(wire)]
    await other.sent(["l1"])
    wire.spoil = lambda operation, n: {"Items": stale} if operation == "query" else None
    left = await store.pending(10)
    await other.close()

    assert [letter.id for letter in own] == ["l1"]
    assert [letter.id for letter in both] == ["l1", "l2"]
    assert [letter.id for letter in left] == ["l2"]


async def _entries(wire: Wire) -> AsyncIterator[Any]:
    for operation, options in list(wire.calls):
        if operation == "query":
            for row in (await wire.query(**options))["Items"]:
                yield row


async def test_reads_past_what_has_expired(
    spoilt: tuple[DynamodbDocuments, Wire], clock: Frozen
) -> None:
    """A page is full although hundreds of expired documents lie before it; few calls suffice."""
    store, wire = spoilt
    for part in range(3):
        puts = [Put("notes", "ana", f"{part}{n:02}", b"", keep=1.0) for n in range(ITEMS)]
        await store.commit(Cause(""), puts, [], b"")
    await store.commit(Cause(""), [Put("notes", "ana", f"9{n}", b"") for n in range(3)], [], b"")
    clock.advance(1)
    wire.calls.clear()

    found = await store.list("notes", "ana", limit=2)

    assert [document.sort for document in found] == ["90", "91"]
    assert len(wire.calls) <= 8


async def test_reads_all_of_a_batch_that_came_in_part(
    spoilt: tuple[DynamodbDocuments, Wire],
) -> None:
    """What Amazon left out of a batch is asked for again."""
    store, wire = spoilt
    await store.commit(Cause("a"), [], [LETTER], b"")
    asked: list[Any] = []

    def spoil(operation: str, n: int) -> Any:
        if operation != "batch_get_item" or n > 0:
            return None
        asked.append(wire.calls[-1][1]["RequestItems"])
        return {"Responses": {}, "UnprocessedKeys": asked[0]}

    wire.spoil = spoil

    assert await store.pending(10) == [LETTER]
    assert len(asked) == 1


async def test_frees_by_the_worlds_clock(spoilt: tuple[DynamodbDocuments, Wire]) -> None:
    """DynamoDB's own expiry is later than ours by the world's clock, wherever our clock stands."""
    store, wire = spoilt

    await store.commit(Cause("c"), [Put("notes", "ana", "1", b"", keep=60.0)], [], b"")

    (_, options), *_ = wire.calls
    note, cause = options["TransactItems"]
    due = int(note["Update"]["ExpressionAttributeValues"][":ttl"]["N"]) - time.time()
    assert 60 < due < 60 + 2 * 86_400
    assert int(cause["Put"]["Item"]["ttl"]["N"]) > time.time() + 7 * 86_400
