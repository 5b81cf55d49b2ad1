"""Sign-ins: how every directory compares mails and passwords, and bounds how many wait."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from squad.ports.unit import Unavailable

WAITING = 64  # sign-ins that wait at most


def normal(mail: str) -> str:
    """This will give the form in which mails are compared."""
    return unicodedata.normalize("NFKC", mail).strip().casefold()


def composed(password: str) -> str:
    """Keyboards differ in how they compose letters (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


class Queue:
    """Lets few at once do what is dear, and few stand in line."""

    def __init__(self, abreast: int) -> None:
        self._slots = asyncio.Semaphore(abreast)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """This will wait for one's turn. Raises Unavailable: too many wait already."""
        if self._waiting >= WAITING:
            raise Unavailable("too many sign-ins at once")
        self._waiting += 1
        try:
            async with self._slots:
                yield
        finally:
            self._waiting -= 1
