"""Setting up the SQS bus: topic, queues, dead-letter queues, policies, subscriptions, bucket."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import Aws, code_of
from squad.adapters.engines.sqs.calls import LONGEST, Names, Sqs, same
from squad.adapters.engines.sqs.text import policy
from squad.adapters.engines.sqs.topic import Topic
from squad.ports.bus import RECEIVES

VISIBILITY = 30  # s that a message stays hidden after a receive, or the last sign of life
HOLD = 600  # s that a receiver may work on a letter before others get it
ANSWER = 5.0  # s, three times, for an answer of any service but SQS, whose polls are long
RETENTION = 1_209_600  # s: 14 days, the longest that SQS keeps a message
BODIES = 30  # days that a large body stays: longer than any message that claims it


class Setup(NamedTuple):
    """What a URL says, with the clients opened. visibility, hold: seconds."""

    names: Names
    arn: str
    bucket: str
    visibility: int
    hold: int
    sns: Any
    sqs: Any
    s3: Any

    @classmethod
    async def read(cls, aws: Aws) -> "Setup":
        """This will read the options and ask whose account it is: names have it in them.

        Raises ValueError: an option is wrong. Unavailable: wrong endpoint or credentials.
        """
        names = Names(aws.prefix, aws.options.get("fifo", "0") == "1")
        visibility, hold = _whole(aws, "visibility", VISIBILITY), _whole(aws, "hold", HOLD)
        if not 1 <= visibility <= LONGEST:
            raise ValueError(f"{aws.setting}: visibility is 1 to {LONGEST} seconds")
        sts = await aws.client("sts", read_timeout=ANSWER)
        with aws.translating():
            who = await sts.get_caller_identity()
        account, partition = who["Account"], who["Arn"].split(":")[1]
        arn = f"arn:{partition}:sns:{aws.region}:{account}:{names.topic}"
        bucket = aws.options.get("bucket", f"{names.prefix}-bus-{account}-{aws.region}")
        sns, sqs = await aws.client("sns", read_timeout=ANSWER), await aws.client("sqs")
        s3 = await aws.client("s3", read_timeout=ANSWER, s3={"addressing_style": "path"})
        return cls(names, arn, bucket, visibility, hold, sns, sqs, s3)


def _whole(aws: Aws, name: str, default: int) -> int:
    text = aws.options.get(name, str(default))
    if not re.fullmatch("[0-9]{1,6}", text):
        raise ValueError(f"{aws.setting}: {name} takes whole seconds, not {text!r}")
    return int(text)


async def provision(url: str, services: Mapping[str, Sequence[str]], admin: str) -> list[str]:
    """This will make topic, queues, dead-letter queues, subscriptions and bucket.

    Credentials are the environment's; admin: a URL whose options go before those of `url`. They
    must be allowed to create and set up SNS topics, SQS queues and one S3 bucket. Raises
    ValueError: an option is wrong. Unavailable: not allowed, or no answer.
    """
    aws = Aws("bus", f"{url}{'&' if '?' in url else '?'}{admin.partition('?')[2]}")
    try:
        plan = Plan(aws, await Setup.read(aws))
        await plan.make(services)
        return plan.lines
    finally:
        await aws.close()


class Plan:
    """What there must be, made where it is missing and mended where it differs.

    Every step can be repeated, and is safe when two run at once. Raises Unavailable.
    """

    def __init__(self, aws: Aws, setup: Setup) -> None:
        self._aws = aws
        self._setup = setup
        self._names = setup.names
        self._arn = setup.arn
        self.lines: list[str] = []

    async def make(self, services: Mapping[str, Sequence[str]]) -> None:
        """This will make everything. services: the types that each one's queue asks for."""
        sns = self._setup.sns
        await self._make_topic(sns)
        queues = Sqs(self._aws, self._setup.sqs, self._names.fifo)
        there = await Topic(self._aws, sns, self._arn, self._names.fifo).subscriptions()
        for service, types in services.items():
            name = self._names.queue(service)
            grave = await self._queue(queues, self._names.grave(service), {})
            arn = await self._queue(queues, name, self._facts(name, grave))
            if name in there:
                await self._amend(sns, there[name], types)
            else:
                await self._subscribe(sns, arn, types)
            self._tell(name in there, f"subscription of {name}")
        await self._make_bucket(self._setup.s3, self._setup.bucket)

    async def _make_topic(self, sns: Any) -> None:
        more = {"FifoTopic": "true"} if self._names.fifo else {}
        known = True
        try:
            await sns.get_topic_attributes(TopicArn=self._arn)
        except ClientError as error:
            if "NotFound" not in code_of(error):
                raise self._aws.unavailable(error) from error
            known = False
        with self._aws.translating():
            await sns.create_topic(Name=self._names.topic, Attributes=more)
        self._tell(known, f"topic {self._names.topic}")

    def _facts(self, name: str, grave: str) -> dict[str, str]:
        """A service's queue: dead letters after so many receives, letters from our topic only."""
        arn = grave.rsplit(":", 1)[0] + f":{name}"
        rule = {
            "Sid": "letters",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self._arn}},
        }
        redrive = {"deadLetterTargetArn": grave, "maxReceiveCount": RECEIVES}
        return {
            "VisibilityTimeout": str(self._setup.visibility),
            "RedrivePolicy": json.dumps(redrive),
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [rule]}),
        }

    async def _queue(self, queues: Sqs, name: str, facts: Mapping[str, str]) -> str:
        wanted = {"MessageRetentionPeriod": str(RETENTION), **facts}
        try:
            await queues.url(name)
        except KeyError:
            more = {"FifoQueue": "true"} if self._names.fifo else {}
            await queues.call("create_queue", "", QueueName=name, Attributes={**wanted, **more})
            self.lines.append(f"made queue {name}")
            return (await queues.facts(name))["QueueArn"]
        found = await queues.facts(name)
        wrong = {key: value for key, value in wanted.items() if not same(found.get(key, ""), value)}
        if wrong:
            await queues.call("set_queue_attributes", name, Attributes=wrong)
        self.lines.append(f"{'mended' if wrong else 'kept'} queue {name}")
        return found["QueueArn"]

    async def _subscribe(self, sns: Any, arn: str, types: Sequence[str]) -> None:
        with self._aws.translating():
            await sns.subscribe(
                TopicArn=self._arn,
                Protocol="sqs",
                Endpoint=arn,
                ReturnSubscriptionArn=True,
                Attributes={
                    "RawMessageDelivery": "true",
                    "FilterPolicy": json.dumps(policy(types)),
                },
            )

    async def _amend(self, sns: Any, arn: str, types: Sequence[str]) -> None:
        wanted = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(policy(types))}
        with self._aws.translating():
            answer = await sns.get_subscription_attributes(SubscriptionArn=arn)
            for name, value in wanted.items():
                if not same(answer["Attributes"].get(name, ""), value):
                    await sns.set_subscription_attributes(
                        SubscriptionArn=arn, AttributeName=name, AttributeValue=value
                    )

    async def _make_bucket(self, s3: Any, bucket: str) -> None:
        known = True
        try:
            await s3.head_bucket(Bucket=bucket)
        except ClientError as error:
            if code_of(error) not in ("404", "NoSuchBucket", "NotFound"):
                raise self._aws.unavailable(error) from error
            known = False
        with self._aws.translating():
            if not known:
                region = self._aws.region  # us-east-1 may not be named
                place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
                await s3.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else place))
            await s3.put_public_access_block(
                Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(CLOSED, True)
            )
            await s3.put_bucket_lifecycle_configuration(
                Bucket=bucket, LifecycleConfiguration={"Rules": [EXPIRY]}
            )
        self._tell(known, f"bucket {bucket}")

    def _tell(self, known: bool, what: str) -> None:
        self.lines.append(f"{'kept' if known else 'made'} {what}")


CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
EXPIRY = {
    "ID": "large bodies",
    "Status": "Enabled",
    "Filter": {"Prefix": "letters/"},
    "Expiration": {"Days": BODIES},
}
