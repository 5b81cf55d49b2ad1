"""Mail by SMTP (RFC 5321), over a few connections that stay open."""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from squad.adapters.engines.mail import Sender, address, compose, sender
from squad.ports.clock import Clock
from squad.ports.notifier import Message, Refused
from squad.ports.unit import Unavailable

_CONNECTIONS = 4
_TIMEOUT = 10.0  # s
_DETAIL: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463
_HERE: Final = ("localhost", "127.0.0.1", "::1")
_FLAGS: Final = {"1": True, "0": False, "": None}
_FAILURES: Final = (SMTPException, OSError)


class Relay(msgspec.Struct, frozen=True):
    """Where mail is handed over, and how. timeout: seconds for each answer.

    starttls: True must, False must not, None when the relay offers it. context: trusts the
    system's authorities, or the file `ca` alone.
    """

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    starttls: bool | None
    timeout: float
    context: ssl.SSLContext


class SmtpNotifier:
    """Hands mail to a relay, as many messages at a time as it has connections."""

    def __init__(self, relay: Relay, sender: Sender, clock: Clock, *, connections: int) -> None:
        self._relay: Final = relay
        self._sender: Final = sender
        self._clock: Final = clock
        self._lanes: Final = asyncio.Semaphore(connections)
        self._idle: list[SMTP] = []
        self._host: Final = socket.gethostname()

    async def send(self, message: Message) -> None:
        """This will hand the message to the relay; on return the relay has taken it.

        Raises:
            Refused: the relay will not take this recipient or this content (5xx to RCPT or
                DATA), or `to` is not a mail address.
            ValueError: id, thread or language are not such.
            Unavailable: 4xx, no connection, no answer in time, or the relay refuses us (5xx to
                the greeting, the login or MAIL), which says nothing about the message.
        """
        content = compose(message, sender=self._sender, now=self._clock.now())
        async with self._lanes:
            client = await self._begin()
            try:
                await _told("RCPT", client.rcpt(address(message.to)))
                await _told("DATA", client.data(content))
            except Refused:
                if await _works(client, client.rset()):
                    self._idle.append(client)
                raise
            except BaseException:
                client.close()
                raise
            self._idle.append(client)

    async def close(self) -> None:
        """This will say goodbye on every idle connection."""
        while self._idle:
            client = self._idle.pop()
            await _works(client, client.quit())

    async def _begin(self) -> SMTP:
        """A connection that has accepted MAIL; those that the relay hung up meanwhile go."""
        while self._idle:
            client = self._idle.pop()
            if await _works(client, client.mail(self._sender.address)):
                return client
        client = self._client()
        try:
            await client.connect()
            await client.mail(self._sender.address)
        except _FAILURES as error:
            client.close()
            raise Unavailable(_reason("MAIL", error)) from error
        except BaseException:
            client.close()
            raise
        return client

    def _client(self) -> SMTP:
        relay = self._relay
        return SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.user,
            password=relay.password,
            local_hostname=self._host,  # else the library asks DNS for it
            timeout=relay.timeout,
            use_tls=relay.tls,
            start_tls=relay.starttls,
            tls_context=relay.context,
        )


async def _works(client: SMTP, call: Awaitable[Any]) -> bool:
    """Tells whether the call went through; if not, the connection is closed."""
    try:
        await call
    except _FAILURES:
        client.close()
        return False
    except BaseException:
        client.close()
        raise
    return True


async def _told(stage: str, call: Awaitable[Any]) -> None:
    """Turns the relay's answer into the port's. Its words are left out: they name the person."""
    try:
        await call
    except _FAILURES as error:
        refused = isinstance(error, SMTPResponseException) and error.code >= 500
        raise (Refused if refused else Unavailable)(_reason(stage, error)) from None


def _reason(stage: str, error: Exception) -> str:
    if not isinstance(error, SMTPResponseException):
        return f"{type(error).__name__} at {stage}"
    detail = _DETAIL.search(error.message)
    return f"{error.code} {detail.group() if detail else ''} at {stage}".replace("  ", " ")


async def open(url: str, clock: Clock) -> SmtpNotifier:
    """This will open `smtp://user:password@host:port?from=Name%20<local@domain>`.

    Further settings: `starttls=1` insists on it, `starttls=0` goes without, else it is used
    when offered; `tls=1` speaks TLS from the first byte; `ca=/file.pem`; `timeout` in seconds
    (10); `connections` (4). Nothing is connected yet: a relay that is down stops no start.

    Raises:
        ValueError: not such a URL (it is not repeated: it can hold a password), or a password
            that would travel in the clear.
        OSError: `ca` cannot be read.
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    known = {"from", "starttls", "tls", "ca", "timeout", "connections"}
    if parts.scheme != "smtp" or not parts.hostname or parts.path or not set(given) <= known:
        raise ValueError("not a mail relay")
    connections = int(given.get("connections", _CONNECTIONS))
    if "from" not in given or connections < 1:
        raise ValueError("a mail relay needs `from` and at least one connection")
    context = await asyncio.to_thread(ssl.create_default_context, cafile=given.get("ca"))
    relay = _relay(parts, given, context)
    return SmtpNotifier(relay, sender(given["from"]), clock, connections=connections)


def _relay(parts: SplitResult, given: dict[str, str], context: ssl.SSLContext) -> Relay:
    flags = {name: given.get(name, "") for name in ("tls", "starttls")}
    if not set(flags.values()) <= set(_FLAGS) or (flags["tls"] == flags["starttls"] == "1"):
        raise ValueError("tls and starttls are 1 or 0, and not both 1")
    secret = "1" in flags.values() or parts.hostname in _HERE
    if parts.username is not None and not secret:
        raise ValueError("a password needs tls=1 or starttls=1")
    return Relay(
        host=parts.hostname or "",
        port=parts.port or (465 if flags["tls"] == "1" else 587 if parts.username else 25),
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        tls=bool(_FLAGS[flags["tls"]]),
        starttls=False if flags["tls"] == "1" else _FLAGS[flags["starttls"]],
        timeout=float(given.get("timeout", _TIMEOUT)),
        context=context,
    )
