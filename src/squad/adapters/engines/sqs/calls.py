"""Queues of Amazon SQS behind the bus: their names, and each call in batches."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import Aws, code_of
from squad.adapters.engines.sqs.text import BATCH, Parcel
from squad.ports.unit import Unavailable

TRIES = 4  # of what failed in part
PAUSE = 0.1  # s before the second try, then twice as long each time
LONGEST = 43_200  # s: 12 hours, the most that a message can be hidden
ANSWER = 15.0  # s for an answer, its repetitions included; a poll takes so much longer
POLL = 20  # s, the longest poll
ABSENT = {"NonExistentQueue", "QueueDoesNotExist"}
STALE = {"ReceiptHandleIsInvalid", "MessageNotInflight", "InvalidParameterValue"}
FACTS = ["ApproximateReceiveCount", "SentTimestamp"]
COUNTS = {
    "waiting": ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"),
    "hidden": ("ApproximateNumberOfMessagesNotVisible",),
}


class Names:
    """What everything is called: PREFIX_SERVICE, its dead letters PREFIX_SERVICE_dead.

    prefix: letters, digits and `-`, so that no installation's names begin another's.
    """

    def __init__(self, prefix: str, fifo: bool) -> None:
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?", prefix):
            raise ValueError("SQUAD_BUS: prefix takes up to 30 of a-z, 0-9 and -")
        self.prefix = prefix
        self.fifo = fifo
        self._end = ".fifo" if fifo else ""
        self.topic = f"{prefix}_letters{self._end}"

    def queue(self, service: str) -> str:
        """This will name a service's queue."""
        return f"{self.prefix}_{service}{self._end}"

    def grave(self, service: str) -> str:
        """This will name the queue where SQS itself puts a service's dead letters."""
        return f"{self.prefix}_{service}_dead{self._end}"

    def services(self, names: Iterable[str]) -> list[str]:
        """This will tell whose queues these are."""
        bare = [n.removesuffix(self._end) for n in names if n.endswith(".fifo") == self.fifo]
        return [name.removeprefix(f"{self.prefix}_") for name in bare if not name.endswith("_dead")]


class Count(NamedTuple):
    """How many messages a queue has, as far as SQS knows."""

    waiting: int
    hidden: int


