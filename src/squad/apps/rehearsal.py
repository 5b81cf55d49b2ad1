"""What-ifs away from the node: each in a worker process that the node starts and may end."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable

import msgspec

from squad.kernel.service import Rehearse
from squad.ports.unit import Unavailable

LINE = 64_000_000  # bytes of an answer at most
WORKER = "squad.apps.whatif.worker"


class Told(msgspec.Struct, frozen=True):
    """A line of the worker: how far it is, why not, or that the result follows in this line."""

    share: float = 0.0
    refused: str = ""
    result: msgspec.Raw = msgspec.Raw()


def rehearser(url: str) -> Rehearse:
    """This will give what runs a what-if in a process. url: of routing's database."""

    async def rehearse(asked: bytes, tell: Callable[[float], None]) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", WORKER, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, limit=LINE, start_new_session=True,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(url) + b"\n" + asked + b"\n")
            await process.stdin.drain()
            async for line in process.stdout:
                told = msgspec.json.decode(line, type=Told)
                if bytes(told.result):
                    return line
                if told.refused:
                    raise ValueError(told.refused)
                tell(told.share)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Unavailable("the simulation's process broke off") from error
        finally:
            with contextlib.suppress(ProcessLookupError):  # it, and who runs beside it
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        raise Unavailable(f"the simulation's process ended with code {process.returncode}")

    return rehearse
