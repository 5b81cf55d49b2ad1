"""What-ifs: one at a time in a process of its own, a few wait, the rest is told to come back."""

import asyncio
from collections import deque
from datetime import datetime
from typing import Any, NoReturn

import msgspec

from squad.kernel import log
from squad.kernel.ids import derive
from squad.kernel.problem import Fault, Impossible, Invalid, Limited, Missing, Shed
from squad.kernel.service import Rehearse
from squad.ports.database import Database, Statement
from squad.ports.unit import Cause, Conflict, Duplicate, Unavailable
from squad.services.routing import trial
from squad.services.routing.document import Edition, Unfit, check
from squad.services.routing.policy import Policy
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.policies import Policies
from squad.services.routing.trial import Asked, Trial

WAITING = 4  # that wait for the one that runs
AGAIN = 60.0  # s until another is worth asking for
BEAT = 2.0  # s between signs of life
MOST = 350_000  # tickets of a generated world

_log = log.get("simulations")


class Found(msgspec.Struct, frozen=True):
    """What the process gives back: a comparison as JSON, and the report, an HTML document."""

    result: msgspec.Raw
    report: str


class Trials:
    """Kept in rows: what is done outlives the process; what it was at is said to be interrupted."""

    def __init__(
        self, memory: Memory, database: Database, policies: Policies, rehearse: Rehearse | None
    ) -> None:
        self._memory = memory
        self._database = database
        self._policies = policies
        self._rehearse = rehearse
        self._queue: deque[tuple[str, bytes]] = deque()
        self._running = ""
        self._bell = asyncio.Event()

    @property
    def _now(self) -> float:
        return self._memory.now

    async def ask(self, *, asked: Asked, language: str, cause: Cause) -> Trial:
        """This will take a what-if. Raises Invalid, Missing, Limited: too many wait."""
        policy = await self._policy(asked)
        if asked.source == "generated" and asked.tickets * asked.days > MOST:
            fault = Fault("/days", f"times tickets: at most {MOST:,} tickets in all")
            raise Invalid("The world would be too large.", [fault])
        if self._rehearse is None:
            raise Shed("This node cannot simulate.", retry_after=AGAIN)
        if len(self._queue) + bool(self._running) > WAITING:
            raise Limited("Other what-ifs wait already. Come back in a minute.", retry_after=AGAIN)
        unit = self._memory.books.open(cause)
        one = Trial(
            id=derive(cause.id, "simulation"), at=unit.now, author=cause.actor, asked=asked,
            state="queued", beat=unit.now.timestamp(),
        )  # fmt: skip
        unit.write(trial.keep(one))
        await unit.commit(one)
        told = msgspec.structs.asdict(asked) | {"policy": policy, "language": language}
        self._queue.append((one.id, msgspec.json.encode(told)))
        self._bell.set()
        return one

    async def _policy(self, asked: Asked) -> Policy | None:
        if asked.policy is not None and asked.version is not None:
            raise Invalid("Say which.", [Fault("/version", "or /policy, not both")])
        if asked.version is not None:
            return await self._policies.policy(version=asked.version)
        if asked.policy is None:
            return None
        try:
            return check(asked.policy)
        except Unfit as unfit:
            faults = [Fault(f"/policy{path}", what) for path, what in unfit.faults]
            raise Invalid("This is no policy; see errors.", faults[:100]) from unfit

    async def get(self, *, id: str) -> Trial:
        """This will show one. Raises Missing."""
        if rows := await self._database.fetch(trial.ONE, (id,)):
            return trial.trial(rows[0]).seen(self._now)
        raise Missing("There is no such simulation.")

    async def page(self, *, at: datetime | None, id: str, limit: int) -> list[Trial]:
        """This will list them, the newest first, and one more than `limit`."""
        moment = at.timestamp() if at else self._now + 86_400.0
        rows = await self._database.fetch(trial.PAGE, (moment, moment, id, limit + 1))
        return [trial.trial(row).seen(self._now) for row in rows]

    async def result(self, *, id: str) -> tuple[bytes, bytes] | None:
        """This will give comparison and report; None: it is not done."""
        rows = await self._database.fetch(trial.RESULT, (id,))
        return (bytes(rows[0][0]), bytes(rows[0][1])) if rows and rows[0][0] else None

    async def cancel(self, *, id: str, cause: Cause) -> Trial:
        """This will stop one that is not done. Raises Missing, Impossible."""
        one = await self.get(id=id)
        if one.state not in trial.OPEN:
            _ended(one)
        unit = self._memory.books.open(cause)
        unit.write(trial.end(id, "cancelled"))
        ended = msgspec.structs.replace(one, state="cancelled")
        try:
            await unit.commit(ended)
        except Conflict:
            _ended(await self.get(id=id))
        return ended

    async def promote(self, *, id: str, note: str, seen: int | None, cause: Cause) -> Edition:
        """This will put the policy that was tried in force, with the what-if as its reason.

        A document that is not kept yet becomes a version first.
        Raises Missing, Impossible: nothing was tried, or not to its end; Invalid, Stale.
        """
        one = await self.get(id=id)
        if one.state != "done" or not (one.asked.policy or one.asked.version):
            raise Impossible("Only the policy of a what-if that is done can be put in force.")
        version, why = one.asked.version, f"{note} (what-if {id})"
        if one.asked.policy is not None:
            version = await self._drafted(one.asked.policy, why, cause)
        assert version is not None
        return await self._policies.promote(version=version, note=why, seen=seen, cause=cause)

    async def _drafted(self, document: dict[str, Any], note: str, cause: Cause) -> int:
        policy = check(document)
        try:
            if (await self._policies.get(version=policy.version)).document != policy:
                raise Impossible(f"Version {policy.version} is another policy. Simulate anew.")
        except Missing:
            draft = Cause(derive(cause.id, "draft"), actor=cause.actor, trace=cause.trace)
            try:
                await self._policies.draft(document=document, note=note, cause=draft)
            except Duplicate:
                _log.info("simulation.drafted", version=policy.version)
        return policy.version

    # At work

    async def run(self) -> None:
        """This will work on what was asked for, one after the other, until it is cancelled."""
        try:
            while True:
                while self._queue:
                    self._running, body = self._queue.popleft()
                    await self._try(self._running, body)
                    self._running = ""
                self._bell.clear()
                await self._bell.wait()
        finally:
            left = [self._running, *(id for id, _ in self._queue)]
            self._queue.clear()
            self._running = ""
            for id in filter(None, left):
                await self._write(trial.end(id, "interrupted", "the node stopped; ask again"))

    async def _try(self, id: str, body: bytes) -> None:
        assert self._rehearse is not None
        share = 0.0

        def tell(done: float) -> None:
            nonlocal share
            share = max(share, done)

        if not await self._write(trial.beat(id, "running", share, self._now)):
            return  # it was cancelled
        work = asyncio.ensure_future(self._rehearse(body, tell))
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=BEAT)
                for other, _ in list(self._queue):
                    await self._write(trial.beat(other, "queued", 0.0, self._now))
                if not await self._write(trial.beat(id, "running", share, self._now)):
                    return
            await self._write(_ending(id, work))
        finally:
            work.cancel()
            await asyncio.wait({work})

    async def _write(self, statement: Statement) -> bool:
        try:
            await self._database.commit(Cause(""), [statement], [], b"")
        except Conflict:
            return False
        except Unavailable:
            _log.warning("simulation.unsaved")
        return True


def _ending(id: str, work: "asyncio.Future[bytes]") -> Statement:
    try:
        found = msgspec.json.decode(work.result(), type=Found)
    except (ValueError, Unavailable) as error:
        return trial.end(id, "failed", str(error))
    return trial.finish(id, {"result": bytes(found.result), "report": found.report.encode()})


def _ended(one: Trial) -> NoReturn:
    raise Impossible(f"It is {one.state}.")
