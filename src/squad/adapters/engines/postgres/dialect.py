"""What the shared SQL becomes in PostgreSQL's own."""

import re
from functools import lru_cache

TYPES = {
    "blob": "bytea",
    "real": "double precision",
    "integer": "bigint",
    "text": 'text collate "C"',  # ordered by bytes, as SQLite does
}
_SKIP = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/"
_HOLES = re.compile(rf"({_SKIP})|(\?)", re.DOTALL)
_TABLES = re.compile(rf"(?:{_SKIP}|[^;'\"])+", re.DOTALL)
_SHAPED = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:create table|alter table)\b", re.IGNORECASE)
# A type follows a column's name; a column may itself be named like a type.
_TYPED = re.compile(rf"({_SKIP})|(?<=\w\s)\b({'|'.join(TYPES)})\b", re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(r"create table(?: if not exists)? (\w+)", re.IGNORECASE)


@lru_cache(maxsize=1024)
def pieces(sql: str) -> tuple[str, ...]:
    """This will cut a statement at its `?`; those in texts, names and comments are not holes."""
    found, start = [], 0
    for match in _HOLES.finditer(sql):
        if match[2]:
            found.append(sql[start : match.start()])
            start = match.end()
    return (*found, sql[start:])


@lru_cache(maxsize=1024)
def numbered(sql: str) -> str:
    """This will write `$1`, `$2` … for each `?`."""
    first, *rest = pieces(sql)
    return first + "".join(f"${number}{piece}" for number, piece in enumerate(rest, 1))


def typed(script: str) -> str:
    """This will give a schema's columns the types that hold what SQLite's hold."""
    return _TABLES.sub(lambda match: _columns(match[0]), script)


def tables(script: str) -> str:
    """This will list the tables that a script makes."""
    return ",".join(_NAMED.findall(script))


def quoted(name: str) -> str:
    """This will quote a name."""
    return '"' + name.replace('"', '""') + '"'


def _columns(statement: str) -> str:
    if not _SHAPED.match(statement):
        return statement
    return _TYPED.sub(lambda match: match[1] or TYPES[match[2].lower()], statement)
