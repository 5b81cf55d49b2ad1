"""The table of people's settings."""

import msgspec

from squad.ports.database import Database, Statement
from squad.services.identity.model.settings import Settings


def keep_settings(person: str, version: int, body: bytes) -> Statement:
    """This will keep the next version; another version than the one before there is a Conflict."""
    if version == 1:
        return Statement("insert into settings values (?, ?, ?)", (person, version, body))
    return Statement(
        "update settings set version = ?, body = ? where person = ? and version = ?",
        (version, body, person, version - 1),
        1,
    )


def drop_settings(person: str) -> Statement:
    """This will forget somebody's settings."""
    return Statement("delete from settings where person = ?", (person,))


class Chosen:
    """Reads of settings."""

    def __init__(self, database: Database) -> None:
        self._fetch = database.fetch

    async def of(self, person: str) -> Settings:
        """This will load somebody's settings; version 0 where nothing was kept."""
        rows = await self._fetch("select version, body from settings where person = ?", (person,))
        if not rows:
            return Settings()
        return Settings(version=rows[0][0], settings=msgspec.json.decode(rows[0][1]))
