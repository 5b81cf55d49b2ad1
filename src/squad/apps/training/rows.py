"""What a model is trained on: tickets out of a file of another system or of our own history."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from squad.adapters.engines.guess.memory import WHEN
from squad.apps.imports.table import Refused, Row, Unreadable, read


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which columns of a CSV file mean what.

    targets: column by what is proposed. fields: columns known when a ticket is logged.
    text: columns that are put together. updated: where a ticket has several rows, when each was
    written; then the first row says what was known, the last what became of it.
    opened, done: times; without `opened` the order of the rows is the order in time.
    remember: fields that are remembered together; "when" is one that every ticket has.
    labels: what a value there is called here.
    """

    id: str
    targets: Mapping[str, str]
    text: Sequence[str] = ()
    fields: Sequence[str] = ()
    opened: str = ""
    done: str = ""
    updated: str = ""
    remember: Sequence[Sequence[str]] = ()
    labels: Mapping[str, Mapping[str, str]] = {}

    @property
    def named(self) -> list[str]:
        """This will list every column that must be there."""
        single = [self.id, self.opened, self.done, self.updated]
        several = [*self.targets.values(), *self.text, *self.fields]
        return list(dict.fromkeys(name for name in (*single, *several) if name))


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket: what was known when it was logged, and what became of it.

    opened, done: epoch seconds; from `done` on its outcome is known. outcomes: at the end, by
    target. moves: the outcomes as they stood, each with the time from when. first: what a person
    chose first, where that is known.
    """

    id: str
    text: str
    fields: Mapping[str, str]
    outcomes: Mapping[str, str]
    opened: float
    done: float
    moves: Sequence[tuple[float, Mapping[str, str]]] = ()
    first: Mapping[str, str] = {}
    skills: Mapping[str, int] = {}
    minutes: float = 0.0


Progress = Callable[[int], None]


def load(path: Path, columns: Columns, progress: Progress = lambda read: None) -> list[Sample]:
    """This will read a CSV file in the order in which its tickets were logged.

    Rows that are broken, and tickets without any outcome, are left out.

    Raises:
        Unreadable: not such a file, or columns are missing, or a time is none.
    """
    found: dict[str, list[Row]] = {}
    for row in read(path, columns.named, progress):
        if not isinstance(row, Refused):
            found.setdefault(row.fields[columns.id], []).append(row)
    samples = [_sample(rows, columns) for rows in found.values()]
    whole = [sample for sample in samples if sample.outcomes]
    return sorted(whole, key=lambda sample: (sample.opened, sample.id))


def _sample(rows: Sequence[Row], columns: Columns) -> Sample:
    if columns.updated:
        rows = sorted(rows, key=lambda row: _time(row, columns.updated))
    first, last = rows[0].fields, rows[-1].fields
    opened = _time(rows[0], columns.opened) if columns.opened else float(rows[0].line)
    known = columns.done if columns.done and last[columns.done] else columns.updated
    done = max(opened, _time(rows[-1], known)) if known else opened
    moves = [(max(opened, at), stands) for at, stands in _moves(rows, columns, done)]
    outcomes: dict[str, str] = {}
    for at, stands in moves:
        outcomes |= stands
        done = max(done, at)  # reopened and given to others: not known before
    return Sample(
        id=first[columns.id],
        text="\n".join(first[name] for name in columns.text),
        fields={name: first[name] for name in columns.fields},
        outcomes=outcomes,
        opened=opened,
        done=done,
        moves=moves,
        first=moves[0][1] if columns.updated and moves else {},
    )


def _moves(
    rows: Sequence[Row], columns: Columns, done: float
) -> Iterator[tuple[float, Mapping[str, str]]]:
    """Each change of an outcome. What has no time of its own was known when the ticket was done."""
    before: Mapping[str, str] = {}
    for row in rows:
        stands = {t: row.fields[name] for t, name in columns.targets.items() if row.fields[name]}
        stands = {t: columns.labels.get(t, {}).get(v, v) for t, v in stands.items()}
        if stands and stands != before:
            yield (_time(row, columns.updated) if columns.updated else done), stands
            before = stands


def _time(row: Row, column: str) -> float:
    text = row.fields[column]
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unreadable(
            f"Line {row.line}, {column}: {text[:40]!r} is no time. Write 2026-03-02T17:00."
        ) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def mapping(path: Path) -> Columns:
    """This will read a mapping, TOML. Raises Unreadable: not one, with the field."""
    try:
        columns = msgspec.toml.decode(path.read_bytes(), type=Columns)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} is no mapping: {error}") from error
    if not columns.targets or not (columns.text or columns.remember):
        raise Unreadable(f"{path}: name targets, and text or remember")
    strange = {name for key in columns.remember for name in key} - {*columns.fields, WHEN}
    if strange:
        raise Unreadable(f"{path}: remember names {', '.join(sorted(strange))}, not in fields")
    return columns
