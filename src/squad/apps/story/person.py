"""A person in front of the API: signs in as a browser would, sends every command twice."""

import asyncio
import base64
import hashlib
import html
import re
import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx

from squad.apps import tokens
from squad.kernel.ids import uuid7
from squad.kernel.problem import Missing
from squad.kernel.settings import Settings

T = TypeVar("T")
RETURN = "http://127.0.0.1:1/callback"  # where a mobile app would listen (RFC 8252, 7.3)
CLIENT = "squad-mobile"
PATIENCE = 60.0  # s until something promised must have happened
LOOK = 0.004  # s to the second look; a quarter more each time
SLOWEST = 0.25  # s between looks at most
TRIES = 5  # times that a busy node is asked again


class Failed(Exception):
    """The story cannot go on. The message is for people."""


class Person:
    """Somebody with a token, "" for nobody known. What is refused is `Failed`."""

    def __init__(self, http: httpx.Client, name: str, token: str) -> None:
        self.name = name
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Any:
        """This will read."""
        return _json(self._ask("GET", path, {}, params=query), path)

    def load(self, path: str) -> bytes:
        """This will read a file."""
        answer = self._ask("GET", path, {})
        _check(answer, path)
        return answer.content

    def send(self, path: str, body: Any = None, **more: Any) -> tuple[Any, float]:
        """This will send a command twice with one Idempotency-Key; both answers must be the same.

        Returns the answer and how long the first took, ms.
        """
        key = {"Idempotency-Key": uuid7()}
        given = more or {"json": body or {}}
        began = time.perf_counter()
        first = self._ask("POST", path, key, **given)
        took = (time.perf_counter() - began) * 1000
        again = self._ask("POST", path, key, **given)
        answer = _json(first, path)
        if (again.status_code, again.content) != (first.status_code, first.content):
            raise Failed(f"{path}: sent again it was answered {again.status_code} {again.text}")
        return answer, took

    def until(
        self, look: Callable[[], T | None], what: str, patience: float = PATIENCE
    ) -> tuple[T, float]:
        """This will look until there is something, and tell what and after how long, ms."""
        began, pause = time.perf_counter(), LOOK
        while (found := look()) is None:
            if time.perf_counter() - began > patience:
                raise Failed(f"{what}: not within {patience:.0f} s")
            time.sleep(pause)
            pause = min(SLOWEST, pause * 1.25)
        return found, (time.perf_counter() - began) * 1000

    def _ask(self, method: str, path: str, headers: dict[str, str], **more: Any) -> httpx.Response:
        """A busy node (429, 503) is asked again when it says."""
        for _ in range(TRIES):
            answer = self._http.request(method, path, headers={**self._headers, **headers}, **more)
            if answer.status_code not in (429, 503):
                break
            time.sleep(float(answer.headers.get("Retry-After", "1")))
        return answer


def sign_in(http: httpx.Client, name: str, mail: str, password: str) -> Person:
    """This will sign in by mail and password: authorization code with PKCE (RFC 7636)."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code", "client_id": CLIENT, "redirect_uri": RETURN, "state": state,
        "scope": "openid", "code_challenge_method": "S256",
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
    }  # fmt: skip
    code = _code(http, asked, mail, password)
    form = {
        "grant_type": "authorization_code", "code": code, "client_id": CLIENT,
        "redirect_uri": RETURN, "code_verifier": verifier,
    }  # fmt: skip
    answer = http.post("/api/identity/oauth2/token", data=form)
    return Person(http, name, str(_json(answer, "the token endpoint")["access_token"]))


def _code(http: httpx.Client, asked: dict[str, str], mail: str, password: str) -> str:
    """Fills the sign-in page in and takes the code from where it sends the browser back to."""
    path = "/api/identity/oauth2/authorize"
    page = http.get(path, params=asked)
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    if token is None:
        raise Failed(f"there is no sign-in page: {page.status_code} {page.text[:200]}")
    form = {"mail": mail, "password": password, "token": html.unescape(token[1])}
    answer = http.post(path, params=asked, data=form)
    if answer.status_code == 422:
        raise Failed(f"{mail} cannot sign in. `make up` starts the node with its demo world.")
    target: str = answer.headers.get("Location", "")
    back = parse_qs(urlsplit(target).query)
    if "code" not in back or back.get("state") != [asked["state"]]:
        raise Failed(f"{mail} cannot sign in: {answer.status_code}")
    return back["code"][0]


def mint(http: httpx.Client, settings: Settings, id: str) -> Person:
    """This will act for somebody without a password, as `squad token` does, on this machine."""
    try:
        return Person(http, "consultant", asyncio.run(tokens.mint(settings, id)))
    except (KeyError, Missing) as error:
        raise Failed(
            f"the ticket went to {id}, who is not of the node at SQUAD_HOME={settings.home}."
            " Run this where the node runs."
        ) from error


def _json(answer: httpx.Response, path: str) -> Any:
    """Raises Failed."""
    _check(answer, path)
    return answer.json()


def _check(answer: httpx.Response, path: str) -> None:
    if answer.status_code >= 300:
        raise Failed(f"{path}: {answer.status_code} {answer.text[:500]}")
