"""Serving: uvicorn, which stops without waiting for streams that would never end."""

import contextlib
import socket
import sys
from typing import Any

import uvicorn

from squad.kernel import stream

GRACE = 10  # s for requests under way when the server stops
FAILED = 3  # exit status where the application did not start, as uvicorn's own


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """This will end the streams, then stop as usual."""
        stream.end_all()
        await super().shutdown(sockets)


def run(app: Any, **options: Any) -> None:
    """This will serve until SIGTERM or SIGINT, finishing what is under way. options: uvicorn's."""
    settled: dict[str, Any] = {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": GRACE,
    }
    server = _Server(uvicorn.Config(app, **settled, **options))
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(FAILED)
