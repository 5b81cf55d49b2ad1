"""Routing on its own files, beside a small tickets service that follows the real one's rules."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar
from msgspec.structs import replace
from tests.unit.tickets.conftest import fresh

from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.apps.node import render_error
from squad.contracts import tickets as events
from squad.contracts.envelope import Event
from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import AvailabilityChanged, Base, Contact, Interval, Person, UserCreated
from squad.contracts.registry import open_letter
from squad.contracts.routing import (
    RoutingStalled,
    TicketAssigned,
    TicketUnassigned,
    TripInterrupted,
)
from squad.contracts.tickets import Ticket
from squad.kernel.access import Actor
from squad.kernel.dispatch import dispatch
from squad.kernel.http import mount
from squad.kernel.ids import derive, uuid7
from squad.kernel.service import Kit, Running
from squad.kernel.unit import letter_of
from squad.ports.bus import Delivery
from squad.ports.unit import Cause
from squad.services.routing import start
from squad.services.routing.service import Routing
from squad.services.tickets.model import assign, fits, move, release

SHIFT = timedelta(hours=8)


class Router:
    """One process of routing: a lease and a memory of its own on the common database."""

    def __init__(self, running: Running, database: Any) -> None:
        self.running = running
        self.routing: Routing = running.service
        routes: Any = mount(running.rows, running.service, database)
        self._app: Any = Litestar(
            route_handlers=routes, exception_handlers={Exception: render_error},
            openapi_config=None, logging_config=None,
        )  # fmt: skip
        transport = httpx.ASGITransport(app=self._signed_in)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://squad.example")

    async def _signed_in(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        role = headers.get(b"role", b"").decode()
        scope["squad.actor"] = Actor(person(role), (role,), language=headers[b"lang"].decode())
        await self._app(scope, receive, send)

    async def ask(
        self, method: str, path: str, body: Any = None, *, role: str = "dispatcher", key: str = "",
        language: str = "en",
    ) -> httpx.Response:  # fmt: skip
        """This will send a request as somebody of a role; one key is one command."""
        headers = {"role": role, "lang": language, "Idempotency-Key": key or uuid7()}
        return await self.http.request(method, f"/api/routing{path}", json=body, headers=headers)

    async def does(self, path: str, body: Any = None, **options: Any) -> Any:
        """This will send a command twice with one key; both answers must be one."""
        key = uuid7()
        first = await self.ask("POST", path, body or {}, key=key, **options)
        second = await self.ask("POST", path, body or {}, key=key, **options)
        assert first.status_code < 300, first.text
        assert (second.status_code, second.json()) == (first.status_code, first.json())
        return first.json()


class Office:
    """Routers, people and tickets; `settle` carries every letter twice until all is quiet."""

    def __init__(self, home: Path, clock: Frozen) -> None:
        self.home = home
        self.clock = clock
        self.tickets: dict[str, Ticket] = {}
        self.told: list[Event] = []
        self._number = 0
        self._opened: list[Any] = []
        self._read: set[str] = set()
        self.open: Callable[[], Awaitable[Any]] = lambda: sqlite.open(
            f"sqlite:{home}/routing.db", clock
        )

    async def router(self) -> Router:
        """This will start another process."""
        database = await self.open()
        self._opened.append(database)
        self.database = database
        return Router(await start(Kit("routing", clock=self.clock, database=database)), database)

    async def close(self) -> None:
        """This will close the files."""
        for database in self._opened:
            await database.close()

    async def hear(self, router: Router, event: Event, *, version: int, times: int = 2) -> str:
        """This will deliver an event; what becomes of it the last time is returned."""
        self._number += 1
        letter = letter_of(
            event, id=derive("event", str(self._number)), version=version, source="test",
            time=self.clock.now(), cause=Cause(derive("command", str(self._number))),
        )  # fmt: skip
        verdict = ""
        for receives in range(1, times + 1):
            delivery = Delivery(letter, "routing", str(receives), receives, 0.0)
            verdict, _ = await dispatch(delivery, router.running.handlers)
        return verdict

    async def enlist(self, router: Router, name: str, **changes: Any) -> str:
        """This will add a consultant in Chicago, on shift for eight hours from now."""
        spans = changes.pop("spans", None) or ((0, 8),)
        facts: dict[str, Any] = {
            "id": person(name), "version": 1, "roles": ("consultant",), "skills": {"pos": 3},
            "contact": Contact(name=name.title()), "territories": (), "capacity": 5,
            "home": Base(latitude=41.88, longitude=-87.63, country="US"),
        }  # fmt: skip
        one = Person(**facts | changes)
        assert await self.hear(router, UserCreated(person=one), version=1) == "ack"
        await self.works(router, name, *spans)
        return one.id

    async def works(
        self, router: Router, name: str, *spans: tuple[Any, ...], version: int = 0
    ) -> None:
        """This will tell when somebody works: hours from now, and the kind if it is no shift."""
        now = self.clock.now()
        told = AvailabilityChanged(
            person=person(name),
            version=version or self._number + 1,
            intervals=tuple(
                Interval(now + timedelta(hours=start), now + timedelta(hours=end), *kind)
                for start, end, *kind in spans
            ),
            until=now + timedelta(days=28),
        )
        assert await self.hear(router, told, version=told.version) == "ack"

    async def log(self, router: Router, name: str = "ticket", **changes: Any) -> str:
        """This will log a ticket and let routing know."""
        made = fresh(self.clock.now(), **{"id": derive("test", name)} | changes)
        self.tickets[made.id] = made
        await self.hear(router, events.TicketCreated(ticket=made), version=1)
        return made.id

    async def step(self, router: Router, id: str, step: Any, **changes: Any) -> None:
        """This will take a step on a ticket, and let routing know."""
        old = self.tickets[id]
        if step == "decline":
            new = release(old, step, self.clock.now(), without=old.assignee)
        else:
            new = move(old, step, self.clock.now(), **changes)
        await self._tell(router, new)

    async def settle(self, router: Router) -> list[Event]:
        """This will carry what routing says to tickets, and back. Returns what it said."""
        said: list[Event] = []
        while letters := [
            one for one in await self.database.pending(1000) if one.id not in self._read
        ]:
            for letter in letters:
                self._read.add(letter.id)
                event = open_letter(letter.body)[1]
                if not isinstance(event, SnapshotRequested):
                    said.append(event)
                await self._apply(router, event)
                await self._apply(router, event)
        self.told += said
        return said

    async def _apply(self, router: Router, event: Event) -> None:
        ticket = self.tickets.get(event.subject)
        if ticket is None:
            return
        now = self.clock.now()
        if isinstance(event, TicketAssigned) and fits(ticket, event.turn):
            new = assign(ticket, now, consultant=event.consultant, turn=event.turn)
            await self._tell(router, new)
        elif isinstance(event, TicketUnassigned):
            if (ticket.turn, ticket.assignee) == (event.turn, event.consultant):
                without = event.consultant if event.reason == "timed_out" else None
                await self._tell(router, release(ticket, "unassign", now, without=without))
        elif isinstance(event, TripInterrupted):
            trip = event.version, event.turn, event.consultant, "travelling"
            if (ticket.version, ticket.turn, ticket.assignee, ticket.status) == trip:
                await self._tell(router, move(ticket, "interrupt", now))
        elif isinstance(event, RoutingStalled) and ticket.status == "new":
            await self._tell(router, move(ticket, "stall", now))

    async def _tell(self, router: Router, new: Ticket) -> None:
        self.tickets[new.id] = new
        await self.hear(router, events.TicketUpdated(ticket=new), version=new.version)

    async def change(self, router: Router, id: str, **changes: Any) -> None:
        """This will change facts of a ticket, and let routing know."""
        old = self.tickets[id]
        await self._tell(router, replace(old, version=old.version + 1, **changes))

    def assignee(self, id: str) -> str:
        """Who has a ticket, by name; "" nobody."""
        return NAMES.get(self.tickets[id].assignee or "", "")


NAMES: dict[str, str] = {}


def person(name: str) -> str:
    """The id of somebody."""
    id = derive("test", "person", name)
    NAMES[id] = name
    return id


def at(clock: Frozen, hours: float) -> datetime:
    """So many hours from now."""
    return clock.now() + timedelta(hours=hours)
