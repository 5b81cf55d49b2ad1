"""The way to the directory's own page and back: what a state carries, and how long."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from squad.services.identity.api.door import Passage
from squad.services.identity.model.grants import FORM, Ask

ASK = Ask(
    response_type="code", client_id="squad-web", redirect_uri="https://squad.example/signed-in",
    scope="openid", state="Ä b", nonce="n", code_challenge="c" * 43, code_challenge_method="S256",
)  # fmt: skip
BASE = "https://squad.example/api/identity"


class Page:
    """A directory's page that shows what it is asked."""

    def departure(self, **asked: str) -> str:
        """This will put it all into the address."""
        return f"https://page.example/?{urlencode(asked)}"

    async def arrival(self, *, back: str, code: str, nonce: str, verifier: str) -> Any:
        """Nobody comes here."""
        raise NotImplementedError


def passage(now: float = 1000.0, cookie: str = "", secret: bytes = b"s") -> Passage:
    """One browser's way at a moment."""
    cookies = {"__Host-squad-door": cookie} if cookie else {}
    request = SimpleNamespace(cookies=cookies, headers={})
    return Passage(request, base=BASE, secret=secret, now=now)


def begun() -> tuple[dict[str, str], str]:
    """What the page was asked, and the browser's cookie."""
    answer = passage().leave(Page(), ASK)
    asked = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    header = answer.headers["Set-Cookie"]
    assert header.startswith("__Host-squad-door=")
    assert header.endswith("; Path=/; HttpOnly; SameSite=Lax; Max-Age=1800; Secure")
    return asked, header.split(";")[0].partition("=")[2]


def test_finds_the_request_again() -> None:
    """The same browser gets request, nonce and verifier back, until its half hour is over."""
    asked, cookie = begun()

    found = passage(now=1000.0 + FORM - 1, cookie=cookie).come(asked["state"])

    assert found is not None
    assert (found.ask, found.nonce) == (ASK, asked["nonce"])
    assert len(found.verifier) == 43
    assert found.verifier not in asked.values()


@pytest.mark.parametrize(
    ("now", "secret", "own"),
    [(1000.0 + FORM, b"s", True), (1000.0, b"t", True), (1000.0, b"s", False)],
)
def test_finds_nothing(now: float, secret: bytes, own: bool) -> None:
    """Too late, sealed by another secret, or in a browser with another cookie."""
    asked, cookie = begun()

    assert passage(now, cookie if own else "x" * 32, secret).come(asked["state"]) is None


def test_proves_each_way_by_something_new() -> None:
    """Two ways of one browser share neither nonce nor challenge."""
    one, cookie = begun()

    target = passage(cookie=cookie).leave(Page(), ASK).headers["Location"]
    again = parse_qs(urlsplit(target).query)

    assert again["nonce"][0] != one["nonce"]
    assert again["challenge"][0] != one["challenge"]
