"""Monitoring and the node's own pages behind their edge, inside the test's process."""

from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from squad.adapters.bus import memory
from squad.adapters.bus.memory import MemoryBus
from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.adapters.directory import local
from squad.apps import pages
from squad.apps.edge import Edge
from squad.apps.node import render_error
from squad.kernel.dispatch import Consumer
from squad.kernel.http import mount
from squad.kernel.ids import derive, uuid7
from squad.kernel.service import Kit, Running
from squad.kernel.vitals import Vitals
from squad.ports.directory import Account
from squad.ports.unit import Letter
from squad.services.monitoring import SERVICE

ORIGIN = "http://127.0.0.1:8000"


class Watch:
    """A running monitoring on a memory bus. Its consumer steps when the test says so."""

    def __init__(self, bus: MemoryBus, clock: Frozen, vitals: Vitals, database: Any) -> None:
        self.bus = bus
        self.clock = clock
        self.vitals = vitals
        self.database = database
        self.tokens: dict[str, str] = {}
        self.http = httpx.AsyncClient()

    @classmethod
    async def open(cls, home: Path, clock: Frozen) -> "Watch":
        """This will start it on new files."""
        bus = await memory.open("memory:", clock)
        database = await sqlite.open(f"sqlite:{home}/monitoring.db", clock)
        watch = cls(bus, clock, Vitals(clock), database)
        kit = Kit("monitoring", database=database, bus=bus, clock=clock, vitals=watch.vitals)
        watch.running = await SERVICE.start(kit)
        watch.consumer = Consumer(
            "monitoring", bus, {}, clock,
            settle=watch.running.settle, observer=watch.running.observer,
        )  # fmt: skip
        await bus.subscribe("monitoring", [event.type for event in SERVICE.consumes])
        watch.vitals.watch("monitoring", watch.running.ready, database)
        watch.directory = await local.open(f"local:{home}/directory.db?issuer={ORIGIN}", clock)
        await watch._serve()
        return watch

    running: Running
    consumer: Consumer
    directory: local.LocalDirectory

    async def _serve(self) -> None:
        subject = pages.Subject(self.vitals, self.bus.depth, self.clock, ORIGIN)
        app = Litestar(
            route_handlers=[
                *mount(self.running.rows, self.running.service, self.database),
                *pages.routes(subject),
            ],
            exception_handlers={Exception: render_error},
            openapi_config=None,
            request_max_body_size=None,
            logging_config=None,
        )
        edge: Any = Edge(app, self.directory, rate=100_000, timeout=30)
        transport = httpx.ASGITransport(app=edge)
        self.http = httpx.AsyncClient(transport=transport, base_url=ORIGIN)

    async def token(self, role: str) -> str:
        """This will sign somebody of a role in."""
        if role not in self.tokens:
            id = derive("test", role)
            await self.directory.enroll(Account(id, f"{role}@demo.example", True), None)
            now = int(self.clock.now().timestamp())
            self.tokens[role] = self.directory.sign(
                {"sub": id, "roles": [role], "iat": now, "nbf": now, "exp": now + 3600,
                 "jti": uuid7(), "client_id": "squad-web"}
            )  # fmt: skip
        return self.tokens[role]

    async def ask(self, role: str, method: str, path: str, **options: Any) -> httpx.Response:
        """This will send one request as somebody of a role; "" sends no token."""
        headers = dict(options.pop("headers", {}))
        if role:
            headers["Authorization"] = f"Bearer {await self.token(role)}"
        path = path if path.startswith("/") else f"/api/monitoring/{path}"
        return await self.http.request(method, path, headers=headers, **options)

    async def get(self, role: str, path: str) -> Any:
        """This will read; anything but 200 fails."""
        answer = await self.ask(role, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, role: str, path: str, body: Any = None) -> Any:
        """This will send a command twice with one key; both answers must be one."""
        headers = {"Idempotency-Key": uuid7()}
        first = await self.ask(role, "POST", path, json=body or {}, headers=headers)
        second = await self.ask(role, "POST", path, json=body or {}, headers=headers)
        assert first.status_code == 200, first.text
        assert (second.status_code, second.json()) == (200, first.json())
        return first.json()

    async def see(self, *letters: Letter) -> None:
        """This will publish letters and have monitoring see them."""
        await self.bus.publish(letters)
        await self.consumer.step(0)

    async def kill(self, queue: str, *letters: Letter) -> None:
        """This will bury letters of a queue."""
        await self.bus.subscribe(queue, ["*"])
        await self.bus.publish(letters)
        for delivery in await self.bus.receive(queue, limit=99, wait=0):
            await self.bus.bury(delivery, "ValueError: broken")

    async def close(self) -> None:
        """This will let go of everything."""
        await self.http.aclose()
        await self.database.close()
        await self.directory.close()
