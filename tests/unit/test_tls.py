"""SMTP under TLS: a password goes to whom it is meant for, or nowhere."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from squad.adapters.clock.frozen import Frozen
from squad.adapters.notifier import smtp
from squad.ports.notifier import Message
from squad.ports.unit import Unavailable

MESSAGE = Message("m1", "zoe@demo.example", "Hello", "Hello, Zoe.\n")
WHO = "from=squad@squad.example"


class Guard(msgspec.Struct):
    """Servers on 127.0.0.1 that want a login; `port` after STARTTLS only, `plain` without it."""

    port: int
    plain: int
    sessions: list[Any]
    mails: list[tuple[bool, list[str]]]


class Gate:
    """Notes who came, whether encrypted, and what was handed over."""

    def __init__(self) -> None:
        self.sessions: list[Any] = []
        self.mails: list[tuple[bool, list[str]]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Takes any mail."""
        self.mails.append((session.ssl is not None, envelope.rcpt_tos))
        return "250 OK"

    def check(
        self, server: Any, session: Any, envelope: Any, mechanism: str, login: Any
    ) -> AuthResult:
        """Knows one password."""
        self.sessions.append(session)
        return AuthResult(success=login.password == b"se:cr@t", handled=False)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    signed = builder.add_extension(here, critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("pem") / "relay.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, *form)
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
async def guard(pem: Path) -> AsyncIterator[Guard]:
    """Both servers."""
    loop = asyncio.get_running_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    gate = Gate()
    common: dict[str, Any] = {"authenticator": gate.check, "hostname": "relay", "loop": loop}
    tls: dict[str, Any] = {"tls_context": context, "require_starttls": True, "auth_required": True}
    open_: dict[str, Any] = {"auth_require_tls": False}
    listeners = [
        await loop.create_server(partial(SMTP, gate, **common, **more), "127.0.0.1", 0)
        for more in (tls, open_)
    ]
    port, plain = (listener.sockets[0].getsockname()[1] for listener in listeners)
    yield Guard(port, plain, gate.sessions, gate.mails)
    for listener in listeners:
        listener.close()
        await listener.wait_closed()


async def test_logs_in_over_tls(guard: Guard, pem: Path, clock: Frozen) -> None:
    """With the relay's authority trusted, login and mail go through, encrypted."""
    url = f"smtp://squad:se%3Acr%40t@127.0.0.1:{guard.port}?{WHO}&starttls=1&ca={pem}"
    notifier = await smtp.open(url, clock)

    await notifier.send(MESSAGE)
    await notifier.close()

    assert guard.mails == [(True, ["zoe@demo.example"])]


@pytest.mark.parametrize("fault", ["authority", "password", "plain"])
async def test_sends_nothing_to_whom_it_cannot_trust(
    guard: Guard, pem: Path, clock: Frozen, fault: str
) -> None:
    """An unknown authority, a wrong password, a relay without TLS: unavailable, nothing told."""
    port = guard.plain if fault == "plain" else guard.port
    password = "wrong" if fault == "password" else "se%3Acr%40t"
    more = "" if fault == "authority" else f"&ca={pem}"
    url = f"smtp://squad:{password}@127.0.0.1:{port}?{WHO}&starttls=1{more}"
    notifier = await smtp.open(url, clock)

    with pytest.raises(Unavailable) as failure:
        await notifier.send(MESSAGE)
    await notifier.close()

    assert guard.mails == []
    assert bool(guard.sessions) == (fault == "password")
    assert "se:cr@t" not in str(failure.value)
