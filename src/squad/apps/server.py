"""The server: a node behind its edge, on uvicorn, stopped gracefully."""

import contextlib
import ctypes
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from squad.apps import serving
from squad.apps.edge import Edge
from squad.apps.node import Node
from squad.apps.site import Site, find
from squad.kernel import log
from squad.kernel.settings import Settings
from squad.ports.unit import Unavailable

SWITCH = 0.0005  # s: the writer thread must get the interpreter back quickly (default 0.005)
M_ARENA_MAX, ARENAS = -8, 2
BACKLOG = 4096  # connections waiting to be accepted

_log = log.get("server")


class Server:
    """Builds the ASGI application of a node; starts it with the first lifespan event."""

    def __init__(
        self, settings: Settings, names: Sequence[str] = (), *, demo: bool = False
    ) -> None:
        self.settings = settings
        self.node = Node(settings, names)
        self._demo = demo
        self._edge: Edge | None = None
        self._began = time.monotonic()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """This will serve ASGI."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        assert self._edge is not None
        await self._edge(scope, receive, send)

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        async with contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.started())
            except (Unavailable, ValueError) as error:
                # An engine is away or a setting wrong: the text says which, and what to do.
                _log.error("node.failed", reason=str(error))
                await send({"type": "lifespan.startup.failed", "message": ""})
                return
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def started(self) -> AsyncIterator["Server"]:
        """This will run the node for as long as the context lasts."""
        await self.node.start()
        assert self.node.adapters is not None
        adapters = self.node.adapters
        directory = await adapters.get("directory", "edge")
        if waits := getattr(directory, "waits", None):
            adapters.vitals.watch("directory", waits, None)
        self._edge = Edge(
            Site(self.node.app, find(self.settings.web)),
            directory,
            rate=self.settings.rate,
            timeout=self.settings.timeout,
            behind=self.settings.behind,
        )
        if self._demo:
            from squad.apps import world  # a node without the demo need not load it

            await world.load(self.node)
        if self.settings.fast and "routing" in self.node.running:
            from squad.apps import fast  # a node that does not route need not load it

            fast.beside(told=True)
        _log.info("node.ready", seconds=round(time.monotonic() - self._began, 2))
        try:
            yield self
        finally:
            await self.node.stop()


def serve(settings: Settings, names: Sequence[str] = (), *, demo: bool = False) -> None:
    """This will serve until SIGTERM or SIGINT, finishing what is under way."""
    sys.setswitchinterval(SWITCH)
    _few_arenas()
    log.setup(settings.log)
    _log.info("node.starts", services=list(names), **settings.shown())
    serving.run(
        Server(settings, names, demo=demo),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        lifespan="on",  # a node that cannot start must not serve
        proxy_headers=False,  # nobody outside may say who is asking
        backlog=BACKLOG,
        timeout_keep_alive=30,
    )


def _few_arenas() -> None:
    """Keeps glibc from giving each of 20 threads a heap of its own (M_ARENA_MAX, mallopt(3))."""
    libc = ctypes.CDLL(None)
    if sys.platform == "linux" and hasattr(libc, "mallopt"):
        libc.mallopt(M_ARENA_MAX, ARENAS)
