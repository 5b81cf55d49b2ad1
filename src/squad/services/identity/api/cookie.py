"""The cookie that holds a browser's refresh token: scripts never see it, other sites never use it.

SameSite=Strict alone would let a neighbour on another port or subdomain act, and would let a form
of another site plant its own session: so a request must say that it comes from our own pages.
"""

import re
from typing import Any

from squad.services.identity.model.grants import REFRESH, Refused

NAME = "squad-session"  # no __Host-: that prefix would want Path=/
PATH = "/api/identity/oauth2"
SECRET = r"[A-Za-z0-9_-]{43}"  # noqa: S105 - the shape of a token


class Jar:
    """One request's cookie. token: what came, or ""."""

    def __init__(self, request: Any, origin: str) -> None:
        self._headers = request.headers
        self._origin = origin
        given = request.cookies.get(NAME, "")
        self.token = given if re.fullmatch(SECRET, given) else ""

    def guard(self) -> None:
        """This will let our own pages pass: Fetch Metadata, or Origin where it is missing.

        Raises Refused: another site asks, or nobody says who.
        """
        site = self._headers.get("sec-fetch-site")
        own = self._headers.get("origin") == self._origin if site is None else site == "same-origin"
        if not own:
            raise Refused("invalid_request", "This client is served to its own pages only.")

    def keep(self, token: str) -> dict[str, str]:
        """This will set the cookie. token: 32 random bytes, base64url."""
        return self._set(token, REFRESH)

    def drop(self) -> dict[str, str]:
        """This will clear the cookie."""
        return self._set("", 0)

    def _set(self, value: str, age: int) -> dict[str, str]:
        secure = "; Secure" if self._origin.startswith("https:") else ""
        text = f"{NAME}={value}; Path={PATH}; HttpOnly; SameSite=Strict; Max-Age={age}{secure}"
        return {"Set-Cookie": text}
