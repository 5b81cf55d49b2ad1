"""What the SNS and SQS bus does beyond the promises of every bus, and how it fails."""

import asyncio
import json
import socket
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from deploy.local.engine import free_port, stop
from tests.engines import Engines

from squad.adapters.bus import sns_sqs
from squad.adapters.bus.sns_sqs import SnsSqsBus
from squad.adapters.clock.system import SystemClock
from squad.adapters.engines.aws import Aws
from squad.adapters.engines.sqs import calls, plan
from squad.adapters.engines.sqs.age import Age
from squad.adapters.engines.sqs.calls import Names
from squad.adapters.engines.sqs.text import LARGEST, batches, claim, pack, policy, unpack
from squad.ports.bus import RECEIVES, Delivery
from squad.ports.unit import Letter, Unavailable

CREATED = "squad.tickets.created.v1"
Opener = Callable[..., Awaitable[SnsSqsBus]]


@pytest.fixture
def url(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> str:
    """A setting of its own, with a short visibility time."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    prefix = f"u{uuid.uuid4().hex[:12]}"
    return f"sns_sqs:?endpoint={engines('ministack')}&prefix={prefix}&visibility=1"


@pytest.fixture
async def opener(url: str) -> AsyncIterator[Opener]:
    """Opens the provisioned bus, with more options; closes what was opened."""
    opened: list[SnsSqsBus] = []
    await sns_sqs.provision(url, {"search": ["squad.tickets.*"]}, "")

    async def open(options: str = "") -> SnsSqsBus:
        opened.append(await sns_sqs.open(url + options, SystemClock()))
        return opened[-1]

    yield open
    for bus in opened:
        await bus.close()


@pytest.fixture
async def bus(opener: Opener) -> SnsSqsBus:
    """A bus without a heartbeat, and with time enough for a slow machine."""
    return await opener("&hold=0&visibility=20")


class Tools:
    """Amazon's own clients, to look behind the bus."""

    def __init__(self, url: str) -> None:
        self._aws = Aws("test", url)
        self.prefix = self._aws.prefix

    async def call(self, service: str, what: str, **arguments: Any) -> Any:
        """One call of a service."""
        more = {"s3": {"addressing_style": "path"}} if service == "s3" else {}
        return await getattr(await self._aws.client(service, **more), what)(**arguments)

    async def queue(self, service: str) -> str:
        """The URL of a queue."""
        answer = await self.call("sqs", "get_queue_url", QueueName=f"{self.prefix}_{service}")
        return str(answer["QueueUrl"])

    async def facts(self, service: str) -> dict[str, str]:
        """The attributes of a queue."""
        answer = await self.call(
            "sqs",
            "get_queue_attributes",
            QueueUrl=await self.queue(service),
            AttributeNames=["All"],
        )
        found: dict[str, str] = answer["Attributes"]
        return found

    async def subscriptions(self) -> list[dict[str, str]]:
        """The attributes of the topic's subscriptions."""
        arn = f"arn:aws:sns:us-east-1:000000000000:{self.prefix}_letters"
        page = await self.call("sns", "list_subscriptions_by_topic", TopicArn=arn)
        return [
            (
                await self.call(
                    "sns", "get_subscription_attributes", SubscriptionArn=one["SubscriptionArn"]
                )
            )["Attributes"]
            for one in page["Subscriptions"]
        ]

    async def close(self) -> None:
        """Closes the clients."""
        await self._aws.close()


@pytest.fixture
async def tools(url: str) -> AsyncIterator[Tools]:
    """Amazon's own clients."""
    made = Tools(url)
    yield made
    await made.close()


def letter(id: str, body: bytes = b"{}") -> Letter:
    """A letter about a ticket."""
    return Letter(id, CREATED, "ticket", body)


async def take(bus: SnsSqsBus, wait: float = 1) -> list[Delivery]:
    """What is there to be received now."""
    return await bus.receive("search", limit=10, wait=wait)


async def test_provisions_twice_with_one_effect(url: str, opener: Opener) -> None:
    """The second run keeps everything; one line for each thing."""
    lines = await sns_sqs.provision(url, {"search": ["squad.tickets.*"]}, "")

    assert [line.split()[0] for line in lines] == ["kept"] * 5
    assert [line.split()[1] for line in lines] == [
        "topic", "queue", "queue", "subscription", "bucket",
    ]  # fmt: skip


async def test_provisions_what_the_bus_relies_on(opener: Opener, tools: Tools) -> None:
    """Dead letters after five receives, 14 days, letters of our topic only, raw, filtered."""
    facts, (subscription,) = await tools.facts("search"), await tools.subscriptions()

    (rule,) = json.loads(facts["Policy"])["Statement"]
    redrive = json.loads(facts["RedrivePolicy"])
    assert (facts["VisibilityTimeout"], facts["MessageRetentionPeriod"]) == ("1", "1209600")
    assert redrive["maxReceiveCount"] == RECEIVES
    assert redrive["deadLetterTargetArn"].endswith(f":{tools.prefix}_search_dead")
    assert rule["Principal"] == {"Service": "sns.amazonaws.com"}
    assert rule["Condition"]["ArnEquals"]["aws:SourceArn"].endswith(f":{tools.prefix}_letters")
    assert subscription["RawMessageDelivery"] == "true"
    assert json.loads(subscription["FilterPolicy"]) == {"type": [{"prefix": "squad.tickets."}]}


async def test_lets_large_bodies_expire(opener: Opener, tools: Tools) -> None:
    """By the bucket's lifecycle, later than any message that claims them; dead letters stay."""
    bucket = f"{tools.prefix}-bus-000000000000-us-east-1"

    answer = await tools.call("s3", "get_bucket_lifecycle_configuration", Bucket=bucket)

    (rule,) = answer["Rules"]
    assert (rule["Filter"]["Prefix"], rule["Expiration"]["Days"]) == ("letters/", 30)


async def test_mends_what_was_changed(url: str, opener: Opener, tools: Tools) -> None:
    """Provisioning again puts right what somebody changed, and says so."""
    changed = {"VisibilityTimeout": "7", "RedrivePolicy": ""}
    queue = await tools.queue("search")
    await tools.call("sqs", "set_queue_attributes", QueueUrl=queue, Attributes=changed)

    lines = await sns_sqs.provision(url, {"search": ["a", "b.*"]}, "")

    facts, (subscription,) = await tools.facts("search"), await tools.subscriptions()
    assert f"mended queue {tools.prefix}_search" in lines
    assert facts["VisibilityTimeout"] == "1"
    assert json.loads(facts["RedrivePolicy"])["maxReceiveCount"] == RECEIVES
    assert json.loads(subscription["FilterPolicy"]) == {"type": ["a", {"prefix": "b."}]}


@pytest.mark.parametrize(
    ("types", "rules"),
    [
        (["a.b", "c.*"], ["a.b", {"prefix": "c."}]),
        (["a", "*"], [{"exists": True}]),
        ([], ["-"]),
    ],
)
def test_writes_filters(types: list[str], rules: list[Any]) -> None:
    """Exact types, prefixes, everything or nothing, on the attribute `type`."""
    assert policy(types) == {"type": rules}


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ("&visibility=0", "visibility"),
        ("&visibility=1.5", "visibility"),
        ("&hold=long", "hold"),
        ("&prefix=Squad_1", "prefix"),
    ],
)
async def test_refuses_a_wrong_option(options: str, setting: str) -> None:
    """The error names the setting and the option, before anything is asked."""
    with pytest.raises(ValueError, match=f"SQUAD_BUS: {setting}"):
        await sns_sqs.open(f"sns_sqs:?endpoint=http://127.0.0.1:1{options}", SystemClock())


