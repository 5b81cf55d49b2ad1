"""The web app's files: hashed ones kept for a year, its page with a nonce of this answer alone."""

import asyncio
import secrets
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import squad

PAGE = "index.html"
MARK = b"__NONCE__"  # stands in the page where the nonce of an answer goes
YEAR = 31_536_000  # s
# First parts of addresses that the app never has: the node's own.
OTHERS = {
    "api", "oauth2", ".well-known", "healthz", "readyz", "metrics", "about", "sign-in", "signed-in",
}  # fmt: skip
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".geojson": "application/geo+json",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
CODINGS = (("br", ".br"), ("gzip", ".gz"))  # the smaller first
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self';"
    " media-src 'self' blob:; frame-src 'none'; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
SAFE = {
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(self), microphone=()",
}
Scope = Mapping[str, Any]


class Answer(NamedTuple):
    """What is sent for a file. kept: its cache-control."""

    body: bytes
    media: str
    kept: str
    policy: str
    coding: str = ""


def find(told: str) -> Path | None:
    """This will find the folder of the built app; None: it was never built.

    told: SQUAD_WEB; else the folder in the package, as in a wheel, else the source tree's.
    """
    here = Path(squad.__file__).parent
    folders = [Path(told)] if told else [here / "apps" / "web", here.parents[1] / "web" / "dist"]
    return next((folder for folder in folders if (folder / PAGE).is_file()), None)


class Site:
    """An ASGI application around another one: answers the web app's addresses itself.

    root: the built app's folder; None: everything goes on to the other application.
    """

    def __init__(self, app: Any, root: Path | None) -> None:
        self._app = app
        self._root = root
        self._files: dict[str, Path] = {}
        self._built = 0  # ns: when the page was built whose files are listed

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """This will serve ASGI."""
        found = None
        if self._root and scope["type"] == "http" and not scope["path"].startswith("/api/"):
            found = await asyncio.to_thread(self._find, scope)
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["squad.route"] = "/assets" if scope["path"].startswith("/assets/") else "/"
        await _say(scope, send, found)

    def _find(self, scope: Scope) -> Answer | None:
        if scope["method"] not in ("GET", "HEAD"):
            return None
        headers = dict(scope["headers"])
        name = str(scope["path"]).removeprefix("/") or PAGE
        try:
            self._list()
            if name != PAGE and name in self._files:
                return self._read(name, headers.get(b"accept-encoding", b""))
            if name == PAGE or _visited(name, headers.get(b"accept", b"")):
                return self._page()
        except OSError:  # it is being built anew at this moment
            return None
        return None

    def _list(self) -> None:
        """A name is looked up, never joined to a path: nothing outside the folder can be had."""
        assert self._root is not None
        built = (self._root / PAGE).stat().st_mtime_ns
        if built != self._built:
            paths = (path for path in self._root.rglob("*") if path.is_file())
            names = {path.relative_to(self._root).as_posix(): path for path in paths}
            self._files = {name: path for name, path in names.items() if not _hidden(name)}
            self._built = built

    def _page(self) -> Answer:
        assert self._root is not None
        nonce = secrets.token_urlsafe(16)
        body = (self._root / PAGE).read_bytes().replace(MARK, nonce.encode())
        return Answer(body, KINDS[".html"], "no-cache", POLICY.format(nonce=f" 'nonce-{nonce}'"))

    def _read(self, name: str, accepted: bytes) -> Answer:
        path = self._files[name]
        hashed = name.startswith("assets/")
        kept = f"public, max-age={YEAR}, immutable" if hashed else "no-cache"
        media = KINDS.get(path.suffix, "application/octet-stream")
        for coding, suffix in CODINGS:
            if f"{name}{suffix}" in self._files and _takes(accepted, coding):
                body = self._files[f"{name}{suffix}"].read_bytes()
                return Answer(body, media, kept, POLICY.format(nonce=""), coding)
        return Answer(path.read_bytes(), media, kept, POLICY.format(nonce=""))


def _hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _visited(name: str, accepted: bytes) -> bool:
    """Whether a browser goes there as to a page of the app."""
    first, last = name.split("/")[0], name.rpartition("/")[2]
    return b"text/html" in accepted and first not in OTHERS and "." not in last


def _takes(accepted: bytes, coding: str) -> bool:
    """RFC 9110, 12.5.3; `*` is not taken at its word: whoever says so gets it plain."""
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == coding:
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def _say(scope: Scope, send: Any, answer: Answer) -> None:
    """Answers the file, or 304 where the browser has it (RFC 9110, 13.1.2)."""
    headers = {
        "content-type": answer.media,
        "cache-control": answer.kept,
        "content-security-policy": answer.policy,
        "vary": "accept-encoding",
        **SAFE,
    }
    if answer.coding:
        headers["content-encoding"] = answer.coding
    known = False
    if b"nonce-" not in answer.policy.encode():  # such a page is another each time
        headers["etag"] = f'"{blake2b(answer.body, digest_size=12).hexdigest()}"'
        wished = dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1")
        known = headers["etag"] in {one.strip().removeprefix("W/") for one in wished.split(",")}
    if not known:
        headers["content-length"] = str(len(answer.body))
    start = {
        "type": "http.response.start",
        "status": 304 if known else 200,
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
    }
    await send(start)
    body = b"" if known or scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})
