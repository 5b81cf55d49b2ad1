"""The web app's files: kept by browsers for as long as they may be, and safe to open."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from httpx import ASGITransport, AsyncClient, Response

import squad
from squad.apps.edge import Edge
from squad.apps.site import Site, find

NOBODY = cast(Any, None)  # requests without a token ask no directory
VISIT = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = "assets/index-B3x_9.js"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built app, beside a file that is nobody's business."""
    (tmp_path / "secret.txt").write_text("nobody's business")
    dist = tmp_path / "dist"
    files = {
        "index.html": '<meta name="nonce" content="__NONCE__"><style nonce="__NONCE__"></style>',
        SCRIPT: "console.log(1)",
        f"{SCRIPT}.br": "smallest",
        f"{SCRIPT}.gz": "smaller",
        "sw.js": "self.skipWaiting()",
        "manifest.webmanifest": "{}",
        "icons/192.png": "png",
        ".built": "",
    }
    for name, text in files.items():
        (dist / name).parent.mkdir(parents=True, exist_ok=True)
        (dist / name).write_text(text)
    return dist


async def node(scope: Any, _receive: Any, send: Any) -> None:
    """What stands behind the site: it tells that it was asked."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"node"})


async def ask(
    root: Path | Site | None, path: str, method: str = "GET", /, **headers: str
) -> Response:
    """Asks the site behind its edge. headers: with _ for -."""
    inner = root if isinstance(root, Site) else Site(node, root)
    app = Edge(inner, NOBODY, rate=100, timeout=5)
    named = {"Accept-Encoding": "", **{k.replace("_", "-"): v for k, v in headers.items()}}
    async with AsyncClient(transport=ASGITransport(cast(Any, app)), base_url="http://test") as http:
        return await http.request(method, path, headers=named)


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/tickets", "/tickets/42/print", "/board?a=b"]
)
async def test_answers_its_page_wherever_a_browser_goes(built: Path, path: str) -> None:
    """Every address of the app is its page; with a policy that names this answer's nonce alone."""
    first, second = [await ask(built, path, **VISIT) for _ in range(2)]
    (nonce,) = set(re.findall("'nonce-([^']+)'", first.headers["content-security-policy"]))

    assert first.status_code == 200
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert first.headers["cache-control"] == "no-cache"
    assert first.text.count(nonce) == 2
    assert "__NONCE__" not in first.text
    assert nonce not in second.text


@pytest.mark.parametrize(
    "path",
    ["/api/tickets", "/api/docs", "/healthz", "/readyz", "/metrics", "/about", "/about/simulator",
     "/sign-in", "/signed-in", "/oauth2/x", "/.well-known/openid-configuration", "/assets/old-1.js",
     "/favicon.ico", "/../secret.txt", "/%2e%2e/secret.txt", "/.built", "/assets/../../secret.txt"],
)  # fmt: skip
async def test_leaves_to_the_node_what_is_the_nodes(built: Path, path: str) -> None:
    """Pages of the node, files that are not there, and nothing outside its folder."""
    assert (await ask(built, path, **VISIT)).text == "node"


@pytest.mark.parametrize(
    ("method", "headers"),
    [("POST", VISIT), ("GET", {"Accept": "application/json"}), ("GET", {"Accept": "*/*"})],
)
async def test_is_for_people_who_look(built: Path, method: str, headers: Mapping[str, str]) -> None:
    """A program that asks for an unknown address gets the node's problem, not a page."""
    assert (await ask(built, "/tickets", method, **headers)).text == "node"


@pytest.mark.parametrize(
    ("path", "kept", "media"),
    [
        (f"/{SCRIPT}", "public, max-age=31536000, immutable", "text/javascript; charset=utf-8"),
        ("/sw.js", "no-cache", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "no-cache", "application/manifest+json"),
        ("/icons/192.png", "no-cache", "image/png"),
    ],
)
async def test_lets_browsers_keep_what_never_changes(
    built: Path, path: str, kept: str, media: str
) -> None:
    """Hashed names for a year; other files are asked for again, and sent only when they changed."""
    first = await ask(built, path)
    again = await ask(built, path, If_None_Match=f'"x", W/{first.headers["etag"]}')
    other = await ask(built, path, If_None_Match='"x"')

    assert first.headers["cache-control"] == again.headers["cache-control"] == kept
    assert first.headers["content-type"] == media
    assert (again.status_code, again.content) == (304, b"")
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize(
    ("accepted", "coding", "body"),
    [("gzip, deflate, br", "br", b"smallest"), ("gzip;q=1", "gzip", b"smaller"),
     ("br;q=0, gzip", "gzip", b"smaller"), ("identity", None, b"console.log(1)"),
     ("*", None, b"console.log(1)")],
)  # fmt: skip
async def test_sends_the_smallest_that_is_understood(
    built: Path, accepted: str, coding: str | None, body: bytes
) -> None:
    """Each coding is another answer, with a tag of its own."""
    inner = Site(node, built)
    plain = await ask(inner, f"/{SCRIPT}")
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": f"/{SCRIPT}",
             "headers": [(b"accept-encoding", accepted.encode())]}  # fmt: skip
    await inner(scope, None, keep)
    headers = dict(sent[0]["headers"])

    assert headers.get(b"content-encoding", b"").decode() == (coding or "")
    assert sent[1]["body"] == body
    assert headers[b"vary"] == b"accept-encoding"
    assert (headers[b"etag"].decode() == plain.headers["etag"]) == (coding is None)


@pytest.mark.parametrize("path", ["/", f"/{SCRIPT}", "/sw.js", "/icons/192.png"])
async def test_is_safe_to_open(built: Path, path: str) -> None:
    """Nothing from elsewhere runs, nobody frames it, nothing is guessed from its content."""
    answer = await ask(built, path)
    policy = answer.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert (
        answer.headers["permissions-policy"] == "camera=(self), geolocation=(self), microphone=()"
    )


async def test_tells_the_size_without_the_content(built: Path) -> None:
    """HEAD is GET without a body."""
    answer = await ask(built, "/sw.js", "HEAD")

    assert (answer.headers["content-length"], answer.content) == ("18", b"")


async def test_serves_what_was_built_since(built: Path) -> None:
    """A new build is served at once; its old files are gone."""
    served = Site(node, built)
    before = await ask(served, f"/{SCRIPT}")
    (built / SCRIPT).rename(built / "assets/index-C4.js")
    os.utime(built / "index.html", ns=(1, 1))

    assert before.status_code == 200
    assert (await ask(served, "/assets/index-C4.js")).text == "console.log(1)"
    assert (await ask(served, f"/{SCRIPT}")).text == "node"


async def test_leaves_everything_to_the_node_where_none_was_built(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQUAD_WEB, the package's folder, the source tree's: the first that is told or has a page."""
    monkeypatch.setattr(squad, "__file__", str(tmp_path / "src" / "squad" / "__init__.py"))
    none, told = find(""), find(str(built))
    source = tmp_path / "web" / "dist"
    source.parent.mkdir()
    built.rename(source)

    assert (none, told, find("")) == (None, built, source)
    assert find(str(tmp_path / "elsewhere")) is None
    assert (await ask(None, "/", **VISIT)).text == "node"
