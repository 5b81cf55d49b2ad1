"""Each notifier with something real or alike behind it, and what came out of it.

SES is a server of ours that speaks its API (MiniStack's keeps a mail's words only); a push
service is one that checks the signature and decrypts as a browser does; texts go to MiniStack.
"""

import asyncio
import base64
import email
import email.policy
import json
import os
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import http_ece
import msgspec
from aiohttp import web
from aiosmtpd.smtp import SMTP
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from tests.engines import Engines

from squad.adapters.clock.frozen import Frozen
from squad.adapters.notifier import folder, ses, smtp, sns_sms, webpush
from squad.ports.notifier import Notifier

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
WHO = "from=Sysops%20Squad%20<no-reply@squad.example>"


class Arrived(msgspec.Struct, frozen=True):
    """A message as the channel carried it. id: "" where it carries none."""

    to: str
    text: str
    id: str = ""


class Channel(msgspec.Struct, kw_only=True):
    """A notifier, its clock, what came out of it, and a way to break it.

    to: an address of its kind. fail: makes it fail for now, or work again.
    """

    notifier: Notifier
    clock: Frozen
    arrived: Callable[[], list[Arrived]]
    fail: Callable[[bool], None]
    to: str = "zoe@demo.example"
    mails: Callable[[], list[EmailMessage]] = list
    again: bool = False
    """Whether a message sent again arrives again, to be known by its id."""


def _read(raw: list[bytes]) -> list[EmailMessage]:
    return [email.message_from_bytes(one, policy=email.policy.default) for one in raw]


def mail(read: Callable[[], list[bytes]], **parts: Any) -> Channel:
    """A channel that carries mails."""

    def arrived() -> list[Arrived]:
        return [
            Arrived(mail["To"], mail.get_content(), mail["Message-ID"].split("@")[0][1:])
            for mail in _read(read())
        ]

    return Channel(arrived=arrived, mails=lambda: _read(read()), **parts)


@asynccontextmanager
async def to_folder(path: Path, engines: Engines) -> AsyncIterator[Channel]:
    """A folder; it fails while its drafts are away."""
    clock = Frozen(NOW)
    notifier = await folder.open(f"folder:{path}?{WHO}", clock)
    drafts, away = path / "drafts", path / "away"

    def fail(fails: bool) -> None:
        (drafts if fails else away).rename(away if fails else drafts)

    def read() -> list[bytes]:
        return [file.read_bytes() for file in sorted(path.glob("2*/*/*.eml"))]

    yield mail(read, notifier=notifier, clock=clock, fail=fail)
    await notifier.close()


class Inbox:
    """What a mail server took, and what it was told to answer."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.answer = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, *to: Any) -> str:
        """Takes or refuses a recipient."""
        envelope.rcpt_tos.append(to[0])
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Takes a mail."""
        self.mails.append(envelope.content)
        return "250 OK"


@asynccontextmanager
async def to_smtp(path: Path, engines: Engines) -> AsyncIterator[Channel]:
    """A real SMTP server."""
    inbox, clock, loop = Inbox(), Frozen(NOW), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, hostname="relay", loop=loop), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    notifier = await smtp.open(f"smtp://127.0.0.1:{port}?{WHO}", clock)

    def fail(fails: bool) -> None:
        inbox.answer = "451 4.3.0 try later" if fails else "250 OK"

    yield mail(lambda: inbox.mails, notifier=notifier, clock=clock, fail=fail, again=True)
    await notifier.close()
    server.close()
    await server.wait_closed()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server on loopback that answers everything with the handler; its URL."""
    runner = web.ServerRunner(web.Server(handler))  # type: ignore[arg-type]
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


class Ses:
    """A server that speaks as much of SES's API (v2) as the product uses.

    suppressed: addresses on the suppression list. wrong: how SendEmail fails.
    """

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.requests: list[dict[str, Any]] = []
        self.suppressed: list[str] = []
        self.reasons: list[str] = []
        self.wrong: tuple[int, str, str] | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answers one call."""
        body = json.loads(await request.read() or b"{}")
        if request.path.endswith("/outbound-emails"):
            return self._send(body)
        if request.path.endswith("/suppression/addresses"):
            last = float(NOW.timestamp())
            rows = [
                {"EmailAddress": one, "Reason": "BOUNCE", "LastUpdateTime": last}
                for one in self.suppressed
            ]
            return web.json_response({"SuppressedDestinationSummaries": rows})
        if request.path.endswith("/account/suppression"):
            self.reasons = body["SuppressedReasons"]
            return web.json_response({})
        kept = {"SuppressedReasons": self.reasons}
        return web.json_response({"SendingEnabled": True, "SuppressionAttributes": kept})

    def _send(self, body: dict[str, Any]) -> web.StreamResponse:
        if self.wrong is not None:
            status, code, words = self.wrong
            return web.json_response(
                {"message": words}, status=status, headers={"x-amzn-ErrorType": code}
            )
        self.requests.append(body)
        self.mails.append(base64.b64decode(body["Content"]["Raw"]["Data"]))
        return web.json_response({"MessageId": f"m{len(self.mails)}"})


