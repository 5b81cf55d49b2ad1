"""Push messages to browsers (RFC 8030), encrypted (RFC 8291), signed for by VAPID (RFC 8292).

`to` is the browser's PushSubscription as JSON: {"endpoint", "keys": {"p256dh", "auth"}}. A browser
says the endpoint, so a stranger can say another: only the known push services are called.
"""

import asyncio
import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiohttp
import msgspec
from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from squad.adapters.engines.brief import cut, parts
from squad.adapters.engines.mail import check
from squad.ports.clock import Clock
from squad.ports.notifier import Gone, Message, Refused
from squad.ports.unit import Unavailable

HOSTS = (
    "fcm.googleapis.com", "updates.push.services.mozilla.com", "push.apple.com",
    "notify.windows.com",
)  # fmt: skip
TIMEOUT = 8.0  # s
PLAIN = 4_096 - 103  # bytes of text in 4 KB of aes128gcm: 86 of header, a pad and a tag of 16
TTL = 86_400  # s that the push service keeps a message for a browser that is away
LIFE = 43_200  # s that our signature is good for (at most 24 hours, RFC 8292)


class Keys(msgspec.Struct, frozen=True):
    """A browser's public key and secret, base64url."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True):
    """Where a browser gets its messages."""

    endpoint: str
    keys: Keys


class Push(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the browser's service worker gets, as JSON."""

    id: str
    title: str
    text: str
    link: str = ""
    language: str = "en"
    thread: str = ""


class WebpushNotifier:
    """Sends to browsers. hosts: push services that may be called, subdomains included."""

    def __init__(self, vapid: Vapid02, subject: str, hosts: Sequence[str], clock: Clock) -> None:
        self._vapid: Final = vapid
        self._subject: Final = subject
        self._hosts: Final = tuple(hosts)
        self._clock: Final = clock
        self._http: Final = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))

    @property
    def key(self) -> str:
        """This will give the public key that browsers subscribe with (applicationServerKey)."""
        raw = self._vapid.public_key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return _base64(raw)

    async def send(self, message: Message) -> None:
        """This will hand the message to the browser's push service.

        Sent again under its id, it replaces one that the browser has not fetched yet.

        Raises:
            Refused: `to` is no subscription, or of an unknown push service.
            Gone: it is a subscription no more.
            ValueError: id, thread or language are not such.
            Unavailable: the push service does not answer, or not so much at once.
        """
        check(message)
        subscription = self._subscription(message.to)
        try:
            pusher = WebPusher(msgspec.to_builtins(subscription))
            content = pusher.encode(payload(message))["body"]
        except (WebPushException, ValueError) as error:
            raise Refused("not the keys of a subscription") from error
        headers = {
            "Content-Encoding": "aes128gcm",
            "TTL": str(TTL),
            "Topic": _base64(hashlib.sha256(message.id.encode()).digest()[:24]),
            **self._signature(subscription.endpoint),
        }
        try:
            async with self._http.post(
                subscription.endpoint, data=content, headers=headers, allow_redirects=False
            ) as answer:
                _judge(answer.status)
        except (aiohttp.ClientError, TimeoutError, RuntimeError) as error:
            raise Unavailable(f"no answer of the push service: {type(error).__name__}") from None

    def check(self, to: str) -> None:
        """This will try the keys and the address, without a call. Raises Refused."""
        try:
            WebPusher(msgspec.to_builtins(self._subscription(to))).encode(b"probe")
        except (WebPushException, ValueError) as error:
            raise Refused("not the keys of a subscription") from error

    def _subscription(self, to: str) -> Subscription:
        try:
            found = msgspec.json.decode(to, type=Subscription)
            parts = urlsplit(found.endpoint)
            host, port = parts.hostname or "", parts.port
        except (msgspec.MsgspecError, ValueError) as error:
            raise Refused("not a subscription") from error
        named = host if port is None else f"{host}:{port}"
        here = parts.scheme == "http" and host == "127.0.0.1" and named in self._hosts
        known = any(named == ours or named.endswith(f".{ours}") for ours in self._hosts)
        if not known or not (here or parts.scheme == "https") or parts.username is not None:
            raise Refused("not a push service that we know")
        return found

    def _signature(self, endpoint: str) -> Mapping[str, str]:
        parts = urlsplit(endpoint)
        until = int(self._clock.now().timestamp()) + LIFE
        audience = f"{parts.scheme}://{parts.netloc}"
        signed: Mapping[str, str] = self._vapid.sign(
            {"aud": audience, "exp": until, "sub": self._subject}
        )
        return signed

    async def close(self) -> None:
        """This will close the connections."""
        await self._http.close()


