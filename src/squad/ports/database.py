"""Database: relational tables of one service, with its inbox and outbox."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from squad.ports.unit import Ledger

Row = Sequence[Any]


class Statement(NamedTuple):
    """One write.

    sql: in the SQL that SQLite and PostgreSQL share, `?` for each parameter: an integer, a
        float, text without the character 0, bytes, a bool or None.
    rows: how many rows it must change; another count is a Conflict. None: any.
    """

    sql: str
    parameters: tuple[Any, ...] = ()
    rows: int | None = None


class Database(Ledger[Statement], Protocol):
    """Tables of one service. Nobody else reads them."""

    async def migrate(self, steps: Sequence[str]) -> None:
        """This will bring the schema to the last step; each step runs once, in order, ever.

        steps: SQL scripts, append only; a statement ends with `;` at the end of a line. A step
            that fails leaves nothing of itself. Types are `integer` (64 bits), `real` (double
            precision), `text` (ordered by its UTF-8 bytes) and `blob`.

        Raises ValueError: the schema is newer: it has more steps than these. Unavailable.
        """
        ...

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """This will read committed rows; it sees every unit whose commit has returned.

        Raises Unavailable: the database does not answer.
        """
        ...

    async def close(self) -> None:
        """This will finish what was accepted and let go of the files."""
        ...
