"""Handling letters: ack, retry or bury. One rule for the loop, the poller and Lambda."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from squad.contracts.envelope import Envelope, Event, Unreadable, unseal
from squad.contracts.operations import Handling
from squad.contracts.registry import open_letter
from squad.kernel import crash, log, metrics, trace
from squad.ports.bus import RECEIVES, Bus, Delivery
from squad.ports.clock import Clock
from squad.ports.unit import Cause, Conflict, Duplicate, Unavailable

Handler = Callable[[Any, Cause], Awaitable[None]]
Handlers = Mapping[type[Event], Handler]
Observer = Callable[[Envelope], None]
Verdict = Literal["ack", "retry", "bury"]

BACKOFF = (0.2, 2.0, 15.0, 60.0)  # s before the 2nd, 3rd, 4th and 5th receive
RELOADS = 5  # a conflict means stale data: load again at once, so often
BATCH = 128  # letters a receive
SIDE = 12  # subjects side by side: requests get the loop again after so many, not after a batch
WAIT = 1.0  # s to wait for a letter
PAUSE = 1.0  # s to wait for a bus or a store that is down
STANDBY = 0.1  # s between looks of a standby whether it is active
HANDLING = 20.0  # s for one letter at most; the bus hands it out again after 30

_log = log.get("dispatch")


class Outcome(NamedTuple):
    """What becomes of a letter, and why where it was not acknowledged."""

    verdict: Verdict
    reason: str = ""


async def dispatch(delivery: Delivery, handlers: Handlers) -> Outcome:
    """This will apply one letter: ack when done (before), retry when it may help, else bury."""
    try:
        envelope, event = open_letter(delivery.letter.body)
    except Unreadable as error:
        return _again(delivery, f"unreadable: {error}")
    handler = handlers.get(type(event))
    if handler is None:
        return _again(delivery, f"no handler for {envelope.type}")
    cause = Cause(envelope.id, actor=envelope.actor, trace=trace.child(envelope.traceparent))
    trace.enter(cause.trace)
    began = time.perf_counter()
    outcome = await _try(delivery, handler, event, cause)
    if trace.wanted(cause.trace):
        _trace(delivery, outcome, cause, envelope, time.perf_counter() - began)
    return outcome


async def _try(delivery: Delivery, handler: Handler, event: Event, cause: Cause) -> Outcome:
    try:
        return await _apply(handler, event, cause)
    except Unavailable as error:
        return _again(delivery, f"unavailable: {error}")
    except Exception as error:
        _log.exception("letter.failed", type=event.type, cause=cause.id)
        return _again(delivery, f"{type(error).__name__}: {error}")


def observe(delivery: Delivery, observer: Observer) -> Outcome:
    """This will show one letter to a service that only looks on; `settle` makes it durable."""
    try:
        observer(unseal(delivery.letter.body))
    except Unreadable as error:
        return _again(delivery, f"unreadable: {error}")
    except Exception as error:
        _log.exception("letter.failed", type=delivery.letter.type, cause=delivery.letter.id)
        return _again(delivery, f"{type(error).__name__}: {error}")
    return Outcome("ack")


def _trace(
    delivery: Delivery, outcome: Outcome, cause: Cause, envelope: Envelope, seconds: float
) -> None:
    """Names: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/."""
    trace.note(
        f"process {envelope.type}",
        service=delivery.queue,
        kind="consumer",
        traceparent=cause.trace,
        parent=envelope.traceparent,
        seconds=seconds,
        failed="" if outcome.verdict == "ack" else outcome.verdict,
        facts={
            "messaging.destination.name": delivery.queue,
            "messaging.message.id": envelope.id,
            "squad.subject": envelope.subject,
            "squad.receives": delivery.receives,
            "squad.outcome": outcome.reason if outcome.reason == "duplicate" else outcome.verdict,
        },
    )


async def _apply(handler: Handler, event: Event, cause: Cause) -> Outcome:
    for _ in range(RELOADS):
        try:
            async with asyncio.timeout(HANDLING):
                await handler(event, cause)
        except Duplicate:
            return Outcome("ack", "duplicate")
        except Conflict:
            continue
        return Outcome("ack")
    raise Unavailable("the same data kept changing")


def _again(delivery: Delivery, reason: str) -> Outcome:
    return Outcome("bury" if delivery.receives >= RECEIVES else "retry", reason)


def backoff(receives: int) -> float:
    """This will give the seconds until the next try, ± 20 % so that letters do not come in step."""
    return BACKOFF[min(receives, len(BACKOFF)) - 1] * random.uniform(0.8, 1.2)


class Consumer:
    """Takes letters from one service's queue and has them handled.

    Letters of one subject are handled in turn, of different subjects side by side. `settle` runs
    after a batch and before its acks: for stores that make changes durable in batches.
    observer: sees every letter instead of handlers. pace: seconds between batches that are not
    full, for a service that may lag a little and has its letters gathered. active: whether it
    receives letters; what it could not finish before it became a standby is never buried.
    waits: why no letters are handled now, or "".
    """

    def __init__(
        self,
        queue: str,
        bus: Bus,
        handlers: Handlers,
        clock: Clock,
        *,
        settle: Callable[[], Awaitable[None]] | None = None,
        observer: Observer | None = None,
        pace: float = 0.0,
        active: Callable[[], bool] = lambda: True,
        report: Callable[[Handling], None] = lambda handling: None,
    ) -> None:
        self._queue = queue
        self._bus = bus
        self._handlers = handlers
        self._clock = clock
        self._settle = settle
        self._observer = observer
        self._pace = pace
        self._active = active
        self._report = report
        self.waits = ""
        self._stopping = False

    def stop(self) -> None:
        """This will end `run` after the batch at hand."""
        self._stopping = True

    async def run(self) -> None:
        """This will handle letters until stopped. A bus or store that is down is waited for.

        A batch that could not be settled is not acknowledged: the bus hands it out again.
        """
        while not self._stopping:
            if not self._active():
                await asyncio.sleep(STANDBY)
                continue
            try:
                count = await self.step(WAIT)
                self.waits = ""
                if self._pace and count < BATCH:
                    await asyncio.sleep(self._pace)
            except Unavailable as error:
                cause = repr(error.__cause__ or "")
                self.waits = str(error)
                _log.warning("queue.waits", queue=self._queue, reason=self.waits, cause=cause)
                await asyncio.sleep(PAUSE)
            except Exception:
                _log.exception("queue.failed", queue=self._queue)
                await asyncio.sleep(PAUSE)

    async def step(self, wait: float) -> int:
        """This will receive and handle one batch. Returns how many letters. Raises Unavailable."""
        deliveries = await self._bus.receive(self._queue, limit=BATCH, wait=wait)
        if not deliveries:
            return 0
        crash.point(f"{self._queue}.received")
        outcomes = await self._handle(deliveries)
        if self._settle is not None:
            await self._settle()
        crash.point(f"{self._queue}.before_ack")
        await self._close(deliveries, outcomes)
        return len(deliveries)

    async def _handle(self, deliveries: Sequence[Delivery]) -> dict[str, Outcome]:
        if self._observer is not None:
            return {d.receipt: self._observe(d, self._observer) for d in deliveries}
        turns: dict[str, list[Delivery]] = {}
        for delivery in deliveries:
            turns.setdefault(delivery.letter.subject, []).append(delivery)
        outcomes: dict[str, Outcome] = {}
        waiting = list(turns.values())
        for start in range(0, len(waiting), SIDE):
            some = waiting[start : start + SIDE]
            await asyncio.gather(*(self._in_turn(turn, outcomes) for turn in some))
        return outcomes

    def _observe(self, delivery: Delivery, observer: Observer) -> Outcome:
        """Not reported: who looks on would look at looking on."""
        outcome = observe(delivery, observer)
        age = self._clock.now().timestamp() - delivery.published_at
        metrics.handled(self._queue, delivery.letter.type, outcome.verdict, age)
        return outcome

    async def _in_turn(self, turn: Sequence[Delivery], outcomes: dict[str, Outcome]) -> None:
        for delivery in turn:
            began = self._clock.monotonic()
            outcome = await dispatch(delivery, self._handlers)
            outcomes[delivery.receipt] = outcome
            self._note(delivery, outcome, (self._clock.monotonic() - began) * 1000)

    async def _close(self, deliveries: Sequence[Delivery], outcomes: dict[str, Outcome]) -> None:
        done = [d for d in deliveries if outcomes[d.receipt].verdict == "ack"]
        if done:
            await self._bus.ack(done)
        for delivery in deliveries:
            verdict, reason = outcomes[delivery.receipt]
            if verdict == "bury" and self._active():
                await self._bus.bury(delivery, reason)
            elif verdict != "ack":
                await self._bus.retry(delivery, backoff(delivery.receives))

    def _note(self, delivery: Delivery, outcome: Outcome, took: float) -> None:
        letter, now = delivery.letter, self._clock.now().timestamp()
        age = now - delivery.published_at
        metrics.handled(self._queue, letter.type, outcome.verdict, age)
        level = _log.debug if outcome.verdict == "ack" else _log.warning
        level(
            "letter.handled",
            queue=self._queue,
            type=letter.type,
            id=letter.id,
            verdict=outcome.verdict,
            reason=outcome.reason,
            receives=delivery.receives,
            duration_ms=round(took, 2),
            age_ms=round(age * 1000, 1),
        )
        self._report(
            Handling(
                event=letter.id,
                type=letter.type,
                subject=letter.subject,
                receives=delivery.receives,
                published=delivery.published_at,
                handled=now,
                took=took,
                outcome=outcome.reason if outcome.reason == "duplicate" else outcome.verdict,
            )
        )
