"""HTML of the node's own pages: escaped by default, no outside resources, a strict policy."""

import re
import secrets
from collections.abc import Collection
from functools import cache
from html import escape
from importlib import resources
from string import Template
from typing import Any

from litestar import Response

_VOID = ("br", "hr", "input", "meta", "link")


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def text(value: Any) -> Html:
    """This will escape what is not markup yet."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def join(*parts: Any) -> Html:
    """This will put parts together; None is nothing."""
    return Html("".join([text(part) for part in parts if part is not None]))


def tag(name: str, *children: Any, **attributes: Any) -> Html:
    """This will make an element. `class_` is class, `aria_label` aria-label; None is left out."""
    given = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{join(*children)}</{name}>")


def _attribute(name: str, value: Any) -> str:
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def prose(said: str) -> Html:
    """This will write a sentence, with what stands in `backticks` as code."""
    parts = said.split("`")
    return join(*(tag("code", part) if n % 2 else part for n, part in enumerate(parts)))


@cache
def file(name: str) -> str:
    """This will read a file of this package."""
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def page(
    body: Html, *, title: str, script: str, lang: str = "en", robots: str = "noindex",
    refresh: int | None = None, style: str = "",
) -> str:  # fmt: skip
    """This will put a page together, but for its nonce.

    script, style: files of this package; "": none of its own. refresh: seconds, without a script.
    """
    again = tag("noscript", tag("meta", http_equiv="refresh", content=refresh)) if refresh else ""
    return Template(file("shell.html")).substitute(
        lang=lang, title=escape(title), robots=robots, refresh=again, body=body,
        style=file("shell.css") + (file(style) if style else ""),
        script=file(script) if script else "", nonce="$nonce",
    )  # fmt: skip


def respond(html: str, lang: str) -> Response[str]:
    """This will answer a page; style and script run only with this answer's own nonce."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'self'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}';"
        " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Content-Language": lang,
        "Vary": "Accept-Language",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    # Only the places that `page` marked: a "$nonce" in a text has come out escaped differently.
    return Response(
        html.replace('nonce="$nonce"', f'nonce="{nonce}"'),
        headers=headers,
        media_type="text/html",
    )


def language(header: str, known: Collection[str]) -> str:
    """This will choose by Accept-Language (RFC 9110, 12.5.4), else English."""
    ranked: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        name, _, weight = part.strip().partition(";")
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight)
        ranked.append((-float(found[1]) if found else -1.0, name.split("-")[0].lower()))
    wished = (name for weight, name in sorted(ranked, key=lambda one: one[0]) if weight < 0)
    return next((name for name in wished if name in known), "en")
