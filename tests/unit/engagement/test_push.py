"""Push and text messages: to one's own devices, once, in quiet hours later, until they are gone."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.channels import Pushes, pushing
from tests.unit.engagement.conftest import ANA, BOB, DEE, STO, Desk, assigned

from squad.adapters.clock.frozen import Frozen
from squad.contracts.people import Contact, Person, UserErased, UserUpdated
from squad.contracts.routing import RoutingStalled
from squad.kernel.ids import derive
from squad.ports.notifier import Message
from squad.services.engagement.model import number

PHONE, TABLET = derive("phone"), derive("tablet")


class Texts:
    """A telephone company."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message) -> None:
        """Takes it."""
        self.sent.append(message)


@pytest.fixture
async def pushes(desk: Desk, tmp_path: Path) -> AsyncIterator[Pushes]:
    """A push service that the service sends to."""
    async with pushing(tmp_path) as (service, notifier, _):
        desk.texts = Texts()  # type: ignore[attr-defined]
        await desk.open(push=notifier, sms=desk.texts)  # type: ignore[attr-defined]
        yield service


def body(service: Pushes, **changes: Any) -> dict[str, Any]:
    """What the browser of that service says."""
    return {**json.loads(service.subscription), "name": "My phone", **changes}


async def subscribe(desk: Desk, service: Pushes, person: str = ANA, id: str = PHONE) -> None:
    """Subscribes a device, twice."""
    for _ in range(2):
        answer = await desk.ask(person, "PUT", f"/push/subscriptions/{id}", json=body(service))
        assert answer.status_code == 200, answer.text


async def devices(desk: Desk, person: str = ANA) -> list[str]:
    """The ids of a person's devices."""
    items = (await desk.ask(person, "GET", "/push/subscriptions")).json()["items"]
    return [item["id"] for item in items]


async def test_pushes_each_event_once_to_a_device(
    desk: Desk, pushes: Pushes, clock: Frozen
) -> None:
    """Encrypted to the browser in its person's language, one message under one id."""
    await desk.know(ANA, language="fr")
    await subscribe(desk, pushes)
    await desk.hear(assigned(clock))
    for _ in range(2):
        await desk.send()

    [told] = pushes.topics.values()
    assert told["title"].startswith("Votre billet") or "7K2M-9QXD" in told["title"]
    assert (told["language"], told["link"].startswith("https://squad.example/")) == ("fr-CA", True)
    assert (await desk.ask(ANA, "GET", "/push/key")).json()["key"] == pushes.key


@pytest.mark.parametrize("status", [404, 410])
async def test_forgets_a_device_that_is_gone(
    desk: Desk, pushes: Pushes, clock: Frozen, status: int
) -> None:
    """The push service says so: it is removed, and that is no failure to be told of."""
    await desk.know(ANA)
    await subscribe(desk, pushes)
    pushes.status = status
    await desk.hear(assigned(clock))

    await desk.send()

    assert await devices(desk) == []
    assert not [one for one in await desk.letters() if one.type.endswith("notification_failed.v1")]


async def test_respects_quiet_hours_and_wishes(desk: Desk, pushes: Pushes, clock: Frozen) -> None:
    """Nothing is pushed at night or if it is not wanted; the night's messages come after it."""
    await desk.know(ANA)
    await subscribe(desk, pushes)
    hour = clock.now().hour
    quiet = {"start": f"{hour:02}:00", "end": f"{(hour + 1) % 24:02}:00"}
    await desk.ask(ANA, "PUT", "/preferences", json={"quiet": quiet})
    await desk.hear(assigned(clock))
    await desk.send()
    held = len(pushes.topics)
    clock.advance(3_600)
    await desk.send()

    assert (held, len(pushes.topics)) == (0, 1)
    await desk.ask(ANA, "PUT", "/preferences", json={"push": {"assigned": False}})
    await desk.hear(assigned(clock, turn=2))
    await desk.send()
    assert len(pushes.topics) == 1


async def test_gives_a_browser_to_who_signed_in_last(desk: Desk, pushes: Pushes) -> None:
    """Two people at one browser: the second one's messages are not the first one's."""
    await desk.know(ANA)
    await desk.know(STO)
    await subscribe(desk, pushes)

    await subscribe(desk, pushes, STO, TABLET)

    assert (await devices(desk), await devices(desk, STO)) == ([], [TABLET])
    await desk.hear(UserErased(id=STO))
    assert await devices(desk, STO) == []


