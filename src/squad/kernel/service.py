"""A service: what it needs, what it consumes, and how it is started."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from squad.contracts.envelope import Event
from squad.kernel.dispatch import Handlers, Observer
from squad.kernel.http import Endpoint
from squad.kernel.unit import Books
from squad.kernel.vitals import Vitals
from squad.ports.blobs import Blobs
from squad.ports.bus import Bus
from squad.ports.cache import Cache
from squad.ports.clock import Clock
from squad.ports.database import Database
from squad.ports.directory import Directory
from squad.ports.documents import Documents
from squad.ports.index import Index
from squad.ports.notifier import Notifier, Pusher
from squad.ports.places import Places
from squad.ports.proposer import Proposer

Rehearse = Callable[[bytes, Callable[[float], None]], Awaitable[bytes]]


class Kit:
    """The adapters that one service is given. Only what it named in `needs` is there.

    rehearse: runs a what-if in a process of its own, telling the share that is done, and gives
    its answer; ValueError: it is refused, Unavailable: the process ended. None: not on this node.
    push, sms: None where this installation has no such channel.
    """

    name: str
    home: str
    origin: str
    secret: bytes
    clock: Clock
    database: Database
    documents: Documents
    index: Index
    cache: Cache
    blobs: Blobs
    directory: Directory
    notifier: Notifier
    places: Places
    proposer: Proposer
    bus: Bus
    vitals: Vitals
    rehearse: Rehearse | None = None
    push: Pusher | None = None
    sms: Notifier | None = None

    def __init__(self, name: str, **adapters: Any) -> None:
        self.name = name
        self.__dict__.update(adapters)


class Running:
    """A started service.

    books: where its units are kept, with the relay's bell. handlers: by event class.
    observer: sees every letter instead of handlers, with at least `pace` seconds between batches.
    tasks: loops that run until cancelled. settle: makes a batch of handled letters durable.
    ready: None, or why it cannot serve yet. active: whether it handles letters now: a standby
    does not, and leaves them to the one that does.
    """

    def __init__(
        self,
        *,
        rows: Sequence[Endpoint],
        service: Any,
        books: Books[Any] | None = None,
        handlers: Handlers | None = None,
        tasks: Sequence[Callable[[], Awaitable[None]]] = (),
        settle: Callable[[], Awaitable[None]] | None = None,
        observer: Observer | None = None,
        pace: float = 0.0,
        ready: Callable[[], str | None] = lambda: None,
        active: Callable[[], bool] = lambda: True,
    ) -> None:
        self.rows = rows
        self.service = service
        self.books = books
        self.handlers = handlers or {}
        self.tasks = tasks
        self.settle = settle
        self.observer = observer
        self.pace = pace
        self.ready = ready
        self.active = active


class Service:
    """The definition of a service, in its package's __init__.

    needs: port names. consumes: event classes. start: opens it on a kit.
    """

    def __init__(
        self,
        name: str,
        *,
        needs: Sequence[str],
        consumes: Sequence[type[Event]],
        rows: Sequence[Endpoint],
        start: Callable[[Kit], Awaitable[Running]],
    ) -> None:
        self.name = name
        self.needs = needs
        self.consumes = consumes
        self.rows = rows
        self.start = start