def payload(message: Message) -> bytes:
    """This will write what the browser gets, at most PLAIN bytes. Raises Refused."""
    words, link = parts(message.text)

    def push(text: str, title: str) -> bytes:
        return msgspec.json.encode(
            Push(message.id, title, text, link, message.language, message.thread)
        )

    title = cut(message.subject, lambda tried: len(push("", tried)) <= PLAIN)
    content = push(cut(words, lambda tried: len(push(tried, title)) <= PLAIN), title)
    if len(content) > PLAIN:
        raise Refused("the link is too long for a push message")
    return content


def _judge(status: int) -> None:
    """What a push service's answer means (RFC 8030, 5 and 8.4; 401: our clock or key)."""
    if 200 <= status < 300:
        return
    if status in (404, 410):
        raise Gone(f"the push service answered {status}")
    if status in (401, 408, 429) or status >= 500:
        raise Unavailable(f"the push service answered {status}")
    raise Refused(f"the push service answered {status}")


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _parsed(url: str) -> tuple[Path, dict[str, str]]:
    path, _, query = url.partition(":")[2].partition("?")
    options = {name: values[-1] for name, values in parse_qs(query).items()}
    if not path or not options.get("subject", "").startswith(("mailto:", "https:")):
        raise ValueError(
            "SQUAD_PUSH: say webpush:{home}/vapid.pem?subject=mailto:WHO-RUNS-THIS@DOMAIN"
        )
    return Path(unquote(path)), options


async def open(url: str, clock: Clock) -> WebpushNotifier:
    """This will open `webpush:KEYFILE?subject=mailto:…`, the contact for push services.

    Further settings: `hosts=a,b`: push services to call instead of the known ones. `make=1`: make
    the key file where there is none, for an installation of one node.

    Raises:
        ValueError: no file, no subject, or the file holds no key.
        Unavailable: the file is not there.
    """
    path, options = _parsed(url)
    if options.get("make") == "1":
        _make(path)
    try:
        vapid = await asyncio.to_thread(Vapid02.from_pem, path.read_bytes())
    except FileNotFoundError as error:
        raise Unavailable(f"SQUAD_PUSH: there is no {path}. Run `squad provision`.") from error
    except ValueError as error:
        raise ValueError(f"SQUAD_PUSH: {path} holds no key") from error
    hosts = options["hosts"].split(",") if "hosts" in options else HOSTS
    return WebpushNotifier(vapid, options["subject"], hosts, clock)


async def provision(url: str, services: Mapping[str, Sequence[str]], admin: str) -> list[str]:
    """This will make the key file, unless `make=1` lets the node do so when it starts.

    All nodes need the same file: browsers subscribe to its key, and another ends all of them.
    """
    path, options = _parsed(url)
    if options.get("make") == "1":
        return []
    return [f"{'made' if _make(path) else 'kept'} key {path}"]


def _make(path: Path) -> bool:
    """Makes the key file, readable by its owner only; False: it was there."""
    if path.exists():
        return False
    vapid = Vapid02()
    vapid.generate_keys()
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as written:
        written.write(vapid.private_pem())
    return True
