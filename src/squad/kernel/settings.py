"""Settings: one URL per port, read once at start; secrets masked where they are shown."""

import contextlib
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

PORTS = (
    "clock", "database", "documents", "bus", "index", "cache", "blobs", "directory", "notifier",
    "places", "proposer",
)  # fmt: skip
CHANNELS = ("push", "sms")  # notifiers besides the one for mail


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a node runs. `{home}` and `{service}` in a URL are filled in when it is opened.

    demo: consultants in the demo world. rate: requests a person or address may make in 10 s.
    behind: addresses or networks, with commas between, of what stands before this node and says
        in X-Forwarded-For who the client is; "1": on this machine.
    fast: whether compiled loops decide, where the extra of that name is installed.
    timeout: seconds for an answer. traces: where sampled traces go, `file:PATH` or
        `otlp:http://host:4318`, "" nowhere. metrics: where figures are sent, `otlp:…`, besides
        being shown at /metrics.
    sample: share of the requests that are traced; a caller who traces is always followed.
    push, sms: further notifiers, to browsers and telephones; "off" or "": none.
    web: folder of the built web app; "": the one in the package, or in the source tree.
    workers of other machines need `host` other than loopback, and then TLS before it.
    """

    home: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    origin: str = ""
    secret: str = ""
    log: str = "info"
    demo: int = 300
    traces: str = ""
    metrics: str = ""
    sample: Annotated[float, Meta(ge=0, le=1)] = 0.01
    rate: int = 20_000
    behind: str = ""
    timeout: float = 30.0
    fast: bool = True
    web: str = ""
    clock: str = "system:"
    database: str = "sqlite:{home}/{service}.db"
    documents: str = "sqlite:{home}/{service}.documents.db"
    bus: str = "sqlite:{home}/bus.db"
    index: str = "tantivy:{home}/index"
    cache: str = "memory:?entries=50000&bytes=33554432"
    blobs: str = "files:{home}/blobs"
    directory: str = "local:{home}/directory.db"
    notifier: str = "folder:{home}/sent"
    push: str = "webpush:{home}/vapid.pem?make=1&subject=mailto:squad@example.com"
    sms: str = ""
    places: str = "table:"
    proposer: str = "linear:"

    def url(self, port: str, service: str) -> str:
        """This will give the URL of a port for a service."""
        text: str = getattr(self, port)
        return text.replace("{home}", str(self.home)).replace("{service}", service)

    def shown(self) -> Mapping[str, str]:
        """This will list the settings, with passwords and secrets masked."""
        return {name: mask(name, str(getattr(self, name))) for name in self.__struct_fields__}


def mask(name: str, value: str) -> str:
    """This will hide what nobody may read in a log."""
    if name == "secret":
        return "***" if value else ""
    return re.sub(r"//([^:/@]+):[^@]+@", r"//\1:***@", value)


def read(environ: Mapping[str, str]) -> Settings:
    """This will read SQUAD_* variables. Raises ValueError: names the variable that is wrong."""
    given = {
        name: environ[f"SQUAD_{name.upper()}"]
        for name in Settings.__struct_fields__
        if environ.get(f"SQUAD_{name.upper()}")
    }
    try:
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise ValueError(f"a SQUAD_* setting is wrong: {error}") from error
    origin = settings.origin or f"http://127.0.0.1:{settings.port}"
    return msgspec.structs.replace(settings, origin=origin)


def secret(settings: Settings) -> bytes:
    """This will give the key that signs links, made at first start, readable by the owner only."""
    if settings.secret:
        return settings.secret.encode()
    path = settings.home / "secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_name(f"secret.{secrets.token_hex(4)}")
        part.touch(mode=0o600)
        part.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(part)  # never over the one that another process just made
        part.unlink()
    return path.read_bytes()


def _path(kind: type, value: object) -> object:
    return Path(str(value)) if kind is Path else value
