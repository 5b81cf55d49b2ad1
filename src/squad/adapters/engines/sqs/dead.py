"""Dead letters and large bodies of the SQS bus: objects in one S3 bucket.

SQS cannot list, page or find messages, and its own redrive keeps no reason. So a dead letter is
an object, `dead/ID`, whose ids rise with the time of burial; what SQS itself moved to a
dead-letter queue is carried here when somebody looks.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import Any, TypeVar

import msgspec
from botocore.exceptions import ClientError

from squad.adapters.engines.aws import Aws, code_of
from squad.kernel.ids import uuid7
from squad.ports.bus import DeadLetter
from squad.ports.unit import Letter, Unavailable

T = TypeVar("T")
SIDE = 16  # objects at a time
PAGE = 1000  # keys a request
_ABSENT = {"NoSuchKey", "404", "NotFound"}
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([\w-]{1,60})", re.ASCII)


class _Discarded(msgspec.Struct, frozen=True):
    id: str
    queue: str
    type: str
    reason: str
    at: float


class Register:
    """The bucket, on one client. Raises Unavailable."""

    def __init__(self, aws: Aws, client: Any, bucket: str) -> None:
        self._aws = aws
        self._client = client
        self._bucket = bucket
        self._side = asyncio.Semaphore(SIDE)

    async def check(self) -> None:
        """This will make sure that the bucket is there. Raises Unavailable."""
        try:
            await self._client.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            if code_of(error) in {*_ABSENT, "NoSuchBucket"}:
                raise self._aws.missing(f"bucket {self._bucket}") from error
            raise self._aws.unavailable(error) from error

    async def keep(self, letter: Letter) -> str:
        """This will keep a large body and give its key. The same letter has the same key."""
        key = f"letters/{letter.id}"
        await self._put(key, letter.body)
        return key

    async def fetch(self, key: str) -> bytes | None:
        """This will fetch a large body; None: it is no longer there."""
        return await self._get(key)

    async def bury(self, queue: str, letter: Letter, reason: str, receives: int, at: float) -> None:
        """This will keep a dead letter."""
        id = f"{uuid7(int(at * 1000))}.{queue}"
        dead = DeadLetter(id, queue, letter, reason, receives, at)
        await self._put(f"dead/{id}", msgspec.json.encode(dead))

    async def find(self, id: str) -> DeadLetter | None:
        """This will find a dead letter."""
        if not _ID.fullmatch(id):
            return None
        content = await self._get(f"dead/{id}")
        return msgspec.json.decode(content, type=DeadLetter) if content else None

    async def page(self, queue: str, after: str, limit: int) -> list[DeadLetter]:
        """This will list dead letters, oldest first; queue: "" for all."""
        ids = []
        async for id in self.ids(after):
            if not queue or queue_of(id) == queue:
                ids.append(id)
            if len(ids) == limit:
                break
        found = await self.each(self.find(id) for id in ids)
        return [dead for dead in found if dead is not None]

    async def ids(self, after: str = "") -> AsyncIterator[str]:
        """This will list the ids of dead letters, oldest first."""
        more = {"StartAfter": f"dead/{after}"} if _ID.fullmatch(after) else {}
        while True:
            with self._aws.translating():
                answer = await self._client.list_objects_v2(
                    Bucket=self._bucket, Prefix="dead/", MaxKeys=PAGE, **more
                )
            for one in answer.get("Contents", ()):
                yield one["Key"].removeprefix("dead/")
            if not answer.get("IsTruncated"):
                return
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    async def remove(self, id: str) -> None:
        """This will remove a dead letter."""
        with self._aws.translating():
            await self._client.delete_object(Bucket=self._bucket, Key=f"dead/{id}")

    async def note(self, dead: DeadLetter, reason: str, at: float) -> None:
        """This will keep why a dead letter was discarded."""
        noted = _Discarded(dead.letter.id, dead.queue, dead.letter.type, reason, at)
        await self._put(f"discarded/{dead.id}", msgspec.json.encode(noted))

    async def each(self, work: Iterable[Awaitable[T]]) -> list[T]:
        """This will do some things side by side, and give what each gave."""

        async def bounded(one: Awaitable[T]) -> T:
            async with self._side:
                return await one

        return await asyncio.gather(*map(bounded, work))

    async def _put(self, key: str, content: bytes) -> None:
        with self._aws.translating():
            await self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    async def _get(self, key: str) -> bytes | None:
        try:
            with self._aws.translating():
                answer = await self._client.get_object(Bucket=self._bucket, Key=key)
                async with answer["Body"] as stream:
                    content: bytes = await stream.read()
                return content
        except Unavailable as error:
            if isinstance(error.__cause__, ClientError) and code_of(error.__cause__) in _ABSENT:
                return None
            raise


def queue_of(id: str) -> str:
    """This will tell the queue of a dead letter."""
    return id.partition(".")[2]
