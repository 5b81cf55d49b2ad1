"""The SNS topic behind the bus: publishing in batches, and what each queue asked for."""

import asyncio
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import DENIED, Aws, code_of
from squad.adapters.engines.sqs.calls import group, persist
from squad.adapters.engines.sqs.text import Parcel, batches, policy
from squad.kernel import log
from squad.ports.unit import Unavailable

LANES = 8  # batches in flight

_log = log.get("bus")


class Topic:
    """One topic, on one client. Raises Unavailable; what is missing says `provision`."""

    def __init__(self, aws: Aws, client: Any, arn: str, fifo: bool) -> None:
        self._aws = aws
        self._client = client
        self._arn = arn
        self._fifo = fifo
        self._lanes = asyncio.Semaphore(LANES)
        self._subscriptions: dict[str, str] = {}
        client.meta.events.register("before-call.sns.PublishBatch", _encode)

    async def check(self) -> None:
        """This will make sure that it is there. Raises Unavailable."""
        try:
            await self._client.get_topic_attributes(TopicArn=self._arn)
        except ClientError as error:
            if code_of(error) in ("NotFound", "NotFoundException"):
                raise self._aws.missing(f"topic {self._arn}") from error
            raise self._aws.unavailable(error) from error

    async def publish(self, parcels: Sequence[Parcel]) -> None:
        """This will publish everything, several batches at a time.

        FIFO: a subject's messages stay in one lane, so none overtakes another unless one failed
        and was tried again. Raises Unavailable: some may be published, some are not.
        """
        if self._fifo:
            lanes: dict[int, list[Parcel]] = {}
            for parcel in parcels:
                lanes.setdefault(zlib.crc32(parcel.group.encode()) % LANES, []).append(parcel)
            await _all(self._lane(list(batches(lane))) for lane in lanes.values())
        else:
            await _all(self._lane([batch]) for batch in batches(parcels))

    async def _lane(self, lane: Sequence[Sequence[Parcel]]) -> None:
        for batch in lane:
            async with self._lanes:
                entries = [self._entry(parcel, n) for n, parcel in enumerate(batch)]
                await persist(self._aws, "PublishBatch", entries, self._send)

    def _entry(self, parcel: Parcel, number: int) -> dict[str, Any]:
        entry = parcel.entry("Message", number)
        if self._fifo:
            entry["MessageGroupId"] = group(parcel.group)
            entry["MessageDeduplicationId"] = group(parcel.id)
        return entry

    async def _send(self, entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        try:
            with self._aws.translating():
                answer = await self._client.publish_batch(
                    TopicArn=self._arn, PublishBatchRequestEntries=entries
                )
        except Unavailable as error:
            if isinstance(error.__cause__, ClientError) and "NotFound" in code_of(error.__cause__):
                raise self._aws.missing(f"topic {self._arn}") from error.__cause__
            raise
        failed: list[Mapping[str, Any]] = answer.get("Failed") or []
        return failed

    async def demand(self, queue: str, types: Sequence[str]) -> None:
        """This will make the subscription's filter ask for these types and no others.

        Amazon may take 15 minutes until a changed filter holds. Where the filter may not be
        changed, one that asks for more is left with a warning. Raises Unavailable: there is no
        subscription, or its filter leaves out what is asked for and may not be changed.
        """
        arn = await self._subscription(queue)
        with self._aws.translating():
            answer = await self._client.get_subscription_attributes(SubscriptionArn=arn)
        wanted, found = policy(types), _policy(answer["Attributes"])
        if _rules(found) == _rules(wanted):
            return
        try:
            await self._client.set_subscription_attributes(
                SubscriptionArn=arn,
                AttributeName="FilterPolicy",
                AttributeValue=json.dumps(wanted),
            )
        except ClientError as error:
            if code_of(error) not in DENIED or _rules(wanted) - _rules(found):
                raise self._aws.unavailable(error) from error
            _log.warning("bus.filter_asks_for_more", queue=queue, found=found, wanted=wanted)

    async def _subscription(self, queue: str) -> str:
        if queue not in self._subscriptions:
            self._subscriptions = await self.subscriptions()
        if queue not in self._subscriptions:
            raise self._aws.missing(f"subscription of queue {queue} to {self._arn}")
        return self._subscriptions[queue]

    async def subscriptions(self) -> dict[str, str]:
        """This will list the subscriptions by the names of their queues."""
        found: dict[str, str] = {}
        more: dict[str, str] = {}
        while True:
            with self._aws.translating():
                page = await self._client.list_subscriptions_by_topic(TopicArn=self._arn, **more)
            for one in page.get("Subscriptions", ()):
                if one["Protocol"] == "sqs":
                    found[one["Endpoint"].rsplit(":", 1)[-1]] = one["SubscriptionArn"]
            if not page.get("NextToken"):
                return found
            more = {"NextToken": page["NextToken"]}


async def _all(work: Any) -> None:
    """Runs everything to its end, then raises the first error: nothing is left running."""
    done = await asyncio.gather(*work, return_exceptions=True)
    for error in done:
        if isinstance(error, BaseException):
            raise error


def _encode(params: dict[str, Any], **_: Any) -> None:
    """Encodes the form once: botocore does it for the signature and again for the body."""
    if isinstance(params["body"], dict):
        params["body"] = urlencode(params["body"]).encode()


def _policy(attributes: Mapping[str, str]) -> Any:
    """What the subscription asks for; everything when it has no filter."""
    return json.loads(attributes.get("FilterPolicy") or "{}") or policy(["*"])


def _rules(found: Any) -> set[str]:
    """The rules of a filter, to be compared as sets. A filter of another shape equals none."""
    rules = found.get("type") if set(found) == {"type"} else None
    return {json.dumps(rule) for rule in rules} if isinstance(rules, list) else {json.dumps(found)}
