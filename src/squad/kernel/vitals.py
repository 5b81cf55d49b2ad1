"""Vital signs of this process: what runs in it, whether it can serve, and how busy it is."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from squad import __version__
from squad.kernel import metrics
from squad.ports.clock import Clock
from squad.ports.unit import Ledger, Unavailable

TICK = 0.25  # s between looks at how late the event loop is
TICKS = 20  # ticks a sample: the rest is looked at every 5 s
_STATM = Path("/proc/self/statm")

_lag = metrics.gauge("squad_loop_lag_seconds", "Worst delay of the event loop in 5 s.")
_memory = metrics.gauge("squad_memory_bytes", "Resident memory of the process.")
_uptime = metrics.gauge("squad_uptime_seconds", "Time since the node started.")
_ready = metrics.gauge("squad_ready", "Whether a service can serve.", ("service",))
_outbox = metrics.gauge("squad_outbox_letters", "Letters not yet on the bus.", ("service",))
_version = metrics.gauge("squad_build_info", "Always 1; the labels tell.", ("version",))


class Part(msgspec.Struct, frozen=True):
    """A service of this node. reason: why it cannot serve yet, or "". outbox: letters to send."""

    service: str
    ready: bool
    reason: str
    outbox: int


class Health(msgspec.Struct, frozen=True):
    """State of this node. uptime: seconds. memory: resident bytes. lag: ms of the event loop."""

    ready: bool
    version: str
    started_at: datetime
    uptime: int
    memory: int
    lag: float
    services: Sequence[Part]


class Vitals:
    """Watches the services of this node and the process they run in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = clock.now()
        self._ready: dict[str, Callable[[], str | None]] = {}
        self._ledgers: dict[str, Ledger[Any]] = {}
        self._backlogs: dict[str, int] = {}
        self._worst = 0.0

    def watch(
        self, service: str, ready: Callable[[], str | None], ledger: Ledger[Any] | None
    ) -> None:
        """This will look after a service from now on."""
        self._ready[service] = ready
        if ledger is not None:
            self._ledgers[service] = ledger

    def waits(self) -> Mapping[str, str]:
        """This will list the services that cannot serve yet, and why."""
        found = {name: ready() for name, ready in self._ready.items()}
        return {name: reason for name, reason in found.items() if reason}

    def health(self) -> Health:
        """This will tell the state of this node."""
        waits = self.waits()
        return Health(
            ready=not waits,
            version=__version__,
            started_at=self._started,
            uptime=int((self._clock.now() - self._started).total_seconds()),
            memory=resident(),
            lag=round(self._worst * 1000, 1),
            services=[
                Part(name, name not in waits, waits.get(name, ""), self._backlogs.get(name, 0))
                for name in self._ready
            ],
        )

    async def run(self) -> None:
        """This will take samples until cancelled."""
        while True:
            worst = 0.0
            for _ in range(TICKS):
                began = self._clock.monotonic()
                await asyncio.sleep(TICK)
                worst = max(worst, self._clock.monotonic() - began - TICK)
            self._worst = worst
            await self.sample()

    async def sample(self) -> None:
        """This will bring the figures up to date. A store that is down keeps its last one."""
        for name, ledger in self._ledgers.items():
            try:
                self._backlogs[name] = await ledger.backlog()
            except Unavailable:
                continue
        health = self.health()
        _version.labels(health.version).set(1)
        _uptime.set(health.uptime)
        _memory.set(health.memory)
        _lag.set(self._worst)
        for part in health.services:
            _ready.labels(part.service).set(part.ready)
            _outbox.labels(part.service).set(part.outbox)


def resident() -> int:
    """This will tell the resident memory of this process, bytes; 0 where /proc is not there."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