class Sqs:
    """The calls, on one client. Raises Unavailable; a queue that is missing says `provision`."""

    def __init__(self, aws: Aws, client: Any, fifo: bool) -> None:
        self._aws = aws
        self._client = client
        self._fifo = fifo
        self._urls: dict[str, str] = {}

    async def url(self, queue: str) -> str:
        """This will find a queue. Raises KeyError: there is none of that name."""
        if queue not in self._urls:
            try:
                answer = await self._client.get_queue_url(QueueName=queue)
            except ClientError as error:
                if code_of(error) in ABSENT:
                    raise KeyError(queue) from error
                raise self._aws.unavailable(error) from error
            self._urls[queue] = answer["QueueUrl"]
        return self._urls[queue]

    def known(self, queue: str) -> bool:
        """This will tell whether the queue was there before."""
        return queue in self._urls

    async def names(self, prefix: str) -> list[str]:
        """This will list the queues whose names begin so."""
        found: list[str] = []
        more: dict[str, str] = {}
        while True:
            answer = await self.call(
                "list_queues", "", QueueNamePrefix=prefix, MaxResults=1000, **more
            )
            found += [url.rsplit("/", 1)[-1] for url in answer.get("QueueUrls", ())]
            if not answer.get("NextToken"):
                return found
            more = {"NextToken": answer["NextToken"]}

    async def receive(self, queue: str, count: int, wait: int, hidden: int) -> list[dict[str, Any]]:
        """This will receive up to 10 messages and hide them. wait, hidden: seconds."""
        answer = await self.call(
            "receive_message",
            queue,
            MaxNumberOfMessages=min(count, BATCH),
            WaitTimeSeconds=wait,
            VisibilityTimeout=hidden,
            MessageSystemAttributeNames=FACTS,
            MessageAttributeNames=["All"],
        )
        found: list[dict[str, Any]] = answer.get("Messages") or []
        return found

    async def delete(self, queue: str, handles: Sequence[str]) -> None:
        """This will delete messages; a stale handle is ignored."""
        entries = [{"Id": str(n), "ReceiptHandle": h} for n, h in enumerate(handles)]
        await self._in_batches("delete_message_batch", queue, entries)

    async def hide(self, queue: str, handles: Sequence[str], seconds: int) -> set[str]:
        """This will hide messages from now on for so long. Returns the handles that were stale."""
        entries = [
            {"Id": str(n), "ReceiptHandle": h, "VisibilityTimeout": min(seconds, LONGEST)}
            for n, h in enumerate(handles)
        ]
        stale = await self._in_batches("change_message_visibility_batch", queue, entries)
        return {handles[int(id)] for id in stale}

    async def send(self, queue: str, parcel: Parcel, salt: str) -> None:
        """This will put a message into one queue. salt: makes a FIFO queue take it again."""
        entry = parcel.entry("MessageBody", 0)
        del entry["Id"]
        more = {"MessageGroupId": group(parcel.group), "MessageDeduplicationId": salt}
        await self.call("send_message", queue, **entry, **(more if self._fifo else {}))

    async def count(self, queue: str) -> Count:
        """This will ask how many messages there are."""
        names = [name for some in COUNTS.values() for name in some]
        answer = await self.call("get_queue_attributes", queue, AttributeNames=names)
        found = answer.get("Attributes", {})
        return Count(*(sum(int(found.get(name, 0)) for name in some) for some in COUNTS.values()))

    async def facts(self, queue: str) -> dict[str, str]:
        """This will read all attributes of a queue."""
        answer = await self.call("get_queue_attributes", queue, AttributeNames=["All"])
        found: dict[str, str] = answer.get("Attributes", {})
        return found

    async def call(self, what: str, queue: str, **arguments: Any) -> Any:
        """This will make one call. queue: "" for one without."""
        try:
            if queue:
                arguments["QueueUrl"] = await self.url(queue)
            limit = ANSWER + arguments.get("WaitTimeSeconds", 0)
            with self._aws.translating():
                async with asyncio.timeout(limit):
                    return await getattr(self._client, what)(**arguments)
        except KeyError as error:
            raise self._aws.missing(f"queue {queue}") from error
        except Unavailable as error:
            cause = error.__cause__
            if isinstance(cause, ClientError) and code_of(cause) in ABSENT:
                raise self._aws.missing(f"queue {queue}") from cause
            raise

    async def _in_batches(
        self, what: str, queue: str, entries: Sequence[Mapping[str, Any]]
    ) -> list[str]:
        parts = [entries[n : n + BATCH] for n in range(0, len(entries), BATCH)]
        stale = await asyncio.gather(*(self._batch(what, queue, part) for part in parts))
        return [id for ids in stale for id in ids]

    async def _batch(
        self, what: str, queue: str, entries: Sequence[Mapping[str, Any]]
    ) -> list[str]:
        """Gives the entries whose receipt was stale; what else failed is tried again."""
        stale: list[str] = []

        async def send(left: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
            answer = await self.call(what, queue, Entries=left)
            failed: list[Mapping[str, Any]] = answer.get("Failed") or []
            old = [f["Id"] for f in failed if f["Code"].rpartition(".")[2] in STALE]
            stale.extend(old)
            return [f for f in failed if f["Id"] not in old]

        await persist(self._aws, what, entries, send)
        return stale


async def persist(aws: Aws, what: str, entries: Sequence[Mapping[str, Any]], send: Any) -> None:
    """This will send a batch until every entry is through. Raises Unavailable: some never were.

    send: takes the entries that are left and gives the failures among them (Id, Code, Message).
    """
    left, failed = list(entries), []
    for n in range(TRIES):
        failed = await send(left)
        if not failed:
            return
        ids = {failure["Id"] for failure in failed}
        left = [entry for entry in left if entry["Id"] in ids]
        await asyncio.sleep(PAUSE * 2**n)
    first = failed[0]
    text = f"{len(left)} entries of {what} failed {TRIES} times: {first['Code']}"
    raise Unavailable(f"{aws.setting}: {text}: {first.get('Message', '')}")


def group(subject: str) -> str:
    """This will make a FIFO group of a subject: up to 128 letters, digits and punctuation."""
    clean = re.sub(r"[^\w!\"#$%&'()*+,\-./:;<=>?@\[\\\]^`{|}~]", "_", subject, flags=re.ASCII)
    return clean[-128:]


def same(one: str, other: str) -> bool:
    """This will tell whether two JSON texts say the same."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return one == other
