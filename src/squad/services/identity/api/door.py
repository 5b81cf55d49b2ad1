"""The way to the directory's own sign-in page and back, tied to one browser."""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from squad.kernel.http import Answer
from squad.ports.directory import Door
from squad.services.identity.api.page import Form, language
from squad.services.identity.model.grants import FORM, Ask, Text

COOKIE = "squad-door"
PACKED = ("client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "ui_locales")


class Returned(msgspec.Struct, frozen=True):
    """What the directory's page sends a browser back with (RFC 6749, 4.1.2)."""

    code: Text = ""
    state: Annotated[str, Meta(max_length=16_000)] = ""
    error: Text = ""


class Found(NamedTuple):
    """Who asked, and what proves to the directory that it is the same browser."""

    ask: Ask
    nonce: str
    verifier: str


class Passage:
    """One browser's way. Nothing is kept here: `state` carries the request, sealed.

    Seal, nonce and PKCE verifier are made of a secret of ours, a cookie of the browser's and a
    seed, so that a state works in its own browser alone. The directory takes a code once.
    """

    def __init__(self, request: Any, *, base: str, secret: bytes, now: float) -> None:
        self._request = request
        self._secure = base.startswith("https:")
        self._secret = secret
        self._now = now
        self.back = f"{base}/oauth2/callback"
        given = request.cookies.get(self._name, "")
        known = re.fullmatch(r"[A-Za-z0-9_-]{32}", given)
        self._cookie = given if known else secrets.token_urlsafe(24)

    @property
    def _name(self) -> str:
        return f"__Host-{COOKIE}" if self._secure else COOKIE

    def _made(self, purpose: str, text: str) -> str:
        message = f"{purpose} {self._cookie} {text}".encode()
        return _spell(hmac.new(self._secret, message, hashlib.sha256).digest())

    def leave(self, door: Door, ask: Ask) -> Answer:
        """This will send the browser to the directory's page."""
        seed = f"{secrets.token_urlsafe(16)}.{int(self._now) + FORM}"
        packed = {name: text for name in PACKED if (text := getattr(ask, name))}
        body = f"{seed}.{_spell(msgspec.json.encode(packed))}"
        digest = hashlib.sha256(self._made("verifier", seed).encode()).digest()
        target = door.departure(
            back=self.back,
            state=f"{body}.{self._made('state', body)}",
            nonce=self._made("nonce", seed),
            challenge=_spell(digest),
            hint=ask.login_hint[:254],
            language=language(self._request.headers.get("accept-language", ""), ask.ui_locales),
        )
        cookie = f"{self._name}={self._cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age={FORM}"
        headers = {
            "Location": target,
            "Set-Cookie": cookie + ("; Secure" if self._secure else ""),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        return Answer(None, 303, headers)

    def come(self, state: str) -> Found | None:
        """This will open a state; None: not ours, too old, or of another browser."""
        body, _, mark = state.rpartition(".")
        parts = body.split(".")
        if len(parts) != 3 or not state.isascii():
            return None
        if not hmac.compare_digest(mark.encode(), self._made("state", body).encode()):
            return None
        seed = f"{parts[0]}.{parts[1]}"
        if self._now >= int(parts[1]):
            return None
        packed = msgspec.json.decode(_read(parts[2]), type=dict[str, str])
        ask = Ask(response_type="code", code_challenge_method="S256", **packed)
        return Found(ask, self._made("nonce", seed), self._made("verifier", seed))

    def lost(self) -> Answer:
        """This will say that this is no way of this browser; nothing goes anywhere."""
        form = Form(self._request, Ask(), secret=self._secret, secure=self._secure, now=self._now)
        return form.refuse("lost")


def _spell(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
