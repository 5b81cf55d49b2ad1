"""The index port on OpenSearch: state lives there, so that several processes may write and ask.

An alias names the living generation, a second one that which a rebuild or `compact` fills.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from squad.adapters.engines.fields import Change
from squad.adapters.engines.marks import Marker
from squad.adapters.engines.opensearch import asks, layout
from squad.adapters.engines.opensearch.client import Cluster, Write, check, read
from squad.adapters.engines.opensearch.shelf import Shelf
from squad.adapters.engines.terms import LONGEST, Plan
from squad.adapters.engines.words import fold, words
from squad.ports.clock import Clock
from squad.ports.index import DEEPEST, Entry, Found, Hit, Query

LARGEST: Final = 200  # hits on a page
_STEP = 500  # entries copied at a time
_KEPT = "2m"  # between two steps
_MISSING, _CONFLICT = 404, 409


class OpenSearchIndex:
    """Writes are durable with the answer and seen after a refresh."""

    def __init__(self, cluster: Cluster, shelf: Shelf, whole: bool) -> None:
        self._cluster: Final = cluster
        self._shelf: Final = shelf
        self._own = ""  # the index that a rebuild of this process fills
        self._whole = whole
        self._writing: Final = asyncio.Lock()

    @property
    def wants_rebuild(self) -> bool:
        """True from an open that found no index of this format that was filled."""
        return not self._whole

    async def put(self, entries: Sequence[Entry]) -> None:
        """This will add or replace entries. Raises ValueError, Unavailable."""
        changes = [layout.change(entry) for entry in entries]
        if not changes:
            return
        writes = await asyncio.to_thread(self._writes, changes)
        async with self._writing:
            if await self._shelf.filling():
                writes = await self._ahead(writes)
            statuses = await self._cluster.bulk(writes)
        if _MISSING in statuses:
            raise self._shelf.gone()

    async def remove(self, ids: Sequence[str]) -> None:
        """This will remove entries. Raises Unavailable."""
        documents = list(dict.fromkeys(layout.id_of(id) for id in ids))
        if not documents:
            return
        async with self._writing:
            if await self._shelf.filling():
                await self._cluster.bulk(await self._tombstones(documents))
            await self._cluster.bulk([Write(self._shelf.living, id) for id in documents])

    async def flush(self) -> None:
        """This will refresh: what was put was durable before. Raises Unavailable."""
        async with self._writing:
            await self._shelf.refresh()

    async def get(self, ids: Sequence[str]) -> list[Entry]:
        """This will give entries in the order of the ids. Raises Unavailable."""
        found = await self._fetch(self._shelf.living, [layout.id_of(id) for id in ids], "entry")
        return [layout.entry(it["_source"]) for it in found if it.get("found")]

    async def search(self, query: Query) -> Found:
        """This will find entries by words, in two requests. Raises ValueError, Unavailable."""
        if not query.text.strip():
            everything = {"bool": {"filter": asks.within(query)}}
            return await self._page(query, everything, [], Plan((), frozenset(), frozenset()))
        typed = asks.typed(query.text)
        asks.place(query.after, 3)
        if not typed:
            return Found((), 0, "")
        answer = await self._search(asks.about(typed, query.private))
        meant = await asyncio.to_thread(asks.meaning, query.text, typed, answer)
        wanted = asks.find(meant, query)
        if wanted is None:
            return Found((), 0, "")
        return await self._page(query, wanted, ["_score"], meant.plan)

    async def suggest(self, prefix: str, query: Query, limit: int) -> list[str]:
        """This will complete a prefix to titles; with one slip in its last word if need be."""
        typed = [fold(word) for word in words(prefix)[:LONGEST]]
        for slip in (False, True):
            ask = asks.complete(typed, slip, query, min(limit, LARGEST)) if typed else None
            if limit > 0 and ask is not None:
                hits = (await self._search(ask))["hits"]["hits"]
                if hits:
                    return [layout.entry(hit["_source"]).title for hit in hits]
        return []

    async def count(self) -> int:
        """This will count what is flushed in the living generation. Raises Unavailable."""
        answer = await self._cluster.call("GET", f"/{self._shelf.living}/_count")
        if not answer:
            raise self._shelf.gone()
        return int(answer["count"])

    async def begin(self) -> None:
        """This will start a second generation. Raises Unavailable."""
        async with self._writing:
            self._own = await self._shelf.start()

    async def finish(self) -> None:
        """This will swap generations. Raises RuntimeError, Unavailable."""
        if not self._own:
            raise RuntimeError("no rebuild was begun")
        async with self._writing:
            if not await self._shelf.swap(self._own, whole=True):
                self._own = ""
                raise RuntimeError("another process began a rebuild")
            self._own, self._whole = "", True

    async def compact(self) -> None:
        """This will copy the living generation step by step and swap. Raises Unavailable."""
        async with self._writing:
            await self._shelf.drop_stale()
            if await self._shelf.filling():
                return
            copy = await self._shelf.start()
            await self._shelf.refresh()
        try:
            await self._copy(copy)
        finally:
            async with self._writing:
                await self._shelf.abandon(copy)

    async def close(self) -> None:
        """This will flush and let go of the connections; a rebuild under way is lost."""
        try:
            await self.flush()
        finally:
            await self._cluster.close()

    def _writes(self, changes: Iterable[Change]) -> list[Write]:
        return [
            Write(
                self._shelf.living,
                layout.id_of(change.entry.id),
                layout.document(change),
                layout.version_of(change.entry),
            )
            for change in changes
        ]

    async def _ahead(self, writes: Sequence[Write]) -> list[Write]:
        """Writes to the second generation, and gives what may go to the living one as well."""
        second = [replace(it, index=self._shelf.next) for it in writes]
        statuses = await self._cluster.bulk(second)
        late = {it.id for it, s in zip(writes, statuses, strict=True) if s == _CONFLICT}
        found = await self._fetch(self._shelf.next, sorted(late), "gone")
        gone = {it["_id"] for it in found if it.get("_source", {}).get("gone")}
        return [write for write in writes if write.id not in gone]

    async def _tombstones(self, ids: Sequence[str]) -> list[Write]:
        """What keeps removed entries out: documents with the highest version known."""
        versions = dict.fromkeys(ids, -1)
        for index in (self._shelf.living, self._shelf.next):
            for it in await self._fetch(index, ids, ""):
                if it.get("found"):
                    versions[it["_id"]] = max(versions[it["_id"]], it["_version"])
        return [
            Write(
                self._shelf.next,
                id,
                {"gone": True},
                layout.LAST if version < 0 else version,
                "external_gte",
            )
            for id, version in versions.items()
        ]

    async def _fetch(self, index: str, ids: Sequence[str], field: str) -> list[Any]:
        """Documents in the order of the ids, found or not, unflushed changes included."""
        if not ids:
            return []
        body = {"ids": ids}
        answer = await self._cluster.call("POST", f"/{index}/_mget", body, _source=field or "false")
        return list(answer.get("docs", ()))

    async def _search(self, body: Any) -> Any:
        answer = await self._cluster.call("POST", f"/{self._shelf.living}/_search", body)
        if not answer or answer["timed_out"] or answer["_shards"]["failed"]:
            raise self._shelf.gone()
        return answer

    async def _page(self, query: Query, wanted: Any, order: list[Any], plan: Plan) -> Found:
        order = [*order, {"at": "desc"}, {"id": "asc"}]
        start = asks.place(query.after, len(order))
        size = min(max(query.limit, 0), LARGEST, max(0, DEEPEST - start.seen))
        body = {"query": wanted, "size": size, "track_total_hits": True, "_source": ["entry"]}
        body |= {"sort": order} | ({"search_after": start.after} if start.after else {})
        found = (await self._search(body))["hits"]
        raw, total = found["hits"], int(found["total"]["value"])
        hits = await asyncio.to_thread(_hits, raw, plan, query.private)
        seen = start.seen + len(raw)
        more = raw and seen < min(total, DEEPEST)
        return Found(hits, total, asks.cursor(asks.Place(seen, raw[-1]["sort"])) if more else "")

    async def _copy(self, copy: str) -> None:
        """Copies what is flushed; what others put and remove comes between two steps."""
        body: Any = {"size": _STEP, "sort": ["_doc"], "version": True}
        path = f"/{self._shelf.living}/_search"
        page = await self._cluster.call("POST", path, body, scroll=_KEPT)
        while await self._copied(page, copy):
            body = {"scroll": _KEPT, "scroll_id": page["_scroll_id"]}
            page = await self._cluster.call("POST", "/_search/scroll", body)

    async def _copied(self, page: Any, copy: str) -> bool:
        """Copies a page. False: it was the last one, or a rebuild has begun."""
        async with self._writing:
            if not await self._shelf.filling(copy):
                return False
            if not page:
                raise self._shelf.gone()
            hits = page["hits"]["hits"]
            if not hits:
                await self._shelf.swap(copy, whole=self._whole)
                return False
            await self._cluster.bulk(
                [Write(self._shelf.next, it["_id"], it["_source"], it["_version"]) for it in hits]
            )
            return True


def _hits(raw: Iterable[Any], plan: Plan, private: bool) -> list[Hit]:
    markers: dict[str, Marker] = {}
    return [_hit(each, plan, private, markers) for each in raw]


def _hit(raw: Any, plan: Plan, private: bool, markers: dict[str, Marker]) -> Hit:
    entry = layout.entry(raw["_source"])
    marker = markers.setdefault(entry.language, Marker(plan, entry.language))
    texts = entry.title, entry.body, entry.private if private else ""
    shown = tuple(text for text in map(marker.highlight, texts) if text is not None)
    score = raw["sort"][0] if plan.slots else 0.0
    return Hit(entry.id, entry.kind, score, entry.payload, shown)


async def open(url: str, clock: Clock) -> OpenSearchIndex:
    """This will open `opensearch:http[s]://[user:password@]host[:port][?prefix=squad]`.

    Raises:
        ValueError: not such a URL, not OpenSearch, or one too old.
        Unavailable: it does not answer, or refuses the user.
    """
    address = read(url)
    cluster = Cluster(address)
    try:
        await check(cluster)
        shelf = Shelf(cluster, address, clock)
        return OpenSearchIndex(cluster, shelf, await shelf.settle())
    except BaseException:
        await cluster.close()
        raise
