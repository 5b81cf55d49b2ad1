"""Documents: one service's key-value store (partition, sort, body), with inbox and outbox."""

from typing import Protocol

import msgspec

from squad.ports.unit import Ledger

# Bounds of a unit. Amazon DynamoDB takes 100 items a transaction (the inbox row is one), 400 KB an
# item, and keys of 2,048 and 1,024 bytes. UNIT is a request of 1 MiB: sending it holds nobody up.
ITEMS = 99  # documents and letters together
BODY = 350_000  # bytes of one body, letter or answer
UNIT = 700_000  # bytes of all of them together
PARTITION = 1_500  # bytes of table and partition together, UTF-8
SORT = 1_000  # bytes, UTF-8


class Document(msgspec.Struct, frozen=True):
    """One stored item.

    version: 1 when made (also after it was removed or had expired), + 1 with every put.
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
    keep: seconds after which it is gone for readers and guards, and its space is freed some time
        later (`prune`); None: for ever. Each put sets it anew.
    """

    table: str
    partition: str
    sort: str
    body: bytes | None
    version: int | None = None
    keep: float | None = None


class Documents(Ledger[Put], Protocol):
    """Documents found by key, and listed by partition in the order of `sort` (its UTF-8 bytes).

    A unit holds at most ITEMS documents and letters together, each document once, and no more
    bytes than BODY, UNIT, PARTITION and SORT allow; another is a bug of the caller: `commit`
    raises ValueError. `prune` also frees what has expired.
    """

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
        """This will list documents of a partition by `sort`, from beyond `after`.

        prefix: what `sort` begins with. after: a `sort` that need not exist; "" starts at the end
            that comes first.
        """
        ...

    async def close(self) -> None:
        """This will finish what was accepted and let go of the files."""
        ...
