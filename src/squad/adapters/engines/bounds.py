"""Bounds of a unit of documents: what every store can take, checked before it is asked."""

from collections.abc import Sequence

from squad.ports.documents import BODY, ITEMS, PARTITION, SORT, UNIT, Put
from squad.ports.unit import Letter


def check(writes: Sequence[Put], letters: Sequence[Letter], answer: bytes) -> None:
    """This will hold a unit against the port's bounds. Raises ValueError: it is over one."""
    if len(writes) + len(letters) > ITEMS:
        raise ValueError(f"{len(writes)} documents and {len(letters)} letters are over {ITEMS}")
    if len({(put.table, put.partition, put.sort) for put in writes}) < len(writes):
        raise ValueError("one document twice in a unit")
    bodies = [put.body or b"" for put in writes] + [letter.body for letter in letters] + [answer]
    sizes = [len(body) for body in bodies]
    if max(sizes) > BODY:
        raise ValueError(f"a body of {max(sizes)} bytes is over {BODY}")
    if sum(sizes) > UNIT:
        raise ValueError(f"a unit of {sum(sizes)} bytes is over {UNIT}")
    for put in writes:
        if len(f"{put.table}{put.partition}".encode()) > PARTITION or len(put.sort.encode()) > SORT:
            raise ValueError(f"a key in {put.table!r} is too long")
