"""The process of a what-if that a node asked for: request on stdin, shares and result on stdout."""

import asyncio
import os
import sys
from typing import Any

import msgspec

from squad.adapters.clock.system import SystemClock
from squad.apps.whatif import request as requests
from squad.apps.whatif.report import render
from squad.apps.whatif.request import Request
from squad.apps.whatif.run import Broken
from squad.ports.unit import Unavailable
from squad.services.routing.staff import Unfit

NICE = 15  # whoever waits for the node goes first


class Asked(Request, frozen=True, kw_only=True):
    """A request, and the language of the report."""

    language: str = "en"


def main() -> None:
    """This will answer one request."""
    os.nice(NICE)
    url, asked = (sys.stdin.buffer.readline() for _ in range(2))
    try:
        request = msgspec.json.decode(asked, type=Asked)
        found = asyncio.run(requests.prepare(request, msgspec.json.decode(url), SystemClock()))
        _say(share=0.05)
        result = requests.run(request, found, lambda share: _say(share=0.05 + 0.9 * share))
    except Unfit as unfit:
        _say(refused="; ".join(f"/staff{path}: {what}" for path, what in unfit.faults))
    except (requests.Refused, Broken, Unavailable) as error:
        _say(refused=str(error))
    else:
        _say(result=result, report=render(result, request.language.split("-")[0]))


def _say(**told: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
