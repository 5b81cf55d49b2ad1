"""What every notifier promises; behind each one what tests/contract/channels.py tells."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from tests.contract.channels import CHANNELS, MAILS, NOW, Channel, opened
from tests.engines import Engines

from squad.adapters.clock.frozen import Frozen
from squad.adapters.notifier import folder
from squad.ports.notifier import Message, Refused
from squad.ports.unit import Unavailable

LINK = "https://squad.example/tickets/7"
MESSAGE = Message(
    id="019ae4b2-0c6f-7d31-8a53-7f3f4bd0c111",
    to="zoe@demo.example",
    subject="Votre billet nº 7 est assigné à Chloé Ouellet-Desrochers, qui sera là à 10 h 30",
    text="Bonjour,\n\n.\n..deux\nFrom here on: é, 漢字, 🚚\n" + "mot " * 1200 + f"\n\n{LINK}\n",
    language="fr",
    thread="ticket-7",
)
WRONG = (
    "", "zoe", "zoe@demo.example\r\nBcc: eve@evil.example", "a@b, c@d", "5550100", "+0123456789",
    "+15550100\n", "{}", '{"endpoint": "https://evil.example", "keys": {"p256dh": "", "auth": ""}}',
)  # fmt: skip


@pytest.fixture(params=CHANNELS)
async def channel(
    request: pytest.FixtureRequest, tmp_path: Path, engines: Engines
) -> AsyncIterator[Channel]:
    """Each notifier, with nothing sent yet."""
    async with opened(request.param, tmp_path, engines) as one:
        yield one


@pytest.fixture(params=MAILS)
async def mail(
    request: pytest.FixtureRequest, tmp_path: Path, engines: Engines
) -> AsyncIterator[Channel]:
    """Each notifier that carries mails, with nothing sent yet."""
    async with opened(request.param, tmp_path, engines) as one:
        yield one


def to(channel: Channel, **changed: str) -> Message:
    """The message, to somebody on the channel."""
    return msgspec.structs.replace(MESSAGE, to=channel.to, **changed)


async def test_carries_the_message(channel: Channel) -> None:
    """Recipient, words and link arrive, however little the channel carries."""
    await channel.notifier.send(to(channel))

    (one,) = channel.arrived()
    assert one.to == channel.to
    assert " ".join(one.text.split()).startswith("Bonjour, . ..deux From here on: é, 漢字, 🚚 mot")


async def test_carries_a_mail_whole(mail: Channel) -> None:
    """Recipient, subject, text, language and thread arrive as they were given."""
    await mail.notifier.send(MESSAGE)

    (one,) = mail.mails()
    body = one.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert one["To"] == MESSAGE.to
    assert one["From"] == "Sysops Squad <no-reply@squad.example>"
    assert one["Subject"] == MESSAGE.subject
    assert body.decode().replace("\r\n", "\n") == MESSAGE.text
    assert one["Content-Language"] == "fr"
    assert one["References"] == "<ticket-7@squad.example>"
    assert one["Message-ID"] == f"<{MESSAGE.id}@squad.example>"
    assert one["Auto-Submitted"] == "auto-generated"
    assert one["Date"].datetime == NOW.replace(microsecond=0)


async def test_is_known_again(channel: Channel) -> None:
    """The same id, sent again hours later, is the same message wherever the channel can tell."""
    await channel.notifier.send(to(channel))
    channel.clock.advance(7200)
    await channel.notifier.send(to(channel))

    found = channel.arrived()

    assert {one.id for one in found} <= {MESSAGE.id, ""}
    assert len(found) == (2 if channel.again else 1)


async def test_sends_many_at_once(channel: Channel) -> None:
    """Messages sent at the same time all arrive, each once."""
    texts = [f"message number{number}." for number in range(50)]

    await asyncio.gather(
        *(channel.notifier.send(to(channel, id=f"m{n}", text=text)) for n, text in enumerate(texts))
    )

    assert sorted(one.text.strip() for one in channel.arrived()) == sorted(texts)


@pytest.mark.parametrize("wrong", WRONG)
async def test_refuses_what_is_no_address(channel: Channel, wrong: str) -> None:
    """A wrong address is refused for good, and the refusal does not repeat it."""
    with pytest.raises(Refused) as refusal:
        await channel.notifier.send(msgspec.structs.replace(MESSAGE, to=wrong))

    assert wrong == "" or wrong not in str(refusal.value)
    assert channel.arrived() == []


@pytest.mark.parametrize(
    "wrong", [{"id": "a\r\nb"}, {"id": ""}, {"thread": "a b"}, {"language": "e n"}]
)
async def test_tells_a_wrong_name_as_a_bug(channel: Channel, wrong: dict[str, str]) -> None:
    """An id, thread or language that is none is an error, and nothing is sent."""
    with pytest.raises(ValueError, match="not a"):
        await channel.notifier.send(to(channel, **wrong))

    assert channel.arrived() == []


async def test_lets_no_header_in(mail: Channel) -> None:
    """A line break in a subject stays in the subject."""
    await mail.notifier.send(to(mail, subject="a\r\nBcc: eve@evil.example"))

    (one,) = mail.mails()
    assert "Bcc" not in one
    assert one["Subject"] == "a Bcc: eve@evil.example"


async def test_says_when_it_cannot_now(channel: Channel) -> None:
    """What may work later is told apart from what never will, and works later."""
    channel.fail(True)

    with pytest.raises(Unavailable) as told:
        await channel.notifier.send(to(channel))
    channel.fail(False)
    await channel.notifier.send(to(channel))

    assert channel.to not in str(told.value)
    assert len(channel.arrived()) == 1


@pytest.mark.parametrize(
    "url", ["", "folder:", "folder://h/x", "folder:/x?y=1", "folder:/x?from=me"]
)
async def test_refuses_a_foreign_folder(url: str) -> None:
    """A URL that means something else is an error at start."""
    with pytest.raises(ValueError):
        await folder.open(url, Frozen(NOW))


async def test_files_by_the_hour(tmp_path: Path) -> None:
    """Each message lies in its day and hour, UTC; cleared away and sent again it is back."""
    notifier = await folder.open(f"folder:{tmp_path}", Frozen(NOW))
    await notifier.send(MESSAGE)
    (file,) = tmp_path.glob("2*/*/*")
    file.unlink()

    await notifier.send(MESSAGE)

    assert file == tmp_path / "2026-03-02" / "15" / f"{MESSAGE.id}.eml"
    assert file.exists()
    assert not list((tmp_path / "drafts").iterdir())