async def test_keeps_five_devices(desk: Desk, pushes: Pushes, clock: Frozen) -> None:
    """A sixth takes the place of the oldest."""
    ids = [derive("device", str(n)) for n in range(6)]
    for n, id in enumerate(ids):
        clock.advance(1)
        given = body(pushes, endpoint=f"{body(pushes)['endpoint']}/{n}")
        await desk.ask(ANA, "PUT", f"/push/subscriptions/{id}", json=given)

    assert await devices(desk) == ids[1:]
    for _ in range(2):
        gone = await desk.ask(ANA, "DELETE", f"/push/subscriptions/{ids[5]}")
        assert gone.status_code == 200
    assert await devices(desk) == ids[1:5]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:1/push", "https://127.0.0.1/push", "https://10.0.0.7/push",
        "https://169.254.169.254/latest/meta-data", "https://evil.example/push",
        "https://fcm.googleapis.com.evil.example/x", "file:///etc/passwd", "ftp://x", "x",
    ],
)  # fmt: skip
async def test_calls_no_stranger(desk: Desk, pushes: Pushes, endpoint: str) -> None:
    """An endpoint is of a push service that we know, or it is refused with the field's path."""
    answer = await desk.ask(
        ANA, "PUT", f"/push/subscriptions/{PHONE}", json=body(pushes, endpoint=endpoint)
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "/endpoint"
    assert await devices(desk) == []


async def test_tries_a_device_out(desk: Desk, pushes: Pushes) -> None:
    """At once, to that device; gone ones are forgotten, unknown ones refused, outages told."""
    await desk.know(ANA)
    await subscribe(desk, pushes)
    path = f"/push/subscriptions/{PHONE}/test"

    sent = await desk.ask(ANA, "POST", path)
    pushes.status = 503
    busy = await desk.ask(ANA, "POST", path)
    pushes.status = 410
    gone = await desk.ask(ANA, "POST", path)
    unknown = await desk.ask(ANA, "POST", path)

    assert [one.status_code for one in (sent, busy, gone, unknown)] == [200, 503, 409, 404]
    assert [one["title"] for one in pushes.topics.values()] == ["Messages reach this device"]


async def test_texts_who_asked_for_it(desk: Desk, pushes: Pushes, clock: Frozen) -> None:
    """To the person's own number, only the kinds they chose; never unasked."""
    contact = Contact(name="Ana", mail="ana@example.com", phone="(312) 555-0142")
    await desk.hear(
        UserUpdated(person=Person(id=ANA, version=2, roles=("customer",), contact=contact))
    )
    await desk.hear(assigned(clock))
    await desk.send()
    texts = desk.texts.sent  # type: ignore[attr-defined]
    unasked = len(texts)

    chosen = (await desk.ask(ANA, "PUT", "/preferences", json={"sms": {"assigned": True}})).json()
    await desk.hear(assigned(clock, turn=2))
    await desk.send()

    assert (unasked, [one.to for one in texts]) == (0, ["+13125550142"])
    assert (chosen["channels"], chosen["sms"]["closed"]) == (["inbox", "mail", "sms"], False)


async def test_tells_a_storm_of_stalls_once(desk: Desk, pushes: Pushes, clock: Frozen) -> None:
    """A hundred stalls in a minute are one push message."""
    await desk.know(DEE, "dispatcher")
    await subscribe(desk, pushes, DEE)
    for n in range(5):
        stall = RoutingStalled(
            ticket=derive("t", str(n)), turn=1, priority=1, excluded={}, decision=derive("d")
        )
        await desk.hear(stall)
    clock.advance(61)

    await desk.send()

    assert len(pushes.topics) == 1


async def test_offers_no_push_where_there_is_none(desk: Desk) -> None:
    """Without the channel there is no key, and a subscription is refused with what to do."""
    key = await desk.ask(BOB, "GET", "/push/key")
    saved = await desk.ask(
        BOB, "PUT", f"/push/subscriptions/{PHONE}",
        json={"endpoint": "https://x.example", "keys": {"p256dh": "", "auth": ""}},
    )  # fmt: skip

    assert (key.status_code, saved.status_code) == (404, 409)
    assert "SQUAD_PUSH" in key.json()["detail"]


@pytest.mark.parametrize(
    ("phone", "spelled"),
    [
        ("+1 312 555 0142", "+13125550142"), ("312-555-0142", "+13125550142"),
        ("1 (312) 555.0142", "+13125550142"), ("312 555 0142 x7", "+13125550142"),
        ("+52 55 1234 5678", "+525512345678"), ("555", ""), ("", ""), ("+", ""),
    ],
)  # fmt: skip
def test_spells_numbers_as_the_world_does(phone: str, spelled: str) -> None:
    """E.164; without a country a number is of the US or Canada, and else it is none."""
    assert number(phone) == spelled
