"""Rows of the words by which people are found."""

from collections.abc import Sequence
from typing import Any

from squad.ports.database import Statement
from squad.services.identity.model.handles import Handle

FOUND = (
    "p.id in (select h.person from handles h where h.stem = ? and h.kind = ?"
    " and substr(h.value, 1, ?) = ?)"
)


def add_handles(person: str, handles: frozenset[Handle]) -> list[Statement]:
    """This will keep the words that lead to a person."""
    if not handles:
        return []
    rows = ", ".join(["(?, ?, ?, ?)"] * len(handles))
    values = [text for one in sorted(handles) for text in (one.stem, one.kind, one.value, person)]
    sql = f"insert into handles(stem, kind, value, person) values {rows}"
    return [Statement(sql, tuple(values))]


def drop_handles(person: str) -> Statement:
    """This will forget the words that lead to a person."""
    return Statement("delete from handles where person = ?", (person,))


def all_known() -> Statement:
    """This will remember that everybody's words are kept."""
    return Statement("update guards set version = 1 where name = 'handles'", ())


def given(asked: Sequence[Handle]) -> list[Any]:
    """This will give the values that FOUND asks for, once for each handle."""
    return [value for one in asked for value in (one.stem, one.kind, len(one.value), one.value)]