def credentials() -> None:
    """Amazon's clients want some, whoever answers."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")


@asynccontextmanager
async def to_ses(path: Path, engines: Engines) -> AsyncIterator[Channel]:
    """Our server for SES; it fails as when too much is sent at once."""
    credentials()
    amazon, clock = Ses(), Frozen(NOW)

    def fail(fails: bool) -> None:
        amazon.wrong = (429, "TooManyRequestsException", "slow down") if fails else None

    async with serving(amazon.answer) as url:
        notifier = await ses.open(f"ses:?region=us-east-1&endpoint={url}&{WHO}", clock)
        yield mail(lambda: amazon.mails, notifier=notifier, clock=clock, fail=fail, again=True)
        await notifier.close()


class Pushes:
    """A push service with one browser: it checks what RFC 8292 says and reads what was sent.

    key: the server's public key that the browser subscribed with. status: what it answers.
    """

    def __init__(self, clock: Frozen) -> None:
        self._secret = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self._clock = clock
        self.key = ""
        self.url = ""
        self.status = 201
        self.sizes: list[int] = []
        self.topics: dict[str, dict[str, Any]] = {}

    @property
    def subscription(self) -> str:
        """What the browser gives to the product, as JSON."""
        raw = self._secret.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": _base64(raw), "auth": _base64(self._auth)}
        return json.dumps({"endpoint": f"{self.url}/push/1", "keys": keys, "expirationTime": None})

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Takes a message: one not yet fetched of the same topic goes (RFC 8030, 5.4)."""
        body = await request.read()
        if not self._signed(request.headers["Authorization"]):
            return web.Response(status=401)
        if self.status != 201:
            return web.Response(status=self.status, headers={"Location": self.url})
        assert request.headers["Content-Encoding"] == "aes128gcm"
        assert int(request.headers["TTL"]) > 0
        topic = request.headers["Topic"]
        assert len(topic) <= 32
        self.sizes.append(len(body))
        plain = http_ece.decrypt(
            body, private_key=self._secret, auth_secret=self._auth, version="aes128gcm"
        )
        self.topics[topic] = json.loads(plain)
        return web.Response(status=201)

    def _signed(self, header: str) -> bool:
        if not Vapid02.verify(header):
            return False
        token, key = (part.split("=", 1)[1] for part in header.partition(" ")[2].split(","))
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        now = self._clock.now().timestamp()
        fresh = now < claims["exp"] <= now + 86_400
        named = claims["aud"] == self.url and claims["sub"] == "mailto:ops@squad.example"
        return key == self.key and fresh and named


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@asynccontextmanager
async def pushing(path: Path) -> AsyncIterator[tuple[Pushes, webpush.WebpushNotifier, Frozen]]:
    """A push service and the notifier that it knows."""
    clock = Frozen(NOW)
    pushes = Pushes(clock)
    async with serving(pushes.answer) as pushes.url:
        host = pushes.url.removeprefix("http://")
        url = f"webpush:{path}/vapid.pem?subject=mailto:ops@squad.example&hosts={host}"
        await webpush.provision(url, {}, "")
        notifier = await webpush.open(url, clock)
        pushes.key = notifier.key
        yield pushes, notifier, clock
        await notifier.close()


@asynccontextmanager
async def to_webpush(path: Path, engines: Engines) -> AsyncIterator[Channel]:
    """The push service; it fails as when it is overloaded."""
    async with pushing(path) as (pushes, notifier, clock):

        def fail(fails: bool) -> None:
            pushes.status = 503 if fails else 201

        def arrived() -> list[Arrived]:
            to = pushes.subscription
            return [Arrived(to, one["text"], one["id"]) for one in pushes.topics.values()]

        yield Channel(
            notifier=notifier, clock=clock, arrived=arrived, fail=fail, to=pushes.subscription
        )


@asynccontextmanager
async def to_sns(path: Path, engines: Engines) -> AsyncIterator[Channel]:
    """MiniStack; it fails as when the engine is away: an address where nobody listens."""
    credentials()
    url, clock = engines("ministack"), Frozen(NOW)
    number = f"+1555{int(os.urandom(4).hex(), 16) % 10**7:07d}"
    proxy = Proxy(url)

    def arrived() -> list[Arrived]:
        path = f"{url}/_ministack/sns/sms-messages"
        with urllib.request.urlopen(path, timeout=10) as answer:
            kept = json.load(answer)["sms_messages"].get(number, [])
        return [Arrived(number, one["Message"]) for one in kept]

    async with serving(proxy.answer) as front:
        notifier = await sns_sms.open(f"sns_sms:?region=us-east-1&endpoint={front}", clock)
        yield Channel(
            notifier=notifier, clock=clock, arrived=arrived, fail=proxy.fail, to=number, again=True
        )
        await notifier.close()


class Proxy:
    """Passes requests on, or answers as an engine does that refuses more."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._fails = False

    def fail(self, fails: bool) -> None:
        """Refuses from now on, or passes on."""
        self._fails = fails

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answers one call."""
        if self._fails:
            return web.Response(status=503)
        given = urllib.request.Request(
            self._url + request.path_qs,
            data=await request.read(),
            headers={k: v for k, v in request.headers.items() if k.lower() != "content-length"},
            method=request.method,
        )
        status, body = await asyncio.to_thread(_fetch, given)
        return web.Response(status=status, body=body, content_type="text/xml")


def _fetch(given: urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(given, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


CHANNELS = {
    "folder": to_folder,
    "smtp": to_smtp,
    "ses": to_ses,
    "sns_sms": to_sns,
    "webpush": to_webpush,
}
MAILS = ("folder", "smtp", "ses")


@asynccontextmanager
async def opened(kind: str, path: Path, engines: Engines) -> AsyncIterator[Channel]:
    """A channel by its name."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(CHANNELS[kind](path, engines))
