"""SMTP: one relay, a few connections, and whatever the relay does to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from squad.adapters.clock.frozen import Frozen
from squad.adapters.notifier import smtp
from squad.adapters.notifier.smtp import SmtpNotifier
from squad.ports.notifier import Message, Refused
from squad.ports.unit import Unavailable

CLOCK = Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))
WHO = "from=squad@squad.example"


class Server:
    """A mail server that says what it is told to, and counts.

    answers: verb (`GREET` for the greeting) -> what to say; "" hangs up, None says nothing.
    once: the same, for the next time only.
    """

    def __init__(self) -> None:
        self.answers: dict[str, str | None] = {}
        self.once: dict[str, str | None] = {}
        self.connections = self.open = self.most = self.taken = 0
        self.verbs: list[str] = []
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.connections += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            await self._say(writer, "GREET", "220 relay")
            while line := await reader.readline():
                await self._answer(line.decode()[:4].upper().strip(), reader, writer)
        except ConnectionError:
            return
        finally:
            self.open -= 1
            writer.close()

    async def _answer(
        self, verb: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.verbs.append(verb)
        if verb == "DATA":
            await self._say(writer, "SEND", "354 go on")
            await reader.readuntil(b"\r\n.\r\n")
            self.taken += self.answers.get("DATA", "250").startswith("250")  # type: ignore[union-attr]
        usual = {"QUIT": "221 bye", "RSET": "250 reset"}.get(verb, "250 fine")
        await self._say(writer, verb, usual)
        if verb == "QUIT":
            raise ConnectionResetError

    async def _say(self, writer: asyncio.StreamWriter, verb: str, usual: str) -> None:
        said = self.once.pop(verb, self.answers.get(verb, usual))
        if said == "":
            raise ConnectionResetError
        if said is not None:
            writer.write(f"{said}\r\n".encode())
            await writer.drain()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server on a free port."""
    served = Server()
    listener = await asyncio.start_server(served.talk, "127.0.0.1", 0)
    served.port = listener.sockets[0].getsockname()[1]
    yield served
    listener.close()
    await listener.wait_closed()


@asynccontextmanager
async def relay(server: Server, more: str = "") -> AsyncIterator[SmtpNotifier]:
    """A notifier that hands over to the server."""
    notifier = await smtp.open(f"smtp://127.0.0.1:{server.port}?{WHO}{more}", CLOCK)
    yield notifier
    await notifier.close()


def message(number: int = 1) -> Message:
    """A short message."""
    return Message(f"m{number}", "zoe@demo.example", "Hello", "Hello, Zoe.\n")


async def test_stays_connected(server: Server) -> None:
    """Messages one after the other use one connection, which ends with QUIT."""
    async with relay(server) as notifier:
        for number in range(5):
            await notifier.send(message(number))

    assert (server.connections, server.taken) == (1, 5)
    assert server.verbs[-1] == "QUIT"


async def test_opens_few_connections(server: Server) -> None:
    """Many messages at once share as many connections as are allowed."""
    async with relay(server, "&connections=3") as notifier:
        await asyncio.gather(*(notifier.send(message(number)) for number in range(40)))

    assert (server.connections, server.most, server.taken) == (3, 3, 40)


@pytest.mark.parametrize(
    ("verb", "answer", "outcome"),
    [
        ("RCPT", "550 5.1.1 zoe@demo.example unknown", Refused),
        ("DATA", "554 5.7.1 spam for zoe@demo.example", Refused),
        ("RCPT", "450 4.2.1 greylisted", Unavailable),
        ("DATA", "452 4.3.1 disk full", Unavailable),
        ("SEND", "421 4.3.2 closing", Unavailable),
        ("RCPT", "", Unavailable),
        ("DATA", "", Unavailable),
        ("GREET", "554 5.3.2 not you", Unavailable),
        ("GREET", "", Unavailable),
        ("MAIL", "530 5.7.0 log in first", Unavailable),
        ("MAIL", "451 4.7.1 later", Unavailable),
        ("MAIL", "babble", Unavailable),
    ],
)
async def test_tells_never_from_not_now(
    server: Server, verb: str, answer: str, outcome: type[Exception]
) -> None:
    """5xx about the message is for good; anything else may pass. Nobody is named."""
    server.answers[verb] = answer

    async with relay(server) as notifier:
        with pytest.raises(outcome) as failure:
            await notifier.send(message())
        server.answers.clear()
        await notifier.send(message(2))

    assert "zoe" not in str(failure.value)
    assert failure.value.__cause__ is None or verb in ("GREET", "MAIL")
    assert server.taken == 1


async def test_tells_the_reason_by_its_codes(server: Server) -> None:
    """The codes of the relay, and the moment, are what is told."""
    server.answers["RCPT"] = "550 5.1.1 unknown"

    async with relay(server) as notifier:
        with pytest.raises(Refused, match=r"^550 5\.1\.1 at RCPT$"):
            await notifier.send(message())


async def test_keeps_the_connection_after_a_refusal(server: Server) -> None:
    """A refused recipient costs no connection."""
    async with relay(server) as notifier:
        for answer in ("550 no", "250 yes"):
            server.answers["RCPT"] = answer
            await asyncio.gather(notifier.send(message()), return_exceptions=True)

    assert (server.connections, server.taken) == (1, 1)


@pytest.mark.parametrize("answer", ["", "421 4.4.2 idle too long"])
async def test_reconnects_when_the_relay_hung_up(server: Server, answer: str) -> None:
    """A connection that died while idle is replaced unnoticed."""
    async with relay(server) as notifier:
        await notifier.send(message(1))
        server.once["MAIL"] = answer
        await notifier.send(message(2))

    assert (server.connections, server.taken) == (2, 2)


async def test_gives_up_on_silence(server: Server) -> None:
    """A relay that does not answer in time is unavailable, and its connection is dropped."""
    server.answers["RCPT"] = None

    async with relay(server, "&timeout=0.05") as notifier:
        with pytest.raises(Unavailable, match="Timeout"):
            await notifier.send(message())
        server.answers.clear()
        await notifier.send(message())

    assert (server.connections, server.taken) == (2, 1)


async def test_drops_the_connection_of_a_cancelled_send(server: Server) -> None:
    """A send that is cancelled in its middle leaves no half conversation to the next one."""
    server.answers["RCPT"] = None

    async with relay(server) as notifier:
        task = asyncio.create_task(notifier.send(message()))
        while "RCPT" not in server.verbs:  # noqa: ASYNC110
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.answers.clear()
        await notifier.send(message())

    assert (server.connections, server.taken) == (2, 1)


async def test_says_unavailable_when_nobody_listens(server: Server) -> None:
    """No server is no reason not to start; sending says so."""
    server.port = 1

    async with relay(server) as notifier:
        with pytest.raises(Unavailable):
            await notifier.send(message())


@pytest.mark.parametrize(
    "url",
    ["", "smtp:", "smtp://host", "smtp://host/x?from=a@b.c", "smtp://host?from=me",
     "smtp://host?from=a@b.c&x=1", "smtp://host?from=a@b.c&connections=0",
     "smtp://host?from=a@b.c&starttls=maybe", "smtp://host?from=a@b.c&tls=1&starttls=1",
     "smtp://u:secret@mail.example?from=a@b.c", "smtp://u:secret@mail.example?from=a@b.c&starttls=0"],
)  # fmt: skip
async def test_refuses_a_foreign_url(url: str) -> None:
    """A URL that means something else, or a password in the clear, is an error at start."""
    with pytest.raises(ValueError) as refusal:
        await smtp.open(url, CLOCK)

    assert "secret" not in str(refusal.value)
