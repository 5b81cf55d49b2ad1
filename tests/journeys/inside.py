"""The whole product inside the test's process, behind its edge, over real HTTP."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import httpx
import requests
import structlog
import uvicorn

from squad.apps import wiring
from squad.apps.describe import openapi
from squad.apps.fleet import free_port
from squad.apps.pages.example import sample
from squad.apps.server import Server
from squad.contracts.people import Base, Contact, Person, Role
from squad.kernel.http import Endpoint
from squad.kernel.ids import derive, uuid7
from squad.kernel.settings import Settings
from squad.ports.unit import Cause

T = TypeVar("T")
Object = Mapping[str, Any]
START, CATCH_UP = 60.0, 30.0  # s: until it serves; until what was told has been handled
ROLES: tuple[Role, ...] = get_args(Role)
EXTRAS: Mapping[str, Role] = {"other": "customer", "stranger": "consultant"}
TICKET = {"title": "Till 3 does not start", "location": {"postal_code": "60601"}}
DOCUMENT = openapi()
ROWS = [row for service in wiring.services() for row in service.rows]


async def _unready(asked: bytes, tell: Callable[[float], None]) -> bytes:
    """Refuses a what-if at its start: hundreds are asked for, and one takes a core for minutes."""
    raise ValueError("this node tries nothing")


class Inside:
    """A node with one person per role, and another customer and consultant."""

    def __init__(self, home: Path) -> None:
        self._logs = structlog.get_config()  # a line a request would drown what fails
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))
        port = free_port()
        self.origin = f"http://127.0.0.1:{port}"
        settings = Settings(home=home, port=port, origin=self.origin, rate=1_000_000)
        self._server = Server(settings)
        config = uvicorn.Config(
            self._server, port=port, log_config=None, access_log=False, lifespan="on"
        )
        self._uvicorn = uvicorn.Server(config)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.http = httpx.Client(base_url=self.origin, timeout=60, trust_env=False)
        self.session = requests.Session()  # for schemathesis
        self.session.trust_env = False
        self.until(lambda: self._uvicorn.started or not self._thread.is_alive(), START)
        assert self._thread.is_alive()
        self.people = {name: id_of(name) for name in (*ROLES, *EXTRAS)}
        self.tokens = {name: self.run(self._enroll(name)) for name in self.people}
        self.until(lambda: all(self._known(name) for name in self.people))
        self.service("routing").trials._rehearse = _unready

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._uvicorn.serve())
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """This will run something in the node's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START)

    async def _enroll(self, name: str) -> str:
        role: Role = EXTRAS.get(name) or name  # type: ignore[assignment]
        contact = Contact(name=name.title(), mail=f"{name}@demo.example", phone="555")
        home = Base(latitude=41.88, longitude=-87.63, country="US")
        person = Person(
            id=id_of(name), version=1, roles=(role,), contact=contact,
            home=home if role == "consultant" else None,
        )  # fmt: skip
        identity = self.service("identity")
        await identity.enroll(person=person, cause=Cause(derive("enroll", name)))
        token: str = await identity.mint(person.id)
        return token

    def service(self, name: str) -> Any:
        """This will give a running service."""
        return self._server.node.running[name].service

    def _known(self, name: str) -> bool:
        return self.run(self.service("tickets").people.person(id_of(name))) is not None

    def until(self, check: Callable[[], T], seconds: float = CATCH_UP) -> T:
        """This will wait until the check gives something true, and give that."""
        end = time.monotonic() + seconds
        while not (found := check()):
            assert time.monotonic() < end, f"still {found!r} after {seconds} s"
            time.sleep(0.02)
        return found

    def ask(self, user: str, method: str, path: str, **options: Any) -> httpx.Response:
        """This will send one request as a person; "" sends no token. Of a stream, its beginning."""
        headers = dict(options.pop("headers", {}))
        if user:
            headers["Authorization"] = f"Bearer {self.tokens[user]}"
        with self.http.stream(method, path, headers=headers, **options) as answer:
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                first = next(answer.iter_raw())  # it goes on for minutes
                return httpx.Response(answer.status_code, headers=answer.headers, content=first)
            answer.read()
            return answer

    def get(self, user: str, path: str, **options: Any) -> Any:
        """This will read; anything but 200 fails."""
        answer = self.ask(user, "GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, user: str, path: str, body: Any = None) -> Any:
        """This will send a command; a refusal fails."""
        answer = self.ask(user, "POST", path, json=body or {})
        assert answer.status_code < 300, answer.text
        return answer.json()

    def ticket(self, user: str, **fields: Any) -> str:
        """This will log a ticket and give its id."""
        return str(self.post(user, "/api/tickets", {**TICKET, **fields})["id"])

    def close(self) -> None:
        """This will stop the node as a signal would."""
        self.http.close()
        self.session.close()
        self._uvicorn.should_exit = True
        self._thread.join(START)
        assert not self._thread.is_alive()
        structlog.configure(**self._logs)


def id_of(name: str) -> str:
    """The id of a person inside."""
    return derive("inside", name)


def address(row: Endpoint) -> str:
    """Method and path."""
    return f"{row.method} {row.path}"


def body_of(row: Endpoint) -> Any:
    """A small body that a row takes, as the API reference shows it; None where it takes none."""
    operation = DOCUMENT["paths"][row.path][row.method.lower()]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else sample(content["schema"], resolve)


def sent(row: Endpoint) -> dict[str, Any]:
    """What to send to a row: its small body, some bytes where it streams, or nothing."""
    if row.stream:
        return {"content": b"some bytes"}
    body = body_of(row)
    return {} if body is None else {"json": body}


def place(row: Endpoint, **parts: str) -> str:
    """The address of a row, with an unknown id for each part that is not given."""
    path = row.path
    for name in ("id", "attachment", "token", "ticket", "upload"):
        path = path.replace(f"{{{name}}}", parts.get(name) or uuid7())
    return path


def resolve(schema: Object) -> Object:
    """What a schema refers to in the OpenAPI document."""
    found: Any = schema
    while "$ref" in found:
        node: Any = DOCUMENT
        for step in found["$ref"].split("/")[1:]:
            node = node[step]
        found = node
    return dict(found)
