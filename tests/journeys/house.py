"""Identity behind its edge, inside the test's process, with a clock that the test moves."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from squad.adapters.database import sqlite
from squad.adapters.directory import local
from squad.adapters.places import table
from squad.apps.edge import Edge
from squad.apps.node import render_error
from squad.contracts.envelope import Envelope, Event
from squad.contracts.people import Base, Contact, Person, Role
from squad.contracts.registry import open_letter
from squad.kernel.http import mount
from squad.kernel.ids import derive, uuid7
from squad.kernel.service import Kit
from squad.ports.clock import Clock
from squad.ports.unit import Cause
from squad.services.identity import start
from squad.services.identity.model.catalog import SHELVES, NewSkill, NewTerritory
from squad.services.identity.service import Identity

ORIGIN = "http://127.0.0.1:8000"
BASE = "/api/identity"
PASSWORD = "correct horse battery"


class House:
    """A running identity with one person per role, who signs in as `<role>@demo.example`."""

    def __init__(
        self, identity: Identity, directory: Any, database: Any, http: httpx.AsyncClient
    ) -> None:
        self.identity = identity
        self.directory = directory
        self.database = database
        self.http = http
        self.tokens: dict[str, str] = {}

    @classmethod
    async def open(cls, home: Path, clock: Clock, directory: Any = None) -> "House":
        """This will start it on new files. directory: another than the local one."""
        database = await sqlite.open(f"sqlite:{home}/identity.db", clock)
        url = f"local:{home}/directory.db?issuer={ORIGIN}{BASE}"
        directory = directory or await local.open(url, clock)
        kit = Kit(
            "identity", clock=clock, database=database, directory=directory, origin=ORIGIN,
            secret=b"a secret of the house", home=str(home),
            places=await table.open("table:", clock),
        )  # fmt: skip
        running = await start(kit)  # nothing runs beside: tests make the rounds themselves
        app = Litestar(
            route_handlers=mount(running.rows, running.service, database),
            exception_handlers={Exception: render_error},
            openapi_config=None,
            request_max_body_size=None,
            logging_config=None,
        )
        edge: Any = Edge(app, directory, rate=100_000, timeout=30)
        transport = httpx.ASGITransport(app=edge)
        http = httpx.AsyncClient(transport=transport, base_url=ORIGIN, trust_env=False)
        house = cls(running.service, directory, database, http)
        await house.settle()
        return house

    async def settle(self) -> None:
        """This will add a small catalogue and people of every role."""
        entries = (
            ("skills", NewSkill(id="pos", name="Cash registers")),
            ("territories", NewTerritory(id="US-IL", name="Illinois", country="US")),
            ("territories", NewTerritory(id="CA-QC", name="Québec", country="CA")),
        )
        add = self.identity.catalog.add
        await asyncio.gather(
            *(add(shelf=SHELVES[shelf], new=new, cause=Cause(uuid7())) for shelf, new in entries)
        )
        roles: tuple[Role, ...] = (
            "administrator", "customer", "store", "receptionist", "consultant", "dispatcher",
            "manager", "auditor",
        )  # fmt: skip
        await asyncio.gather(*(self.person(role) for role in roles))

    async def person(self, role: Role, name: str = "", **fields: Any) -> Person:
        """This will enroll a person of a role."""
        password = fields.pop("password", None)
        schedule = fields.pop("schedule", None)
        name = name or role
        if role == "consultant":
            fields = {"home": Base(latitude=41.88, longitude=-87.63, country="US"), **fields}
        person = Person(
            id=derive("test", name),
            version=1,
            roles=(role,),
            contact=Contact(name=name.title(), mail=f"{name}@demo.example", phone="555"),
            **fields,
        )
        cause = Cause(derive("enroll", name))
        return await self.identity.enroll(
            person=person, password=password, schedule=schedule, cause=cause
        )

    async def ask(self, user: str, method: str, path: str, **options: Any) -> httpx.Response:
        """This will send one request as a user; "" sends no token."""
        headers = dict(options.pop("headers", {}))
        if user:
            if user not in self.tokens:
                self.tokens[user] = await self.identity.mint(f"{user}@demo.example")
            headers["Authorization"] = f"Bearer {self.tokens[user]}"
        return await self.http.request(method, f"{BASE}{path}", headers=headers, **options)

    async def get(self, user: str, path: str) -> Any:
        """This will read as a user; anything but 200 fails."""
        answer = await self.ask(user, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(
        self, user: str, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """This will send a command twice with one key: both answers, and all events, are one."""
        headers = {"Idempotency-Key": uuid7(), **headers}
        first = await self.ask(user, method, path, json=body or {}, headers=headers)
        told = len(await self.letters())
        second = await self.ask(user, method, path, json=body or {}, headers=headers)
        assert first.status_code == second.status_code, second.text
        if first.status_code < 300:
            assert second.json() == first.json()
        assert len(await self.letters()) == told
        return first

    async def does(
        self, user: str, method: str, path: str, body: Any = None, **headers: str
    ) -> Any:
        """This will send a command that must succeed."""
        answer = await self.send(user, method, path, body, **headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def letters(self) -> list[tuple[Envelope, Event]]:
        """This will give everything that was told, in order."""
        return [open_letter(letter.body) for letter in await self.database.pending(100_000)]

    async def told(self, *kinds: type[Event], since: int = 0) -> list[Any]:
        """This will give the events of some kinds, beginning with a letter's number."""
        return [event for _, event in (await self.letters())[since:] if type(event) in kinds]

    async def close(self) -> None:
        """This will let go of everything."""
        await self.http.aclose()
        await self.database.close()
        await self.directory.close()


def id_of(name: str) -> str:
    """The id of a person of the house."""
    return derive("test", name)


def etag(version: int) -> Mapping[str, str]:
    """The header that guards a change."""
    return {"If-Match": f'"{version}"'}


def draft(**changes: Any) -> dict[str, Any]:
    """A customer to add."""
    contact = {"name": "Zoé Ouellet", "mail": "zoe@shop.example", "phone": "+1 514 555 0100"}
    return {"id": uuid7(), "roles": ["customer"], "contact": contact, **changes}
