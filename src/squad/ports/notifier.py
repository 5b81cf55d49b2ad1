"""Notifier: carries a message to a person outside the product."""

from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True):
    """What is sent.

    id: names the message for ever; sending it again must not make a second one where the
        channel can tell (file name, Message-ID). Letters, digits, `.`, `_`, `-`; at most 200.
    to: mail address. subject: one line; control characters become blanks. language: BCP 47.
    thread: id (spelled as `id` is) that messages of one conversation share, or "".
    text: plain text, LF line ends.
    """

    id: str
    to: str
    subject: str
    text: str
    language: str = "en"
    thread: str = ""


class Refused(Exception):
    """The channel will never take this message (bad address, 5xx). Do not try again."""


class Gone(Refused):
    """The address is no more, and will never be again: forget it."""


class Notifier(Protocol):
    """A channel to people."""

    async def send(self, message: Message) -> None:
        """This will hand the message over; on return the channel is responsible for it.

        Raises:
            Refused: it will never be taken. The text names nobody.
            ValueError: id, thread or language are not such.
            squad.ports.unit.Unavailable: not now; try later.
        """
        ...

    async def close(self) -> None:
        """This will let go of connections."""
        ...


class Pusher(Notifier, Protocol):
    """A channel to browsers, which subscribe with its key."""

    @property
    def key(self) -> str:
        """This will give the public key that browsers subscribe with (applicationServerKey)."""
        ...

    def check(self, to: str) -> None:
        """This will tell whether messages could be sent there. Raises Refused: never."""
        ...
