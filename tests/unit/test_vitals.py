"""Vital signs: what waits, how much is to be sent, and how late the event loop is."""

import asyncio

import pytest

from squad.adapters.clock.frozen import Frozen
from squad.kernel import metrics, vitals
from squad.kernel.vitals import Vitals
from squad.ports.unit import Unavailable


class Books:
    """A ledger that can be down."""

    def __init__(self, *counts: int) -> None:
        self._counts = list(counts)

    async def backlog(self) -> int:
        """Counts until there is nothing to count any more."""
        if not self._counts:
            raise Unavailable("down")
        return self._counts.pop(0)


def figure(name: str, **labels: str) -> float | None:
    """A figure as Prometheus gets it."""
    return metrics.REGISTRY.get_sample_value(name, labels)


async def test_tells_what_waits(clock: Frozen) -> None:
    """A node is ready when each of its services is; who waits says why."""
    reasons: dict[str, str | None] = {"search": "builds the index", "tickets": None}
    watched = Vitals(clock)
    for name in reasons:
        watched.watch(name, lambda name=name: reasons[name], None)  # type: ignore[misc]

    before = watched.health()
    reasons["search"] = None
    clock.advance(90.5)

    assert (before.ready, watched.waits()) == (False, {})
    assert {part.service: part.reason for part in before.services} == {
        "search": "builds the index",
        "tickets": "",
    }
    assert (watched.health().ready, watched.health().uptime) == (True, 90)
    assert watched.health().memory > 1_000_000


async def test_keeps_the_last_figure_of_a_store_that_is_down(clock: Frozen) -> None:
    """One store that does not answer takes nothing from the others."""
    watched = Vitals(clock)
    ledgers = {"tickets": Books(7), "routing": Books(1, 2)}
    for name, ledger in ledgers.items():
        watched.watch(name, lambda: None, ledger)  # type: ignore[arg-type]

    await watched.sample()
    await watched.sample()

    assert {part.service: part.outbox for part in watched.health().services} == {
        "tickets": 7,
        "routing": 2,
    }
    assert figure("squad_outbox_letters", service="tickets") == 7
    assert figure("squad_ready", service="routing") == 1


async def test_notices_a_loop_that_is_late(clock: Frozen, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes later than it was asked for is the delay of the loop; the worst one counts."""
    monkeypatch.setattr(vitals, "TICK", 0.001)
    monkeypatch.setattr(vitals, "TICKS", 3)
    watched = Vitals(clock)
    task = asyncio.create_task(watched.run())

    async with asyncio.timeout(5):
        while not watched.health().lag:
            clock.advance(0.4)
            await asyncio.sleep(0)
    task.cancel()

    assert watched.health().lag >= 399
    assert (figure("squad_loop_lag_seconds") or 0) >= 0.399
