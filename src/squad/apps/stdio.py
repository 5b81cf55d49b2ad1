"""The routing engine as a filter: events as JSON lines in, commands as JSON lines out."""

import sys
from typing import BinaryIO

import msgspec

from squad.services.routing import wire
from squad.services.routing.desk import Desk, Unknown
from squad.services.routing.policy import Policy

_decode = msgspec.json.Decoder(wire.Happening).decode
_encode = msgspec.json.Encoder().encode


def serve(policy: Policy, lines: BinaryIO | None = None, answers: BinaryIO | None = None) -> None:
    """This will answer events until the input ends, as ROUTER-PROTOCOL.md says.

    A line that is wrong is answered with [] and named on stderr; the engine goes on.
    """
    desk = Desk(policy)
    lines, answers = lines or sys.stdin.buffer, answers or sys.stdout.buffer
    for number, line in enumerate(lines, 1):
        answers.write(_encode(_answer(desk, line, number)) + b"\n")
        answers.flush()


def _answer(desk: Desk, line: bytes, number: int) -> list[wire.Command]:
    try:
        return desk.handle(_decode(line))
    except msgspec.MsgspecError as error:
        reason = str(error)
    except (Unknown, ValueError) as error:
        reason = str(error)
    sys.stderr.write(f"squad route: line {number}: {reason}\n")
    return []
