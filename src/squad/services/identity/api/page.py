"""The sign-in page: plain HTML that works without a script, in three languages."""

import base64
import hashlib
import hmac
import html
import json
import re
import secrets
from collections.abc import Sequence
from functools import cache
from importlib import resources
from string import Template
from typing import Any

from squad.kernel.http import Answer
from squad.services.identity.model.grants import FORM, Ask, origin_of
from squad.services.identity.model.people import Guest

COOKIE = "squad-signin"
_FIELD = """<label for="{name}">{label}</label>
<input id="{name}" name="{name}" type="{type}" autocomplete="{auto}" maxlength="{size}"
 value="{value}" required{more}>
"""


@cache
def _template() -> Template:
    return Template(_read("signin.html"))


@cache
def _texts() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(_read("signin.json"))
    return found


@cache
def _style() -> str:
    """The hash by which the policy knows our one style sheet."""
    style = _template().template.split("<style>")[1].split("</style>")[0]
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _read(name: str) -> str:
    return resources.files("squad.services.identity.api").joinpath(name).read_text("utf-8")


def language(header: str, wish: str = "") -> str:
    """This will choose by `ui_locales`, then Accept-Language (RFC 9110, 12.5.4), else English."""
    ranked = [(2.0, tag) for tag in wish.split()]
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight)
        ranked.append((float(found[1]) if found else 1.0, tag))
    for quality, tag in sorted(ranked, key=lambda one: -one[0]):
        short = tag.split("-")[0].lower()
        if quality > 0 and short in _texts():
            return short
    return "en"


_GUEST = """<form method="post">
<input type="hidden" name="token" value="{token}"><input type="hidden" name="mail" value="{mail}">
<input type="hidden" name="password" value="{password}">
<button type="submit" class="guest"><b>{role}</b> <span>{name}</span></button>
</form>
"""


class Form:
    """One sign-in page: who asks, in which language, and what ties its form to this browser.

    The token is an HMAC over a cookie of random text, so that another site can neither make a
    form of its own nor sign somebody in behind their back (login CSRF).
    guests: people of the demo world, each with a button of their own.
    """

    def __init__(
        self, request: Any, ask: Ask, *, secret: bytes, secure: bool, now: float,
        guests: Sequence[Guest] = (),
    ) -> None:  # fmt: skip
        self._guests = guests
        self._ask = ask
        self._secret = secret
        self._secure = secure
        self._now = now
        self._language = language(request.headers.get("accept-language", ""), ask.ui_locales)
        self.text = _texts()[self._language]
        given = request.cookies.get(self._name, "")
        known = re.fullmatch(r"[A-Za-z0-9_-]{32}", given)
        self._cookie = given if known else secrets.token_urlsafe(24)

    @property
    def _name(self) -> str:
        return f"__Host-{COOKIE}" if self._secure else COOKIE

    def _mark(self, expires: int) -> str:
        text = f"sign-in {self._cookie} {expires}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()

    def ours(self, token: str) -> bool:
        """This will tell whether we gave this token to this browser, not long ago."""
        expires, _, mark = token.partition(".")
        if not re.fullmatch(r"[0-9]{1,12}", expires) or self._now >= int(expires):
            return False
        return hmac.compare_digest(mark.encode(), self._mark(int(expires)).encode())

    def show(self, *, mail: str, problem: str = "", status: int = 200, wait: float = 0) -> Answer:
        """This will render the form. problem: a key of the texts. wait: seconds."""
        expires, text = int(self._now) + FORM, self.text
        token = f"{expires}.{self._mark(expires)}"
        known = next((one.password for one in self._guests if one.mail == mail), "")
        message = ""
        if problem:
            told = text[problem].format(seconds=max(1, round(wait)))
            message = f'<p class="message" role="alert" id="message">{html.escape(told)}</p>'
        focus = ' autofocus aria-describedby="message"' if problem else " autofocus"
        body = (
            f"<p>{html.escape(text['lead'])}</p>\n{message}\n"
            f'<form method="post">\n'
            f'<input type="hidden" name="token" value="{token}">\n'
            + self._field("mail", "email", "username", mail[:254], "" if mail else focus)
            + self._field("password", "password", "current-password", known, focus if mail else "")
            + f'<button type="submit">{html.escape(text["button"])}</button>\n</form>'
            + self._offer(token)
        )
        headers = {"Retry-After": str(max(1, round(wait)))} if wait else {}
        return self._page("title", body, status, headers)

    def _offer(self, token: str) -> str:
        """One button for each person of the demo world."""
        if not self._guests:
            return ""
        text = self.text
        forms = [
            _GUEST.format(
                token=token, mail=html.escape(one.mail), password=html.escape(one.password),
                role=html.escape(text[one.role]), name=html.escape(one.name),
            )
            for one in self._guests
        ]  # fmt: skip
        return f"\n<h2>{html.escape(text['demo'])}</h2>\n{''.join(forms)}"

    def refuse(self, problem: str = "client") -> Answer:
        """This will say that the application asked wrongly: nothing goes back to it."""
        body = f'<p class="message" role="alert">{html.escape(self.text[problem])}</p>'
        return self._page("refused", body, 400, {})

    def _field(self, name: str, type: str, auto: str, value: str, more: str) -> str:
        label, size = html.escape(self.text[name]), 254 if name == "mail" else 256
        return _FIELD.format(
            name=name, type=type, auto=auto, label=label, size=size, more=more,
            value=html.escape(value),
        )  # fmt: skip

    def _page(self, title: str, body: str, status: int, headers: dict[str, str]) -> Answer:
        page = _template().substitute(
            lang=self._language, title=html.escape(self.text[title]), body=body
        )
        target = origin_of(self._ask.redirect_uri) if status != 400 else ""
        policy = (
            f"default-src 'none'; style-src 'sha256-{_style()}'; form-action 'self' {target};"
            " frame-ancestors 'none'; base-uri 'none'"
        )
        cookie = f"{self._name}={self._cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age={FORM}"
        return Answer(
            page.encode(),
            status,
            {
                "Content-Security-Policy": policy,
                "Set-Cookie": cookie + ("; Secure" if self._secure else ""),
                "Content-Language": self._language,
                "Vary": "Accept-Language, Cookie",
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
                "X-Frame-Options": "DENY",
                **headers,
            },
            "text/html",
        )