async def test_says_that_nothing_answers(url: str) -> None:
    """A wrong endpoint is Unavailable, with the setting and the address, within seconds."""
    began = time.monotonic()

    with pytest.raises(Unavailable, match=r"SQUAD_BUS.*127\.0\.0\.1:1\b"):
        await sns_sqs.open("sns_sqs:?endpoint=http://127.0.0.1:1", SystemClock())

    assert time.monotonic() - began < 15


async def test_does_not_wait_for_ever(
    bus: SnsSqsBus, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something that takes connections and never answers is Unavailable in bounded time."""
    server = socket.create_server(("127.0.0.1", 0))
    silent = f"http://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setattr(plan, "ANSWER", 0.2)
    monkeypatch.setattr(calls, "ANSWER", 0.2)

    async def hang(**_: Any) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(bus._sqs._client, "list_queues", hang)

    async with asyncio.timeout(20):
        with pytest.raises(Unavailable, match="SQUAD_BUS"):
            await sns_sqs.open(f"{url}&endpoint={silent}", SystemClock())
        with pytest.raises(Unavailable, match="SQUAD_BUS"):
            await bus.depth()
    server.close()


async def test_says_what_is_missing(url: str, opener: Opener) -> None:
    """A topic or a queue that was never made: run `squad provision`."""
    bus = await opener()

    with pytest.raises(Unavailable, match=r"SQUAD_BUS.*topic.*squad provision"):
        await sns_sqs.open(f"{url}&prefix=nobody", SystemClock())
    with pytest.raises(Unavailable, match=r"SQUAD_BUS.*queue.*_routing.*squad provision"):
        await bus.subscribe("routing", ["*"])


async def test_says_that_a_bucket_is_missing(url: str, opener: Opener, tools: Tools) -> None:
    """Where dead letters would go must be there at the start."""
    await tools.call("s3", "delete_bucket", Bucket=f"{tools.prefix}-bus-000000000000-us-east-1")

    with pytest.raises(Unavailable, match=r"SQUAD_BUS.*bucket.*squad provision"):
        await sns_sqs.open(url, SystemClock())


async def test_says_that_a_subscription_is_missing(bus: SnsSqsBus, tools: Tools) -> None:
    """A queue that gets nothing is no start: its letters would be lost."""
    (subscription,) = await tools.subscriptions()
    arn = subscription["SubscriptionArn"]
    await tools.call("sns", "unsubscribe", SubscriptionArn=arn)

    with pytest.raises(Unavailable, match=r"subscription of queue.*squad provision"):
        await bus.subscribe("search", ["squad.tickets.*"])


async def test_says_that_a_queue_is_gone(bus: SnsSqsBus, tools: Tools) -> None:
    """Deleted in mid-run: receiving and settling are Unavailable, until it is there again."""
    await bus.publish([letter("1")])
    (delivery,) = await take(bus)
    await tools.call("sqs", "delete_queue", QueueUrl=await tools.queue("search"))

    for work in (take(bus), bus.ack([delivery])):
        with pytest.raises(Unavailable, match=r"SQUAD_BUS.*queue.*squad provision"):
            await work


async def test_says_that_the_topic_is_gone(bus: SnsSqsBus, tools: Tools) -> None:
    """Publishing to a topic that was deleted is Unavailable: the outbox keeps the letters."""
    arn = f"arn:aws:sns:us-east-1:000000000000:{tools.prefix}_letters"
    await tools.call("sns", "delete_topic", TopicArn=arn)

    with pytest.raises(Unavailable, match=r"SQUAD_BUS.*topic.*squad provision"):
        await bus.publish([letter("1")])


@pytest.mark.parametrize("size", [0, 262_143, 262_144, 262_145, 1_000_000])
async def test_carries_letters_of_any_size(bus: SnsSqsBus, tools: Tools, size: int) -> None:
    """What does not fit into 256 KiB goes through S3, and is read by every receiver."""
    sent = letter("large", b"x" * size)

    await bus.publish([sent, letter("small")])
    found = [*await take(bus), *await take(bus, 0)]

    assert {d.letter.id: d.letter for d in found} == {"large": sent, "small": letter("small")}


async def test_claims_again_and_again(bus: SnsSqsBus) -> None:
    """The first reader takes nothing away; dead and replayed, a large letter is still whole."""
    sent = letter("large", b"x" * 300_000)
    await bus.publish([sent])
    (first,) = await take(bus)
    await bus.retry(first, 0)
    (second,) = await take(bus)

    await bus.bury(second, "too large")
    await bus.replay([dead.id for dead in await bus.dead()])
    (third,) = await take(bus)

    assert [d.letter for d in (first, second, third)] == [sent] * 3
    assert (second.receives, third.receives) == (2, 1)


async def test_hands_out_a_letter_whose_body_is_gone(bus: SnsSqsBus, tools: Tools) -> None:
    """It comes empty, so that it ends among the dead letters and not in silence."""
    await bus.publish([letter("large", b"x" * 300_000)])
    bucket = f"{tools.prefix}-bus-000000000000-us-east-1"
    await tools.call("s3", "delete_object", Bucket=bucket, Key="letters/large")

    (found,) = await take(bus)

    assert found.letter == letter("large", b"")


def test_packs_what_a_message_cannot_carry() -> None:
    """Characters that XML does not know, bytes that are no text, nothing at all."""
    for body in (b"\x00", b"\xff", b"", "￾".encode(), "déjà vu 🎫\n".encode()):
        for subject in ("", "ticket", "a\x01b"):
            sent = Letter("1", CREATED, subject, body)
            parcel = pack(sent)
            entry = parcel.entry("Body", 0)
            assert unpack({"MessageId": "m", **entry}) == sent
            assert parcel.attributes["type"] == CREATED


def test_reads_what_others_wrote() -> None:
    """A message that is none of ours becomes a letter without a type."""
    assert unpack({"MessageId": "m", "Body": "hello"}) == Letter("m", "", "", b"hello")
    broken = {"packed": {"StringValue": "msgpack"}}
    found = unpack({"MessageId": "m", "Body": "%", "MessageAttributes": broken})
    assert found == Letter("m", "", "", b"%")


def test_cuts_batches() -> None:
    """Up to ten and up to 256 KiB, nothing lost, in order."""
    sizes = [1] * 11 + [200_000, 200_000, 60_000, 1]
    parcels = [pack(letter(str(n), b"x" * size)) for n, size in enumerate(sizes)]

    cut = list(batches(parcels))

    assert [len(batch) for batch in cut] == [10, 2, 3]
    assert [parcel for batch in cut for parcel in batch] == parcels
    assert all(sum(parcel.size for parcel in batch) <= LARGEST for batch in cut)
    assert claim(letter("1", b"x" * 10**6), "letters/1").size < 1000


async def test_tries_again_what_failed_in_part(
    bus: SnsSqsBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries that failed are sent again, the others are not; all arrive once."""
    client, asked = bus._topic._client, []
    real = client.publish_batch

    async def flaky(TopicArn: str, PublishBatchRequestEntries: list[Any]) -> Any:
        entries = PublishBatchRequestEntries
        asked.append([e["MessageAttributes"]["id"]["StringValue"] for e in entries])
        if len(asked) > 2:
            return await real(TopicArn=TopicArn, PublishBatchRequestEntries=entries)
        first, *rest = entries
        if rest:
            await real(TopicArn=TopicArn, PublishBatchRequestEntries=rest)
        failed = {"Id": first["Id"], "Code": "InternalError", "Message": "", "SenderFault": False}
        return {"Failed": [failed]}

    monkeypatch.setattr(client, "publish_batch", flaky)

    await bus.publish([letter("1"), letter("2"), letter("3")])

    assert asked == [["1", "2", "3"], ["1"], ["1"]]
    assert sorted(d.letter.id for d in await take(bus)) == ["1", "2", "3"]


async def test_gives_up_what_fails_for_ever(
    bus: SnsSqsBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then publishing is Unavailable, and says what Amazon said."""

    async def broken(TopicArn: str, PublishBatchRequestEntries: list[Any]) -> Any:
        ids = [entry["Id"] for entry in PublishBatchRequestEntries]
        return {"Failed": [{"Id": id, "Code": "Throttled", "Message": "slow down"} for id in ids]}

    monkeypatch.setattr(bus._topic._client, "publish_batch", broken)

    with pytest.raises(Unavailable, match=r"SQUAD_BUS: 2 entries.*Throttled: slow down"):
        await bus.publish([letter("1"), letter("2")])


async def test_keeps_a_letter_hidden_while_it_is_worked_on(opener: Opener) -> None:
    """The heartbeat prolongs the visibility time until the letter is settled."""
    one, two = await opener("&hold=60"), await opener("&hold=0")
    await one.publish([letter("1")])
    (delivery,) = await take(one)

    await asyncio.sleep(2.5)
    meanwhile = await take(two, 0)
    await one.retry(delivery, 0)
    (again,) = await take(two)

    assert meanwhile == []
    assert (again.letter.id, again.receives) == ("1", 2)


@pytest.mark.parametrize("end", ["its time is over", "it is closed"])
async def test_lets_a_letter_go(opener: Opener, end: str) -> None:
    """When the receiver is gone, or took longer than `hold`, others get the letter."""
    one, two = await opener(f"&hold={1 if 'time' in end else 60}"), await opener("&hold=0")
    await one.publish([letter("1")])
    (delivery,) = await take(one)

    if "closed" in end:
        await one.close()
    await asyncio.sleep(2.5)
    (again,) = await take(two)

    assert again.receives == 2
    if "time" in end:
        await one.ack([delivery])  # too late: changes nothing
        await two.retry(again, 0)
        assert len(await take(two)) == 1


async def test_lets_go_what_was_not_settled(opener: Opener) -> None:
    """A receiver that asks for more has done with what it had, heartbeat or not."""
    one = await opener("&hold=60")
    await one.publish([letter("1")])
    await take(one)

    nothing = await take(one, 0)
    await asyncio.sleep(1.2)
    (again,) = await take(one)

    assert nothing == []
    assert again.receives == 2


async def test_shows_what_sqs_itself_buried(bus: SnsSqsBus) -> None:
    """A consumer that dies five times: the letter is dead, with a reason that says so."""
    await bus.publish([letter("1")])
    for _ in range(RECEIVES):
        (delivery,) = await take(bus)
        await bus._sqs.hide(
            bus._names.queue("search"), [delivery.receipt.split("/", 2)[2]], 0
        )  # as if the visibility time were over

    assert await take(bus, 0) == []
    (depth,) = await bus.depth()
    (dead,) = await bus.dead()

    assert (depth.waiting, depth.dead) == (0, 1)
    assert (dead.queue, dead.letter, dead.receives) == ("search", letter("1"), RECEIVES)
    assert "SQS moved it here" in dead.reason
    assert await bus.replay([dead.id]) == 1
    assert [d.letter for d in await take(bus)] == [letter("1")]


async def test_replays_into_a_fifo_queue_at_once(url: str) -> None:
    """SQS's five minutes of deduplication do not swallow a letter that is replayed."""
    url += "&fifo=1&hold=0"
    await sns_sqs.provision(url, {"search": ["*"]}, "")
    bus = await sns_sqs.open(url, SystemClock())
    await bus.publish([letter("1")])

    for _ in range(2):
        (delivery,) = await take(bus)
        await bus.bury(delivery, "no")
        await bus.replay([dead.id for dead in await bus.dead()])

    assert [d.letter.id for d in await take(bus)] == ["1"]
    await bus.close()


async def test_keeps_the_order_of_a_subject_in_a_fifo_queue(url: str) -> None:
    """Letters of one subject come in the order in which they were published."""
    url += "&fifo=1&hold=0"
    await sns_sqs.provision(url, {"search": ["*"]}, "")
    bus = await sns_sqs.open(url, SystemClock())
    sent = [Letter(f"{n}", CREATED, f"ticket {n % 3}", b"{}") for n in range(60)]

    await bus.publish(sent)
    found: list[Letter] = []
    while batch := await bus.receive("search", limit=10, wait=0):
        found += [delivery.letter for delivery in batch]
        await bus.ack(batch)

    for subject in range(3):
        ids = [int(one.id) for one in found if one.subject == f"ticket {subject}"]
        assert ids == list(range(subject, 60, 3))
    await bus.close()


async def test_gets_letters_back_after_a_poll_was_cut_off(opener: Opener) -> None:
    """A receiver cancelled in mid-poll loses nothing."""
    bus = await opener("&hold=0")
    waiting = asyncio.create_task(bus.receive("search", limit=10, wait=20))
    await asyncio.sleep(0.3)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    await bus.publish([letter("1")])
    until = time.monotonic() + 30
    while not (found := await take(bus)):
        assert time.monotonic() < until

    assert [delivery.letter.id for delivery in found] == ["1"]


async def test_fills_a_large_receive(bus: SnsSqsBus) -> None:
    """More than ten letters come by several requests, once each, and go by several."""
    await bus.publish([letter(str(n)) for n in range(45)])

    found = await bus.receive("search", limit=128, wait=1)
    await bus.ack(found)

    assert sorted(int(delivery.letter.id) for delivery in found) == list(range(45))
    (depth,) = await bus.depth()
    assert (depth.waiting, depth.hidden) == (0, 0)


async def test_says_that_the_clock_is_wrong(bus: SnsSqsBus) -> None:
    """A signature that is too old or too new: the error asks for this machine's clock."""
    from botocore.exceptions import ClientError

    error = ClientError({"Error": {"Code": "RequestTimeTooSkewed"}}, "PublishBatch")

    assert "clock right?" in str(bus._aws.unavailable(error))


def test_knows_its_own_queues() -> None:
    """Names of another installation, whose prefix begins like ours, are not ours."""
    names, fifo = Names("squad", fifo=False), Names("squad", fifo=True)
    found = ["squad_search", "squad_search_dead", "squad_routing.fifo", "squad_routing_dead.fifo"]

    assert (names.services(found), fifo.services(found)) == (["search"], ["routing"])
    assert not Names("squad-eu", fifo=False).queue("search").startswith("squad_")


class Guarded:
    """An emulator that enforces rights: with the administrator's and with a user's."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = url
        self._monkeypatch = monkeypatch
        self._opened: list[SnsSqsBus] = []
        self.become("test", "test")

    async def open(self) -> SnsSqsBus:
        """Opens the bus as the present user."""
        self._opened.append(await sns_sqs.open(self.url, SystemClock()))
        return self._opened[-1]

    async def close(self) -> None:
        """Closes what was opened."""
        for bus in self._opened:
            await bus.close()

    def become(self, id: str, secret: str) -> None:
        """From now on, calls are this user's."""
        self._monkeypatch.setenv("AWS_ACCESS_KEY_ID", id)
        self._monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)

    async def user(self, *denied: str) -> None:
        """Makes a user who may do everything but what is denied, and becomes that user."""
        tools, name = Tools(self.url), f"user-{uuid.uuid4().hex[:8]}"
        await tools.call("iam", "create_user", UserName=name)
        rules = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
        rules += [{"Effect": "Deny", "Action": action, "Resource": "*"} for action in denied]
        text = json.dumps({"Version": "2012-10-17", "Statement": rules})
        await tools.call(
            "iam", "put_user_policy", UserName=name, PolicyName="p", PolicyDocument=text
        )
        key = (await tools.call("iam", "create_access_key", UserName=name))["AccessKey"]
        await tools.close()
        self.become(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture(scope="module")
def guard(engines: Engines) -> Any:
    """One more MiniStack, with AUTH=true."""
    from deploy.local import ministack
    from deploy.local.engine import Missing

    try:
        engine = ministack.start(engines._home / "ministack-auth", free_port(), AUTH="true")
    except Missing:
        engines("ministack")  # skips or fails, with the reason
        raise
    yield engine.url
    stop(engine.pid)


@pytest.fixture
async def guarded(guard: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Guarded]:
    """A setting of its own at the emulator that enforces rights."""
    prefix = f"g{uuid.uuid4().hex[:12]}"
    made = Guarded(f"sns_sqs:?endpoint={guard}&prefix={prefix}&hold=0", monkeypatch)
    yield made
    await made.close()


async def test_delivers_where_rights_are_enforced(guarded: Guarded) -> None:
    """The queue's policy lets our topic in: a letter comes through under AUTH=true."""
    await sns_sqs.provision(guarded.url, {"search": ["squad.tickets.*"]}, "")
    bus = await guarded.open()
    await bus.subscribe("search", ["squad.tickets.*"])

    await bus.publish([letter("1")])

    assert [d.letter for d in await take(bus)] == [letter("1")]


async def test_says_that_credentials_are_wrong(guarded: Guarded) -> None:
    """At open: Unavailable, with the setting and where to look, and without the secret."""
    guarded.become("AKIAWRONG0000000000", "hush-hush")

    with pytest.raises(Unavailable, match=r"SQUAD_BUS.*Look at the credentials") as raised:
        await guarded.open()

    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("denied", "work"),
    [
        ("sns:Publish*", lambda bus: bus.publish([letter("1")])),
        ("sqs:ReceiveMessage", lambda bus: take(bus, 0)),
        ("sqs:GetQueueAttributes", lambda bus: bus.depth()),
        ("sns:ListSubscriptionsByTopic", lambda bus: bus.subscribe("search", ["*"])),
    ],
)
async def test_says_what_is_not_allowed(guarded: Guarded, denied: str, work: Any) -> None:
    """A right that is missing is Unavailable, with the call and where to look."""
    await sns_sqs.provision(guarded.url, {"search": ["squad.tickets.*"]}, "")
    await guarded.user(denied)
    bus = await guarded.open()
    await bus._sqs.url(bus._names.queue("search"))

    with pytest.raises(Unavailable, match=r"SQUAD_BUS.*Look at the credentials"):
        await work(bus)


async def test_leaves_a_filter_that_it_may_not_change(guarded: Guarded) -> None:
    """One that asks for more is left as it is; one that asks for less is no start."""
    await sns_sqs.provision(guarded.url, {"search": ["a", "b"]}, "")
    await guarded.user("sns:SetSubscriptionAttributes")
    bus = await guarded.open()

    await bus.subscribe("search", ["a"])
    with pytest.raises(Unavailable, match=r"SQUAD_BUS.*Look at the credentials"):
        await bus.subscribe("search", ["a", "c"])


def test_guesses_the_age_of_the_oldest() -> None:
    """By what was received last; where nothing was, since when the queue has not been empty."""
    age = Age()

    assert age.oldest("search", 0, 100.0) == 0.0
    assert [age.oldest("search", 3, now) for now in (110.0, 115.0)] == [0.0, 5.0]
    age.received("search", 112.0)
    assert age.oldest("search", 3, 116.0) == 4.0
    assert age.oldest("search", 0, 117.0) == 0.0
    assert age.oldest("search", 1, 200.0) == 0.0


async def test_says_that_there_are_no_credentials(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """At open: Unavailable, with the setting."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    with pytest.raises(Unavailable, match=r"SQUAD_BUS.*credentials"):
        await sns_sqs.open(url, SystemClock())
