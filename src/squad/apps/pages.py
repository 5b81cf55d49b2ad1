"""What the node itself answers: landing page, health, OpenAPI, API docs and problem types."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from squad import __version__
from squad.kernel import metrics
from squad.kernel.http import encode
from squad.kernel.problem import PROBLEMS, Missing

Waits = Callable[[], Mapping[str, str]]
"""Which services cannot serve yet, and why."""


def routes(waits: Waits) -> list[HTTPRouteHandler]:
    """This will give the node's own routes."""
    return [_health(), _ready(waits), _figures(), _landing(), _problems()]


def _health() -> HTTPRouteHandler:
    @get("/healthz", media_type=MediaType.TEXT)
    async def healthz() -> str:
        return "ok"

    return healthz


def _ready(waits: Waits) -> HTTPRouteHandler:
    @get("/readyz")
    async def readyz() -> Response[bytes]:
        found = waits()
        body = encode({"ready": not found, "waits": found})
        return Response(body, status_code=503 if found else 200, media_type="application/json")

    return readyz


def _figures() -> HTTPRouteHandler:
    @get("/metrics")
    async def figures(request: Request[Any, Any, Any]) -> Response[bytes]:
        if request.client is None or request.client.host not in ("127.0.0.1", "::1"):
            raise Missing("Ask on the machine itself, or /api/monitoring/metrics.")
        return Response(metrics.render(), media_type="text/plain; version=0.0.4")

    return figures


def _landing() -> HTTPRouteHandler:
    @get("/", media_type=MediaType.HTML)
    async def landing() -> str:
        return f"<h1>Sysops Squad {__version__}</h1>"

    return landing


def _problems() -> HTTPRouteHandler:
    texts = {problem.slug: problem for problem in PROBLEMS}

    @get("/api/problems/{slug:str}")
    async def problems(slug: str) -> Response[bytes]:
        found = texts.get(slug)
        if found is None:
            raise Missing("There is no such problem type.")
        body = {"type": slug, "title": found.title, "status": found.status, "text": found.__doc__}
        return Response(encode(body), media_type="application/json")

    return problems
