"""Notifier: carries a message to a person outside the product."""

from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True):
    """What is sent.

    id: names the message for ever; sending it again must not make a second one where the
        channel can tell (file name, Message-ID).
    to: mail address. thread: id that messages of one conversation share, or "".
    text: plain text, LF line ends.
    """

    id: str
    to: str
    subject: str
    text: str
    language: str = "en"
    thread: str = ""


class Refused(Exception):  # noqa: N818
    """The channel will never take this message (bad address, 5xx). Do not try again."""


class Notifier(Protocol):
    """A channel to people."""

    async def send(self, message: Message) -> None:
        """This will hand the message over; on return the channel is responsible for it.

        Raises:
            Refused: it will never be taken.
            squad.ports.unit.Unavailable: not now; try later.
        """
        ...
