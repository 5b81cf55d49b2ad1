"""Documents: a key-value store of one service (partition, sort, document), with inbox and outbox."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from squad.ports.unit import Ledger


class Document(msgspec.Struct, frozen=True):
    """One stored item.

    version: 1 when made, + 1 with every put.
    """

    table: str
    partition: str
    sort: str
    body: bytes
    version: int


class Put(msgspec.Struct, frozen=True):
    """A write of one document.

    body: None removes it.
    version: what must be stored now for the write to hold (0: nothing may be there);
        another state is a Conflict. None: whatever is there.
    keep: seconds after which the store may forget it; None: for ever.
    """

    table: str
    partition: str
    sort: str
    body: bytes | None
    version: int | None = None
    keep: float | None = None


class Documents(Ledger[Put], Protocol):
    """Documents found by key, and listed by partition in the order of `sort`."""

    async def get(self, table: str, partition: str, sort: str) -> Document | None:
        """This will read one document, as of the last commit that returned."""
        ...

    async def list(
        self,
        table: str,
        partition: str,
        *,
        prefix: str = "",
        after: str = "",
        limit: int = 50,
        newest_first: bool = False,
    ) -> list[Document]:
        """This will list documents of a partition by `sort`, starting beyond `after` ("": the end)."""
        ...

    async def close(self) -> None:
        """This will finish what was accepted and let go of the files."""
        ...
