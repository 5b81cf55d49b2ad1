"""A node: one process running some services, their consumers and their relays."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from litestar import Litestar, Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
)
from litestar.handlers import HTTPRouteHandler

from squad.apps import pages
from squad.apps.wiring import Adapters, open_all, services
from squad.contracts.operations import Handling, LettersHandled
from squad.kernel import log
from squad.kernel.dispatch import Consumer
from squad.kernel.http import encode, mount
from squad.kernel.ids import uuid7
from squad.kernel.outbox import Relay
from squad.kernel.problem import Broken, Malformed, Missing, Problem, Shed, Unallowed
from squad.kernel.service import Running, Service
from squad.kernel.settings import Settings
from squad.kernel.unit import letter_of
from squad.ports.blobs import Archived
from squad.ports.bus import Bus
from squad.ports.unit import Cause, Conflict, Unavailable

if TYPE_CHECKING:
    from squad.apps.traces import Traces

INBOX = 7 * 86_400.0  # s that a command may be repeated and gets its first answer
OUTBOX = 86_400.0  # s that sent letters stay, to publish again after the loss of a bus
PRUNE = 600.0  # s between looks for what may be forgotten
REPORT = 0.25  # s between reports of handled letters to monitoring
# Not part of any ticket's journey, and too many at a time.
UNREPORTED = ("squad.operations.", "squad.tickets.snapshot.", "squad.identity.user_snapshot.")

_log = log.get("node")


class Node:
    """Runs services. `start`, serve `app`, `stop`."""

    def __init__(self, settings: Settings, names: Sequence[str] = ()) -> None:
        self.settings = settings
        self.definitions: list[Service] = services(names)
        self.running: dict[str, Running] = {}
        self.adapters: Adapters | None = None
        self.app: Litestar | None = None
        self._consumers: list[Consumer] = []
        self._relays: list[Relay] = []
        self._loops: list[asyncio.Task[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._traces: Traces | None = None
        self._handled: dict[str, list[Handling]] = {}

    async def start(self) -> None:
        """This will open everything and begin to handle letters."""
        if url := self.settings.url("traces", "node"):
            from squad.apps import traces  # 0.15 s and 8 MB that nobody pays who does not trace

            self._traces = traces.open(url, self.settings.sample)
        if self.settings.metrics:
            from squad.apps import otlp

            self._tasks.append(asyncio.create_task(otlp.figures(self.settings.metrics)))
        self.adapters = await open_all(self.settings)
        for definition in self.definitions:
            kit = await self.adapters.kit(definition)
            self.running[definition.name] = await definition.start(kit)
        subject = pages.Subject(
            self.adapters.vitals,
            self.adapters.bus.depth,
            self.adapters.clock,
            self.settings.origin,
        )
        self.app = Litestar(
            route_handlers=[*self._routes(), *pages.routes(subject)],
            exception_handlers={Exception: render_error},
            openapi_config=None,
            request_max_body_size=None,  # the edge and the endpoints bound bodies
            logging_config=None,
        )
        for definition in self.definitions:
            self._run(definition)
        self._tasks.append(asyncio.create_task(self._report()))
        self._tasks.append(asyncio.create_task(_forever(self._prune)))
        self._tasks.append(asyncio.create_task(_forever(self.adapters.vitals.run)))

    def _routes(self) -> list[HTTPRouteHandler]:
        found: list[HTTPRouteHandler] = []
        for running in self.running.values():
            ledger = running.books.ledger if running.books else None
            found.extend(mount(running.rows, running.service, ledger))
        return found

    def _run(self, definition: Service) -> None:
        assert self.adapters is not None
        running, bus, name = self.running[definition.name], self.adapters.bus, definition.name
        ledger = running.books.ledger if running.books else None
        waiting: list[Relay | Consumer] = []
        if running.books is not None:
            relay = Relay(name, running.books.ledger, bus)
            running.books.wake = relay.wake
            self._relays.append(relay)
            self._loops.append(asyncio.create_task(relay.run()))
            waiting.append(relay)
        if definition.consumes:
            consumer = self._consumer(name, running, bus)
            self._consumers.append(consumer)
            self._loops.append(asyncio.create_task(consumer.run()))
            waiting.append(consumer)
        self.adapters.vitals.watch(name, _readiness(running, waiting), ledger)
        self._tasks.extend(asyncio.create_task(_forever(task)) for task in running.tasks)

    def _consumer(self, name: str, running: Running, bus: Bus) -> Consumer:
        assert self.adapters is not None
        return Consumer(
            name,
            bus,
            running.handlers,
            self.adapters.clock,
            settle=running.settle,
            observer=running.observer,
            pace=running.pace,
            active=running.active,
            report=self._reporter(name),
        )

    def _reporter(self, name: str) -> Any:
        kept = self._handled.setdefault(name, [])

        def report(handling: Handling) -> None:
            if not handling.type.startswith(UNREPORTED):
                kept.append(handling)

        return report

    async def _report(self) -> None:
        """Tells monitoring what was handled; straight to the bus, for losing it loses no work."""
        assert self.adapters is not None
        while True:
            await asyncio.sleep(REPORT)
            letters = []
            for name, kept in self._handled.items():
                if kept:
                    event = LettersHandled(service=name, handled=tuple(kept))
                    kept.clear()
                    id, now = uuid7(), self.adapters.clock.now()
                    letters.append(
                        letter_of(event, id=id, version=1, source=name, time=now, cause=Cause(id))
                    )
            if letters:
                with contextlib.suppress(Unavailable):
                    await self.adapters.bus.publish(letters)

    async def _prune(self) -> None:
        """Forgets old causes and letters, a little at a time, beside the work."""
        while True:
            for running in self.running.values():
                ledger = running.books.ledger if running.books else None
                while ledger is not None and await ledger.prune(inbox=INBOX, outbox=OUTBOX):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            await asyncio.sleep(PRUNE)

    def ready(self) -> dict[str, str]:
        """This will list the services that cannot serve yet, and why."""
        return dict(self.adapters.vitals.waits()) if self.adapters else {}

    async def stop(self) -> None:
        """This will finish the letters and units at hand, then close everything."""
        for consumer in self._consumers:
            consumer.stop()
        for relay in self._relays:
            relay.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self.adapters is not None:
            await self.adapters.close()
        if self._traces is not None:
            await asyncio.to_thread(self._traces.close)


def _readiness(running: Running, waiting: Sequence[Relay | Consumer]) -> Callable[[], str | None]:
    """Ready is who says so, and whose outbox and queue do not wait for an engine."""

    def ready() -> str | None:
        return running.ready() or next((loop.waits for loop in waiting if loop.waits), None)

    return ready


async def _forever(task: Any) -> None:
    """A background loop of a service; a failure is logged and the loop begins again."""
    while True:
        try:
            await task()
            return
        except asyncio.CancelledError:
            raise
        except Unavailable as error:
            _log.warning("task.waits", reason=str(error))
        except Exception:
            _log.exception("task.failed", task=getattr(task, "__name__", ""))
        await asyncio.sleep(1.0)


@contextlib.asynccontextmanager
async def running(settings: Settings, names: Sequence[str] = ()) -> AsyncIterator[Node]:
    """This will run a node inside this process, for tests and tools."""
    node = Node(settings, names)
    try:
        await node.start()
        yield node
    finally:
        await node.stop()


def problem_of(error: Exception) -> Problem:
    """This will find the problem that an exception stands for; a bug is `Broken`, and logged."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Unavailable):
        return Shed("Something that is needed does not answer. Try again.", retry_after=2.0)
    if isinstance(error, Archived):
        text = f"It is in the archive, and was asked for. Come back in {ceil(error.wait / 3600)} h."
        return Shed(text, retry_after=error.wait)
    if isinstance(error, Conflict):
        return Shed("It changed at the same moment. Try again.", retry_after=1.0)
    if isinstance(error, NotFoundException):
        return Missing("There is nothing at this address. See /api/docs.")
    if isinstance(error, MethodNotAllowedException):
        return Unallowed("This address takes other methods. See /api/docs.")
    if isinstance(error, HTTPException) and error.status_code < 500:
        return Malformed(error.detail)
    _log.exception("request.failed", exc_info=error)
    return Broken("Something went wrong on our side. It was logged; nothing was changed.")


def render_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """This will answer a problem document (RFC 9457)."""
    problem = problem_of(error)
    trace = str(request.scope.get("squad.trace", ""))
    headers = headers_of(problem)
    body = encode({**problem.body(), "instance": request.url.path, "trace": trace[3:35]})
    return Response(
        body, status_code=problem.status, headers=headers, media_type="application/problem+json"
    )


def headers_of(problem: Problem) -> dict[str, str]:
    """This will give the headers that go with a problem."""
    headers: dict[str, str] = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(problem.retry_after)))
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="squad"'
    return headers
