"""What every notifier promises; SMTP against a real server on a free port."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP

from squad.adapters.clock.frozen import Frozen
from squad.adapters.notifier import folder, smtp
from squad.ports.notifier import Message, Notifier, Refused
from squad.ports.unit import Unavailable

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
MESSAGE = Message(
    id="019ae4b2-0c6f-7d31-8a53-7f3f4bd0c111",
    to="zoe@demo.example",
    subject="Votre billet nº 7 est assigné à Chloé Ouellet-Desrochers, qui sera là à 10 h 30",
    text="Bonjour,\n\n.\n..deux\nFrom here on: é, 漢字, 🚚\n" + "mot " * 400 + "\n\nMerci",
    language="fr",
    thread="ticket-7",
)


class Inbox:
    """What a mail server took, and what it was told to answer."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.peers: set[Any] = set()
        self.answers: dict[str, str] = {}

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, *mail: Any) -> str:
        """Notes the connection."""
        self.peers.add(session.peer)
        envelope.mail_from = mail[0]
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, *to: Any) -> str:
        """Takes or refuses a recipient."""
        envelope.rcpt_tos.append(to[0])
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Takes or refuses a mail."""
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("2"):
            self.mails.append(envelope.content)
        return answer


class Channel(msgspec.Struct):
    """A notifier, what came out of it, and its clock."""

    notifier: Notifier
    inbox: Inbox
    root: Path
    clock: Frozen

    def mails(self) -> list[EmailMessage]:
        """Everything that was sent, oldest file first."""
        files = sorted(self.root.glob("2*/*/*.eml"))
        raw = self.inbox.mails + [file.read_bytes() for file in files]
        return [email.message_from_bytes(one, policy=email.policy.default) for one in raw]


@pytest.fixture(params=["folder", "smtp"])
async def channel(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Channel]:
    """Each notifier, with nothing sent yet."""
    inbox, clock = Inbox(), Frozen(NOW)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, hostname="relay", loop=loop), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    who = "from=Sysops%20Squad%20<no-reply@squad.example>"
    openers: dict[str, Any] = {
        "folder": lambda: folder.open(f"folder:{tmp_path}?{who}", clock),
        "smtp": lambda: smtp.open(f"smtp://127.0.0.1:{port}?{who}", clock),
    }
    notifier: Notifier = await openers[request.param]()
    yield Channel(notifier, inbox, tmp_path, clock)
    await notifier.close()
    server.close()
    await server.wait_closed()


async def test_carries_the_message(channel: Channel) -> None:
    """Recipient, subject, text, language and thread arrive as they were given."""
    await channel.notifier.send(MESSAGE)

    (mail,) = channel.mails()
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert mail["To"] == MESSAGE.to
    assert mail["From"] == "Sysops Squad <no-reply@squad.example>"
    assert mail["Subject"] == MESSAGE.subject
    assert body.decode().replace("\r\n", "\n") == MESSAGE.text + "\n"
    assert mail["Content-Language"] == "fr"
    assert mail["References"] == "<ticket-7@squad.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW.replace(microsecond=0)


async def test_is_known_again(channel: Channel) -> None:
    """The same id, sent again hours later, is the same message wherever the channel can tell."""
    await channel.notifier.send(MESSAGE)
    channel.clock.advance(7200)
    await channel.notifier.send(MESSAGE)

    mails = channel.mails()

    assert {mail["Message-ID"] for mail in mails} == {f"<{MESSAGE.id}@squad.example>"}
    assert len(mails) == (2 if channel.inbox.mails else 1)


async def test_sends_many_at_once(channel: Channel) -> None:
    """Messages sent at the same time all arrive, each once."""
    ids = [f"m{number}" for number in range(50)]

    await asyncio.gather(
        *(channel.notifier.send(msgspec.structs.replace(MESSAGE, id=id)) for id in ids)
    )

    assert sorted(mail["Message-ID"] for mail in channel.mails()) == sorted(
        f"<{id}@squad.example>" for id in ids
    )


@pytest.mark.parametrize("to", ["", "zoe", "zoe@demo.example\r\nBcc: eve@evil.example", "a@b, c@d"])
async def test_refuses_what_is_no_address(channel: Channel, to: str) -> None:
    """A wrong address is refused for good, and the refusal does not repeat it."""
    with pytest.raises(Refused) as refusal:
        await channel.notifier.send(msgspec.structs.replace(MESSAGE, to=to))

    assert to == "" or to not in str(refusal.value)
    assert channel.mails() == []


async def test_lets_no_header_in(channel: Channel) -> None:
    """A line break in a subject stays in the subject; in an id it is a bug, told as such."""
    await channel.notifier.send(
        msgspec.structs.replace(MESSAGE, subject="a\r\nBcc: eve@evil.example")
    )
    with pytest.raises(ValueError, match="not a message id"):
        await channel.notifier.send(
            msgspec.structs.replace(MESSAGE, id="a\r\nBcc: eve@evil.example")
        )

    (mail,) = channel.mails()
    assert "Bcc" not in mail
    assert mail["Subject"] == "a Bcc: eve@evil.example"


async def test_says_when_it_cannot_now(channel: Channel) -> None:
    """What may work later is told apart from what never will, and works later."""
    channel.inbox.answers["RCPT"] = "451 4.3.0 try later"
    drafts, away = channel.root / "drafts", channel.root / "away"
    drafts.mkdir(exist_ok=True)
    drafts.rename(away)

    with pytest.raises(Unavailable):
        await channel.notifier.send(MESSAGE)
    channel.inbox.answers.clear()
    away.rename(drafts)
    await channel.notifier.send(MESSAGE)

    assert len(channel.mails()) == 1


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
