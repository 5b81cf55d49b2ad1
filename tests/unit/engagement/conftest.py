"""Engagement alone: events come in by hand, mails go into a folder, time stands still."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from squad.adapters.clock.frozen import Frozen
from squad.adapters.documents import sqlite
from squad.adapters.notifier import folder
from squad.apps.node import render_error
from squad.contracts import tickets
from squad.contracts.envelope import Event
from squad.contracts.people import Contact, Person, Role, UserCreated
from squad.contracts.registry import open_letter
from squad.contracts.routing import TicketAssigned
from squad.contracts.tickets import Spot, Ticket
from squad.kernel.access import Actor
from squad.kernel.dispatch import dispatch
from squad.kernel.http import mount
from squad.kernel.ids import derive, uuid7
from squad.kernel.post import SHARDS
from squad.kernel.service import Kit
from squad.kernel.unit import letter_of
from squad.ports.bus import Delivery
from squad.ports.unit import Cause
from squad.services.engagement import SERVICE

ANA, BOB, DEE, MAX, STO = (derive(name) for name in ("ana", "bob", "dee", "max", "sto"))
"""Customer, consultant, dispatcher, manager, and a second customer."""
TICKET = derive("ticket")
SOON = datetime(2026, 3, 2, 18, tzinfo=UTC)
ORIGIN = "https://squad.example"
_SPOT = Spot(
    latitude=41.9, longitude=-87.6, postal_code="60601", place="Chicago", region="IL",
    country="US", zone="America/Chicago",
)  # fmt: skip


class Desk:
    """The running service, and hands for everything around it."""

    def __init__(self, home: Path, clock: Frozen) -> None:
        self.home = home
        self.clock = clock
        self.number = 0
        self.stores: list[Any] = []

    async def open(self, **channels: Any) -> "Desk":
        """This will start the service; again, as after a crash. channels: push and sms."""
        documents = await sqlite.open(f"sqlite:{self.home}/engagement.db", self.clock)
        self.stores.append(documents)
        self.documents = documents
        kit = Kit(
            "engagement", clock=self.clock, documents=documents, origin=ORIGIN, secret=b"s" * 64,
            notifier=await folder.open(f"folder:{self.home}/sent", self.clock), **channels,
        )  # fmt: skip
        self.running = await SERVICE.start(kit)
        routes: Any = mount(self.running.rows, self.running.service, documents)
        self._app = Litestar(
            route_handlers=routes, exception_handlers={Exception: render_error},
            openapi_config=None, logging_config=None,
        )  # fmt: skip
        transport = httpx.ASGITransport(app=self._signed_in)
        self.http = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        return self

    async def _signed_in(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        person, role = headers.get(b"person", b"").decode(), headers.get(b"role", b"").decode()
        scope["squad.actor"] = Actor(person, (role,) if role else ())
        await self._app(scope, receive, send)

    async def close(self) -> None:
        """This will close every store that was opened."""
        for documents in self.stores:
            await documents.close()

    async def hear(
        self, event: Event, *, actor: str = "", id: str = "", times: int = 2, version: int = 1
    ) -> str:
        """This will deliver an event, twice unless told otherwise. Returns its id."""
        self.number += 1
        id = id or derive("event", str(self.number))
        cause = Cause(derive("command", str(self.number)), actor=actor)
        letter = letter_of(
            event, id=id, version=version, source="test", time=self.clock.now(), cause=cause
        )
        for receives in range(1, times + 1):
            delivery = Delivery(letter, "engagement", str(receives), receives, 0.0)
            outcome = await dispatch(delivery, self.running.handlers)
            assert outcome.verdict == "ack", outcome
        return id

    async def know(self, id: str, role: Role = "customer", /, **changes: Any) -> None:
        """This will tell of a person."""
        name = changes.pop("name", f"Somebody {role}")
        contact = Contact(name=name, mail=changes.pop("mail", f"{id[:8]}@example.com"))
        given = {"id": id, "version": 1, "roles": (role,), "contact": contact, **changes}
        await self.hear(UserCreated(person=Person(**given)))

    async def send(self) -> list[EmailMessage]:
        """This will send what is due. Returns every mail ever sent, oldest first."""
        for shard in SHARDS:
            while await self.post.deliver(shard):
                pass
        files = sorted(
            (self.home / "sent" / "ids").rglob("*.eml"), key=lambda f: f.stat().st_mtime_ns
        )
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    @property
    def post(self) -> Any:
        """The post that the service's loops run."""
        loop: Any = self.running.tasks[-1]
        return loop.func.__self__

    async def letters(self) -> list[Event]:
        """What the service told the others."""
        return [open_letter(letter.body)[1] for letter in await self.documents.pending(1000)]

    async def ask(
        self, person: str, method: str, path: str, *, role: Role = "customer", **options: Any
    ) -> httpx.Response:
        """This will send a request as a person; "" is nobody."""
        headers = {"person": person, "role": role if person else "", **options.pop("headers", {})}
        return await self.http.request(method, f"/api/engagement{path}", headers=headers, **options)

    async def inbox(self, person: str, query: str = "") -> dict[str, Any]:
        """A person's notifications."""
        answer = await self.ask(person, "GET", f"/notifications{query}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def kinds(self, person: str) -> list[str]:
        """The kinds of a person's notifications, newest first."""
        return [item["kind"] for item in (await self.inbox(person))["items"]]


def ticket(**changes: Any) -> Ticket:
    """A ticket of Ana's that Bob works on, closed."""
    given = {
        "id": TICKET, "version": 7, "turn": 1, "status": "closed", "priority": 2,
        "title": "Click http://evil.example", "description": "{reference} <script>",
        "category": "pos", "skills": {}, "certification": "", "mode": "onsite", "language": "en",
        "tier": "gold", "spot": _SPOT, "territory": "US-IL", "requester": ANA,
        "organisation": "", "store": "", "assignee": BOB, "previous": None, "declined": (),
        "service": 60, "reference": "7K2M-9QXD",
    }  # fmt: skip
    times = dict.fromkeys(("created_at", "updated_at", "due_at"), SOON)
    return Ticket(**{**given, **times, **changes})


def assigned(clock: Frozen, **changes: Any) -> TicketAssigned:
    """Bob is chosen for Ana's ticket, and expected in an hour."""
    now = clock.now()
    given = {
        "ticket": TICKET, "turn": 1, "consultant": BOB, "requester": ANA, "reference": "7K2M-9QXD",
        "title": "Click http://evil.example", "priority": 2, "arrival": now + timedelta(hours=1),
        "answer_by": now + timedelta(minutes=10), "decision": uuid7(),
    }  # fmt: skip
    return TicketAssigned(**{**given, **changes})


def closed(**changes: Any) -> tickets.TicketClosed:
    """Ana's ticket is closed."""
    return tickets.TicketClosed(ticket=ticket(**changes))


@pytest.fixture
async def desk(tmp_path: Path, clock: Frozen) -> AsyncIterator[Desk]:
    """The service without anybody in it."""
    opened = await Desk(tmp_path, clock).open()
    yield opened
    await opened.close()
