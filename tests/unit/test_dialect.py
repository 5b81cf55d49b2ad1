"""The shared SQL as PostgreSQL takes it."""

import pytest

from squad.adapters.engines.postgres.dialect import numbered, tables, typed
from squad.adapters.engines.postgres.shapes import kinds_of, shape_of
from squad.ports.database import Statement
from squad.services.identity.store import MIGRATIONS as IDENTITY
from squad.services.tickets.store import MIGRATIONS as TICKETS


@pytest.mark.parametrize(
    ("sql", "taken"),
    [
        ("select 1", "select 1"),
        ("select ? where a = ? or b in (?, ?)", "select $1 where a = $2 or b in ($3, $4)"),
        ("select '?', 'it''s ?' where a = ?", "select '?', 'it''s ?' where a = $1"),
        ('select "a?" from t -- ?\nwhere a = ?', 'select "a?" from t -- ?\nwhere a = $1'),
        ("select /* ? \n ? */ ?", "select /* ? \n ? */ $1"),
    ],
)
def test_numbers_the_parameters(sql: str, taken: str) -> None:
    """Each `?` gets its number; one in a text, a name or a comment is left alone."""
    assert numbered(sql) == taken


def test_gives_columns_their_types() -> None:
    """A type is translated, a column named like one is not, and nothing else is touched."""
    script = (
        "-- why\ncreate table files(blob text not null, body blob, text text default 'a; blob',"
        " at real, n integer);\ninsert into files select blob, 'x integer', text from old;\n"
        "alter table files add more blob;\n"
    )

    assert typed(script) == (
        '-- why\ncreate table files(blob text collate "C" not null, body bytea,'
        " text text collate \"C\" default 'a; blob', at double precision, n bigint);\n"
        "insert into files select blob, 'x integer', text from old;\n"
        "alter table files add more bytea;\n"
    )


def test_knows_the_tables_of_a_service() -> None:
    """What tells one service's schema from another's."""
    assert tables(IDENTITY[0]) == "people,tags,guards,schedules,entries,grants"
    assert tables(TICKETS[0]) == "tickets,history,messages,attachments,people"


def test_names_a_shape_whatever_the_number_of_repeats() -> None:
    """One or fifty tags are one shape: the database learns few functions."""
    update, tag = Statement("update a", (), 1), Statement("insert into b values (?)", ("x",))

    assert shape_of([update, tag]) == shape_of([update, tag, tag, tag])
    assert shape_of([update, tag]) != shape_of([tag, update])
    assert shape_of([]) == ()


def test_refuses_parameters_that_are_not_shared() -> None:
    """A type that SQLite does not have is a bug of the service, and says which statement."""
    assert kinds_of("select ?, ?", ["text", "int4"]) == "ti"
    with pytest.raises(ValueError, match=r"select \$1"):
        kinds_of("select ?", ["jsonb"])
