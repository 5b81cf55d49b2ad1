"""Wiring: which services there are, and which adapter each port's URL names."""

import importlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

from squad.apps.observed import Observed
from squad.apps.rehearsal import rehearser
from squad.kernel.service import Kit, Service
from squad.kernel.settings import CHANNELS, Settings, secret
from squad.kernel.vitals import Vitals
from squad.ports.bus import Bus
from squad.ports.clock import Clock

SERVICES = ("identity", "tickets", "routing", "search", "engagement", "monitoring")
UNOBSERVED = ("clock", "places", "proposer")
SHARED = ("cache", "blobs", "directory", "notifier", *CHANNELS, "places", "proposer", "index")


def service(name: str) -> Service:
    """This will load a service's definition. Raises KeyError: there is none of that name."""
    if name not in SERVICES:
        raise KeyError(name)
    found: Service = importlib.import_module(f"squad.services.{name}").SERVICE
    return found


def services(names: Sequence[str] = ()) -> list[Service]:
    """This will load the named services, or all of them."""
    return [service(name) for name in names or SERVICES]


def module(port: str, url: str) -> ModuleType:
    """This will find the adapter that the URL's scheme names.

    Raises ValueError: there is none, or a package that it needs is not installed.
    """
    technology = url.split(":", 1)[0]
    name = f"squad.adapters.{'notifier' if port in CHANNELS else port}.{technology}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            why = f"there is no adapter {technology!r}"
        else:
            why = f"{technology} needs the package {error.name}: pip install 'squad[cluster]'"
        raise ValueError(f"SQUAD_{port.upper()}: {why}") from error


async def adapter(port: str, url: str, clock: Clock) -> Any:
    """This will open what the URL's scheme names. Raises ValueError, Unavailable."""
    return await module(port, url).open(url, clock)


async def clock(settings: Settings) -> Clock:
    """This will open the clock, which the other adapters need."""
    technology = settings.clock.split(":", 1)[0]
    module = importlib.import_module(f"squad.adapters.clock.{technology}")
    opened: Clock = await module.open(settings.clock)
    return opened


def url_of(settings: Settings, port: str, name: str) -> str:
    """This will give the URL of a port for a service; the directory is told our tokens' issuer."""
    url = settings.url(port, name)
    if port == "directory" and "issuer=" not in url:
        url += f"{'&' if '?' in url else '?'}issuer={settings.origin}/api/identity"
    return url


def observed(opened: Any, port: str, url: str, service: str) -> Any:
    """This will have the calls of an adapter timed and traced; those that only compute are not."""
    if port in UNOBSERVED:
        return opened
    whose = "node" if port in SHARED or port == "bus" else service
    technology = url.partition(":")[0]
    return Observed(opened, port=port, technology=technology, service=whose)


class Adapters:
    """What a node has open. Databases are one a service; the rest is shared by its services."""

    def __init__(self, settings: Settings, clock: Clock, bus: Bus) -> None:
        self.settings = settings
        self.clock = clock
        self.bus = bus
        self.vitals = Vitals(clock)
        self._shared: dict[str, Any] = {}
        self._open: list[Any] = []

    async def kit(self, definition: Service) -> Kit:
        """This will open what a service needs."""
        given: dict[str, Any] = {
            "home": str(self.settings.home),
            "origin": self.settings.origin,
            "secret": secret(self.settings),
            "clock": self.clock,
            "bus": self.bus,
            "vitals": self.vitals,
            "rehearse": rehearser(url_of(self.settings, "database", "routing")),
        }
        for port in definition.needs:
            if port not in given:
                given[port] = await self.get(port, definition.name)
        return Kit(definition.name, **given)

    async def get(self, port: str, name: str) -> Any:
        """This will open a port for a service, once where its services share it."""
        if port in self._shared:
            return self._shared[port]
        url = url_of(self.settings, port, name)
        if port in CHANNELS and url in ("", "off"):
            return None
        opened = observed(await adapter(port, url, self.clock), port, url, name)
        self._open.append(opened)
        if port in SHARED:
            self._shared[port] = opened
        return opened

    async def close(self) -> None:
        """This will close everything, what was opened last first, the bus at the end."""
        for opened in reversed(self._open):
            if hasattr(opened, "close"):
                await opened.close()
        await self.bus.close()


@asynccontextmanager
async def opened(settings: Settings, name: str) -> AsyncIterator[Any]:
    """This will open one service without serving it, for as long as the context lasts.

    Raises Unavailable, ValueError: an engine cannot be had, or a setting is wrong.
    """
    adapters = await open_all(settings)
    try:
        definition = service(name)
        running = await definition.start(await adapters.kit(definition))
        yield running.service
    finally:
        await adapters.close()


async def open_all(settings: Settings) -> Adapters:
    """This will open the clock and the bus, and subscribe every service's queue.

    All queues, not only those of this node: what one node publishes must wait for the others.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    watch = await clock(settings)
    url = settings.url("bus", "")
    bus: Bus = observed(await adapter("bus", url, watch), "bus", url, "node")
    for definition in services():
        await bus.subscribe(definition.name, [event.type for event in definition.consumes])
    return Adapters(settings, watch, bus)
