"""Mail by Amazon SES: what its answers mean, and who is not written to any more."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from deploy.local.engine import free_port
from tests.contract.channels import NOW, WHO, Ses, credentials, serving
from tests.engines import Engines

from squad.adapters.clock.frozen import Frozen
from squad.adapters.engines.aws import Aws
from squad.adapters.notifier import ses
from squad.ports.notifier import Message, Refused
from squad.ports.unit import Unavailable

MESSAGE = Message(id="m1", to="zoe@demo.example", subject="s", text="t", thread="ticket-7")


@pytest.fixture
async def amazon() -> AsyncIterator[tuple[Ses, str]]:
    """Our server for SES, and the setting for it."""
    credentials()
    server = Ses()
    async with serving(server.answer) as url:
        yield server, f"ses:?region=us-east-1&endpoint={url}&{WHO}"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ((400, "MessageRejected", "Illegal content zoe@demo.example"), Refused),
        ((400, "BadRequestException", "Illegal address"), Refused),
        ((400, "MessageRejected", "Email address is not verified. zoe@demo.example"), Unavailable),
        ((429, "TooManyRequestsException", "zoe@demo.example"), Unavailable),
        ((400, "SendingPausedException", "zoe@demo.example"), Unavailable),
        ((403, "AccessDeniedException", "not you"), Unavailable),
        ((500, "InternalFailure", "oops"), Unavailable),
    ],
)
async def test_tells_for_good_from_for_now(
    amazon: tuple[Ses, str], wrong: tuple[int, str, str], told: type[Exception]
) -> None:
    """A message that SES will not take is refused; our own trouble waits; nobody is named."""
    server, url = amazon
    notifier = await ses.open(url, Frozen(NOW))
    server.wrong = wrong

    with pytest.raises(told) as answer:
        await notifier.send(MESSAGE)

    await notifier.close()
    assert "zoe" not in str(answer.value)
    assert told is Refused or "SQUAD_NOTIFIER" in str(answer.value)


async def test_writes_no_more_to_who_bounced(amazon: tuple[Ses, str]) -> None:
    """Addresses on the list are refused, in whatever case; others are not; news comes in time."""
    server, url = amazon
    clock = Frozen(NOW)
    server.suppressed = ["Zoe@demo.example"]
    notifier = await ses.open(url, clock)
    ann = msgspec.structs.replace(MESSAGE, to="ann@demo.example")

    with pytest.raises(Refused, match="bounced or complained"):
        await notifier.send(MESSAGE)
    await notifier.send(ann)
    server.suppressed = ["ann@demo.example"]
    await notifier.send(ann)
    clock.advance(ses.LIST)
    with pytest.raises(Refused):
        await notifier.send(ann)
    await notifier.send(MESSAGE)

    await notifier.close()
    to = [request["Destination"]["ToAddresses"][0] for request in server.requests]
    assert to == [ann.to, ann.to, MESSAGE.to]


async def test_makes_amazon_keep_the_list(amazon: tuple[Ses, str]) -> None:
    """Provisioning turns the account's list on for bounces and complaints, once."""
    server, url = amazon

    lines = [*await ses.provision(url, {}, ""), *await ses.provision(url, {}, "")]

    assert lines == ["made the suppression list", "kept the suppression list"]
    assert server.reasons == ["BOUNCE", "COMPLAINT"]


async def test_names_the_configuration_set(amazon: tuple[Ses, str]) -> None:
    """`set` goes with each mail; without it nothing does."""
    server, url = amazon
    for setting in (url, f"{url}&set=squad"):
        notifier = await ses.open(setting, Frozen(NOW))
        await notifier.send(MESSAGE)
        await notifier.close()

    without, named = server.requests
    assert "ConfigurationSetName" not in without
    assert named["ConfigurationSetName"] == "squad"


async def test_says_what_is_wrong_with_the_setting() -> None:
    """No sender, or nobody there."""
    credentials()
    url = f"ses:?region=us-east-1&endpoint=http://127.0.0.1:{free_port()}"

    with pytest.raises(ValueError, match="not a mail address"):
        await ses.open(url, Frozen(NOW))
    with pytest.raises(Unavailable, match="SQUAD_NOTIFIER"):
        await ses.open(f"{url}&{WHO}", Frozen(NOW))


async def test_is_taken_by_an_emulator(engines: Engines) -> None:
    """MiniStack's SES, written by others, understands the calls too, and wants a known sender."""
    credentials()
    url = f"ses:?region=us-east-1&endpoint={engines('ministack')}&{WHO}"
    aws = Aws("notifier", url)
    account = await aws.client("sesv2")
    made = await ses.provision(url, {}, "")
    notifier = await ses.open(url, Frozen(NOW))

    with pytest.raises(Unavailable, match="MessageRejected"):
        await notifier.send(MESSAGE)
    await account.create_email_identity(EmailIdentity="no-reply@squad.example")
    await account.create_email_identity(EmailIdentity=MESSAGE.to)
    await notifier.send(MESSAGE)

    await notifier.close()
    await aws.close()
    assert len(made) == 1
