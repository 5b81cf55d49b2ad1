"""A wire between a client and a server that a test can cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Wire:
    """Passes bytes on. After `deafen` what the server says is lost, and then the wire is cut."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._deaf = False
        self._ends: list[asyncio.StreamWriter] = []
        self.port = 0

    @property
    def url(self) -> str:
        """This will give the server's URL, through the wire."""
        assert self._to.port is not None
        return self._to.geturl().replace(f":{self._to.port}/", f":{self.port}/")

    def deafen(self) -> None:
        """This will lose the server's next answer and cut the connection there; others live."""
        self._deaf = True

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Called by the server socket."""
        far, away = await asyncio.open_connection(self._to.hostname, self._to.port)
        self._ends += [writer, away]
        await asyncio.gather(self._pass(reader, away, False), self._pass(far, writer, True))

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool
    ) -> None:
        try:
            while data := await reader.read(65_536):
                if answers and self._deaf:
                    self._deaf = False
                    break
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    def cut(self) -> None:
        """This will cut all connections."""
        for end in self._ends:
            end.close()


@asynccontextmanager
async def wire(url: str) -> AsyncIterator[Wire]:
    """This will lay a wire to the server of a URL."""
    laid = Wire(url)
    server = await asyncio.start_server(laid.join, "127.0.0.1", 0)
    laid.port = server.sockets[0].getsockname()[1]
    try:
        yield laid
    finally:
        server.close()
        laid.cut()
        await asyncio.sleep(0)
