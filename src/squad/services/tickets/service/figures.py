"""Reports: figures of a span, and the tickets behind them as a table."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from squad.ports.clock import Clock
from squad.services.tickets.model import figures as model
from squad.services.tickets.model import table
from squad.services.tickets.model.figures import (
    Backlog,
    Bucket,
    Count,
    Figures,
    Flow,
    Links,
    Load,
    Often,
    Part,
    Promise,
    Wait,
)
from squad.services.tickets.model.lists import Asked, FigureName
from squad.services.tickets.model.spans import stamp
from squad.services.tickets.store.lists import Lists

ROWS = 1_000  # of a table that are read at a time: 10 ms


class Reports:
    """Counts by the conditions of the lists, so that each figure's list has as many tickets."""

    def __init__(self, lists: Lists, clock: Clock) -> None:
        self._lists = lists
        self._clock = clock

    async def figures(
        self, *, asked: Asked, given: Mapping[str, str], since: datetime | None,
        until: datetime | None, bucket: Bucket, zone: str,
    ) -> Figures:  # fmt: skip
        """This will count everything of a span. given: the filters, for the lists behind figures.

        Raises Invalid: an empty span, or too many buckets.
        """
        now = self._clock.now()
        start, end = model.period(since, until, now)
        cuts = model.buckets(start, end, bucket, ZoneInfo(zone))
        count = _Tally(self._lists, replace(asked, since=stamp(start), until=stamp(end)),
                       Links(given, start, end))  # fmt: skip
        flow = await count.flow(cuts)
        created, resolved = sum(f.created.count for f in flow), sum(f.resolved.count for f in flow)
        return Figures(
            since=start,
            until=end,
            bucket=bucket,
            zone=zone,
            at=now,
            backlog=await count.backlog(),
            flow=flow,
            created=count.of("created", created),
            resolved=count.of("resolved", resolved),
            closed=count.of("closed", sum(f.closed.count for f in flow)),
            response=await count.wait("response"),
            onsite=await count.wait("onsite"),
            resolution=await count.wait("resolution"),
            sla=await count.promise(),
            reassigned=await count.often("reassigned", "hands", created),
            declined=await count.often("declined", "declines", created),
            reopened=await count.often("reopened", "reopens", resolved),
            load=await count.load(),
        )

    async def table(self, asked: Asked) -> AsyncIterator[bytes]:
        """This will give the tickets of a list as CSV, in the order of their ids."""
        yield table.head()
        after, now = "", self._clock.now()
        while rows := await self._lists.spans(asked, after=after, limit=ROWS):
            yield table.rows(rows, now)
            after = rows[-1].ticket
            await asyncio.sleep(0)  # a long table leaves room for others


class _Tally:
    """Counts one report; each question is short, and others have their turn in between."""

    def __init__(self, lists: Lists, asked: Asked, links: Links) -> None:
        self._lists = lists
        self._asked = asked
        self._links = links

    def of(self, figure: FigureName, count: int) -> Count:
        return Count(count=count, list=self._links.of(figure))

    async def flow(self, cuts: Sequence[tuple[datetime, datetime]]) -> list[Flow]:
        created, resolved, closed = [
            await self._spread(name, cuts) for name in ("created", "resolved", "closed")
        ]
        return [
            Flow(start=cut[0], end=cut[1], created=made, resolved=done, closed=shut)
            for cut, made, done, shut in zip(cuts, created, resolved, closed, strict=True)
        ]

    async def _spread(
        self, figure: FigureName, cuts: Sequence[tuple[datetime, datetime]]
    ) -> list[Count]:
        slots = await self._lists.slots(self._asked.of(figure), model.SLOT)
        await asyncio.sleep(0)
        counts = model.spread(slots, [stamp(start) for start, _ in cuts])
        return [
            Count(count=count, list=self._links.of(figure, cut))
            for count, cut in zip(counts, cuts, strict=True)
        ]

    async def backlog(self) -> Backlog:
        names = ("status", "priority", "territory")
        rows = await self._lists.groups(self._asked.of("backlog"), names)
        await asyncio.sleep(0)
        whole = self.of("backlog", sum(row[-1] for row in rows))
        status, priority, territory = (self._parts(rows, *one) for one in enumerate(names))
        return Backlog(
            count=whole.count, list=whole.list, by_status=status, by_priority=priority,
            by_territory=territory,
        )  # fmt: skip

    def _parts(self, rows: Sequence[Sequence[str | int]], place: int, name: str) -> list[Part]:
        counts: Counter[str] = Counter()
        for row in rows:
            counts[str(row[place])] += int(row[-1])
        return [
            Part(key=key, count=count, list=self._links.of("backlog", only={name: key}))
            for key, count in sorted(counts.items())
        ]

    async def wait(self, figure: FigureName) -> Wait:
        waits = sorted(await self._lists.waits(self._asked.of(figure)))
        await asyncio.sleep(0)
        return Wait(
            count=len(waits), list=self._links.of(figure), p50=model.rank(waits, 0.5),
            p90=model.rank(waits, 0.9),
        )  # fmt: skip

    async def promise(self) -> Promise:
        met, _ = await self._lists.sums(self._asked.of("sla_met"), "hands")
        missed, _ = await self._lists.sums(self._asked.of("sla_missed"), "hands")
        await asyncio.sleep(0)
        return Promise(
            share=model.part(met, met + missed), met=self.of("sla_met", met),
            missed=self.of("sla_missed", missed),
        )  # fmt: skip

    async def often(self, figure: FigureName, column: str, of: int) -> Often:
        count, times = await self._lists.sums(self._asked.of(figure), column)
        await asyncio.sleep(0)
        return Often(
            count=count, list=self._links.of(figure), times=times, share=model.part(count, of)
        )

    async def load(self) -> list[Load]:
        open = await self._lists.groups(self._asked.of("load_open"), ("assignee",))
        done = await self._lists.groups(self._asked.of("load_done"), ("done_by",))
        await asyncio.sleep(0)
        busy, ready = Counter(dict(map(tuple, open))), Counter(dict(map(tuple, done)))
        people = sorted({*busy, *ready}, key=lambda id: (-busy[id], -ready[id], id))
        return [
            Load(consultant=id, open=self._of(id, "load_open", busy[id]),
                 done=self._of(id, "load_done", ready[id]))
            for id in people[: model.CONSULTANTS]
        ]  # fmt: skip

    def _of(self, consultant: str, figure: FigureName, count: int) -> Count:
        return Count(count=count, list=self._links.of(figure, only={"consultant": consultant}))
