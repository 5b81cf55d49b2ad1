"""Units as functions: what units of one shape do, in order, in one round trip, plans kept.

A session makes a function (in pg_temp, gone with the session) for every sequence of statements
that it meets. The function runs them one after the other, counts rows, and takes the unit back
alone when it is refused: units that are sent together stand or fall each by itself.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from squad.adapters.engines.postgres.dialect import numbered, pieces
from squad.ports.database import Statement
from squad.ports.unit import Cause, Letter

DUPLICATE = "duplicate"
CHANGED = "SQ001"  # a guarded statement met another number of rows
# Parameters go in one array per kind, for a function takes 100 arguments at most.
KINDS = {
    "int2": "i", "int4": "i", "int8": "i", "float4": "f", "float8": "f", "text": "t",
    "varchar": "t", "bpchar": "t", "name": "t", "unknown": "t", "bytea": "y", "bool": "o",
}  # fmt: skip
ARRAYS = {"i": "bigint[]", "f": "double precision[]", "t": "text[]", "y": "bytea[]", "o": "bool[]"}
_LEDGER = (
    "_cause text, _print bytea, _answer bytea, _at double precision, _ids text[], _types text[],"
    " _subjects text[], _bodies bytea[], _counts int[]"
)

Shape = tuple[tuple[str, int | None], ...]


class Unit(NamedTuple):
    """One unit, waiting. at: seconds since 1970."""

    cause: Cause
    writes: Sequence[Statement]
    letters: Sequence[Letter]
    answer: bytes
    at: float


def shape_of(writes: Sequence[Statement]) -> Shape:
    """This will name what a unit does: its statements in order, repeated ones once."""
    last: tuple[str, int | None] | None = None
    shape = []
    for sql, _, rows in writes:
        if (sql, rows) != last:
            last = (sql, rows)
            shape.append(last)
    return tuple(shape)


class Routine:
    """The function of one shape. kinds: of each statement's parameters, in order."""

    def __init__(self, shape: Shape, kinds: Sequence[str]) -> None:
        self.shape = shape
        self._kinds = kinds
        body = _body(shape, kinds)
        self.name = f"pg_temp.unit_{hashlib.sha256(body.encode()).hexdigest()[:20]}"
        arguments = ", ".join([_LEDGER, *(f"_{kind} {type}" for kind, type in ARRAYS.items())])
        self.definition = (
            f"create or replace function {self.name}({arguments}) returns text"
            f" language plpgsql as $unit$\n{body}\n$unit$"
        )
        holes = ", ".join(f"${number}" for number in range(1, 10 + len(ARRAYS)))
        self.call = f"select {self.name}({holes})"

    def arguments(self, unit: Unit) -> tuple[Any, ...]:
        """This will lay out a unit for the call."""
        values: dict[str, list[Any]] = {kind: [] for kind in ARRAYS}
        counts = []
        runs = groupby(unit.writes, lambda write: (write.sql, write.rows))
        for kinds, (_, run) in zip(self._kinds, runs, strict=True):
            count = 0
            for write in run:
                count += 1
                for kind, value in zip(kinds, write.parameters, strict=True):
                    values[kind].append(value)
            counts.append(count)
        cause, letters = unit.cause, unit.letters
        return (
            cause.id, cause.fingerprint, unit.answer, unit.at, [one.id for one in letters],
            [one.type for one in letters], [one.subject for one in letters],
            [one.body for one in letters], counts, *values.values(),
        )  # fmt: skip


def kinds_of(sql: str, types: Iterable[str]) -> str:
    """This will give the kinds of a statement's parameters. Raises ValueError: not shared SQL."""
    found = [KINDS.get(type) for type in types]
    if None in found:
        raise ValueError(f"a parameter of a type that SQLite does not have: {numbered(sql)}")
    return "".join(kind for kind in found if kind)


def _body(shape: Shape, kinds: Sequence[str]) -> str:
    lines = [
        "#variable_conflict use_column",
        "declare _rows bigint; " + " ".join(f"_b{kind} int := 0;" for kind in ARRAYS),
        "begin",
        "if _cause <> '' then",
        "insert into inbox values (_cause, _print, _answer, _at) on conflict do nothing;",
        f"if not found then return '{DUPLICATE}'; end if;",
        "end if;",
    ]
    for number, ((sql, rows), given) in enumerate(zip(shape, kinds, strict=True), 1):
        lines += [f"for _n in 1.._counts[{number}] loop", _filled(sql, given), ";"]
        if rows is not None:
            lines += [
                "get diagnostics _rows = row_count;",
                f"if _rows <> {rows} then raise exception using errcode = '{CHANGED}',"
                f" message = 'changed ' || _rows || ' rows, not {rows}'; end if;",
            ]
        lines += [
            f"_b{kind} := _b{kind} + {given.count(kind)};" for kind in ARRAYS if kind in given
        ]
        lines.append("end loop;")
    return "\n".join([*lines, *_END])


_END = (
    "insert into outbox(id, type, subject, body, at)",
    "select l.id, l.type, l.subject, l.body, _at",
    "from unnest(_ids, _types, _subjects, _bodies) with ordinality"
    " as l(id, type, subject, body, place) order by l.place;",
    "return null;",
    f"exception when integrity_constraint_violation or sqlstate '{CHANGED}' then",
    "return 'conflict: ' || sqlerrm;",
    "end",
)


def _filled(sql: str, kinds: str) -> str:
    """The statement with its parameters taken out of the arrays."""
    first, *rest = pieces(sql)
    seen = dict.fromkeys(ARRAYS, 0)
    text = first
    for kind, piece in zip(kinds, rest, strict=True):
        seen[kind] += 1
        text += f"_{kind}[_b{kind} + {seen[kind]}]{piece}"
    return text
