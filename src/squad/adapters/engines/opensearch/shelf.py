"""The generations of an index in OpenSearch: started, swapped and dropped behind two aliases."""

from typing import Any, Final
from uuid import uuid4

from squad.adapters.engines.opensearch import layout
from squad.adapters.engines.opensearch.client import SETTING, SLOW, Address, Cluster
from squad.ports.clock import Clock
from squad.ports.unit import Unavailable

STALE = 6 * 3600.0  # s after which nobody fills a second generation any more


class Shelf:
    """Knows generations by aliases only, for another process may have swapped them.

    living: alias of the one that answers. next: alias of the one that is being filled, if any.
    Every method raises Unavailable.
    """

    def __init__(self, cluster: Cluster, address: Address, clock: Clock) -> None:
        self.living: Final = f"{address.prefix}-{layout.FORMAT}"
        self.next: Final = f"{self.living}-next"
        self._cluster: Final = cluster
        self._address: Final = address
        self._clock: Final = clock

    async def settle(self) -> bool:
        """This will find the living generation, or start an empty one.

        True: a rebuild has filled it.
        """
        await self.drop_stale()
        if not await self._named(self.living):
            # One name for all: of two processes that open at once only one makes it.
            await self._make(f"{self.living}-first", self.living)
        about = await self._cluster.call("GET", f"/{self.living}/_mapping")
        metas = [it["mappings"].get("_meta", {}) for it in about.values()]
        return bool(metas) and all(meta.get("whole") for meta in metas)

    async def start(self) -> str:
        """This will start an empty next generation, and drop an unfinished one."""
        for index in await self._named(self.next):
            await self._drop(index)
        index = f"{self.living}-{uuid4().hex[:12]}"
        await self._make(index, self.next)
        return index

    async def filling(self, index: str = "") -> bool:
        """This will tell whether this index, or any, is being filled."""
        named = await self._named(self.next)
        return index in named if index else bool(named)

    async def swap(self, index: str, *, whole: bool) -> bool:
        """This will make an index the living one. False: it is no longer the next one."""
        if index in await self._named(self.living):
            return True  # the answer to an earlier try was lost
        if not await self.filling(index):
            return False
        await self._cluster.call("POST", f"/{index}/_refresh", timeout=SLOW)
        gone = {"query": {"term": {"gone": True}}}
        path = f"/{index}/_delete_by_query"
        await self._cluster.call("POST", path, gone, timeout=SLOW, refresh="true")
        await self._cluster.call("PUT", f"/{index}/_mapping", {"_meta": layout.meta(whole=whole)})
        old = [name for name in await self._all() if name != index]
        actions: list[Any] = [
            {"remove": {"index": index, "alias": self.next}},
            {"add": {"index": index, "alias": self.living, "is_write_index": True}},
            *({"remove_index": {"index": name}} for name in old),
        ]
        await self._cluster.call("POST", "/_aliases", {"actions": actions}, timeout=SLOW)
        return True

    async def abandon(self, index: str) -> None:
        """This will drop an index that did not become the living one."""
        if await self.filling(index):
            await self._drop(index)

    async def drop_stale(self) -> None:
        """This will drop a next generation that its process left behind."""
        path = f"/{self.next}/_settings/index.creation_date"
        now = self._clock.now().timestamp()
        for index, about in (await self._cluster.call("GET", path)).items():
            made = int(about["settings"]["index"]["creation_date"]) / 1e3
            if now - made > STALE:
                await self._drop(index)

    async def refresh(self) -> None:
        """This will make visible what was written to both generations."""
        path = f"/{self.living},{self.next}/_refresh"
        answer = await self._cluster.call("POST", path, timeout=SLOW, ignore_unavailable="true")
        shards = answer.get("_shards", {})
        if shards.get("failed") or not shards.get("successful"):
            raise self.gone()

    def gone(self) -> Unavailable:
        """This will say that the living generation is not there, or not whole."""
        return Unavailable(
            f"{SETTING}: OpenSearch has no whole index {self.living!r}; is a shard or the index"
            " lost? Restart the node to start an empty one and fill it"
        )

    async def _named(self, alias: str) -> list[str]:
        """The indices that an alias names: one, or none."""
        return sorted(await self._cluster.call("GET", f"/_alias/{alias}"))

    async def _all(self) -> list[str]:
        """Our indices of this format and of those before."""
        path = f"/{self._address.prefix}-*"
        found = await self._cluster.call("GET", path, filter_path="*.settings.index.uuid")
        return [name for name in found if int(name.split("-")[1]) <= layout.FORMAT]

    async def _make(self, index: str, alias: str) -> None:
        body = {
            "settings": layout.settings(self._address),
            "mappings": layout.mappings(whole=False),
            "aliases": {alias: {"is_write_index": True}},
        }
        await self._cluster.call("PUT", f"/{index}", body, timeout=SLOW, fine=_EXISTS)

    async def _drop(self, index: str) -> None:
        await self._cluster.call("DELETE", f"/{index}", timeout=SLOW)


_EXISTS = "resource_already_exists_exception"
