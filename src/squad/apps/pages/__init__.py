"""What the node itself answers: landing page, health, OpenAPI, API docs and problem types."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from squad.apps.pages import landing, reference, signin, simulator
from squad.apps.pages.html import language, respond
from squad.apps.pages.landing import Look, texts
from squad.kernel import metrics
from squad.kernel.http import encode
from squad.kernel.problem import PROBLEMS, Missing
from squad.kernel.vitals import Vitals
from squad.ports.bus import Depth
from squad.ports.clock import Clock

LOCAL = ("127.0.0.1", "::1")


class Subject(NamedTuple):
    """The node that the pages speak of. depths: how full the queues are."""

    vitals: Vitals
    depths: Callable[[], Awaitable[Sequence[Depth]]]
    clock: Clock
    origin: str


def routes(subject: Subject) -> list[HTTPRouteHandler]:
    """This will give the node's own routes."""
    return [
        _health(),
        _ready(subject.vitals),
        _figures(),
        _landing(subject),
        _reference(subject.origin),
        _openapi(),
        *_signin(),
        _simulator(),
        _problems(),
    ]


def _health() -> HTTPRouteHandler:
    @get("/healthz", media_type=MediaType.TEXT)
    async def healthz() -> str:
        return "ok"

    return healthz


def _ready(vitals: Vitals) -> HTTPRouteHandler:
    @get("/readyz")
    async def readyz() -> Response[bytes]:
        found = vitals.waits()
        body = encode({"ready": not found, "waits": found})
        return Response(body, status_code=503 if found else 200, media_type="application/json")

    return readyz


def _figures() -> HTTPRouteHandler:
    @get("/metrics")
    async def figures(request: Request[Any, Any, Any]) -> Response[bytes]:
        if request.client is None or request.client.host not in LOCAL:
            raise Missing("Ask on the machine itself, or /api/monitoring/metrics.")
        return Response(metrics.render(), media_type="text/plain; version=0.0.4")

    return figures


def _landing(subject: Subject) -> HTTPRouteHandler:
    look = Look(
        subject.vitals.health,
        subject.depths,
        lambda: metrics.acknowledged("monitoring"),
        subject.clock,
    )

    @get(["/", "/about"])
    async def home(request: Request[Any, Any, Any]) -> Response[str]:
        request.scope["squad.route"] = "/about"  # type: ignore[typeddict-unknown-key]
        lang = _language(request)
        unbuilt = request.url.path == "/"  # else the web app had answered
        return respond(landing.render(await look.state(), lang, unbuilt=unbuilt), lang)

    return home


def _reference(origin: str) -> HTTPRouteHandler:
    @cache
    def page() -> str:
        return reference.render(_document(), texts()["en"], origin)

    @get("/api/docs")
    async def docs(request: Request[Any, Any, Any]) -> Response[str]:
        request.scope["squad.route"] = "/api/docs"  # type: ignore[typeddict-unknown-key]
        return respond(page(), "en")

    return docs


def _openapi() -> HTTPRouteHandler:
    @get("/api/openapi.json")
    async def openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
        request.scope["squad.route"] = "/api/openapi.json"  # type: ignore[typeddict-unknown-key]
        return Response(encode(_document()), media_type="application/json")

    return openapi


@cache
def _document() -> dict[str, Any]:
    from squad.apps import describe  # only who asks for the document waits for it

    return describe.openapi()


def _signin() -> list[HTTPRouteHandler]:
    @get(["/sign-in", "/signed-in"])
    async def sign_in(request: Request[Any, Any, Any]) -> Response[str]:
        request.scope["squad.route"] = "/sign-in"  # type: ignore[typeddict-unknown-key]
        lang = _language(request)
        return respond(signin.render(lang), lang)

    return [sign_in]


def _simulator() -> HTTPRouteHandler:
    @get("/about/simulator")
    async def rules(request: Request[Any, Any, Any]) -> Response[str]:
        request.scope["squad.route"] = "/about/simulator"  # type: ignore[typeddict-unknown-key]
        lang = _language(request)
        return respond(simulator.render(lang), lang)

    return rules


def _language(request: Request[Any, Any, Any]) -> str:
    return language(request.headers.get("accept-language", ""), texts())


def _problems() -> HTTPRouteHandler:
    kinds = {problem.slug: problem for problem in PROBLEMS}

    @get("/api/problems/{slug:str}")
    async def problems(request: Request[Any, Any, Any]) -> Response[bytes]:
        slug = str(request.path_params["slug"])
        found = kinds.get(slug)
        if found is None:
            raise Missing("There is no such problem type.")
        body = {"type": slug, "title": found.title, "status": found.status, "text": found.__doc__}
        return Response(encode(body), media_type="application/json")

    return problems
