"""The channels that lead to people, as one notifier: each message goes where it is meant for."""

from collections.abc import Awaitable, Callable, Mapping

from squad.ports.notifier import Gone, Message, Notifier, Refused
from squad.services.engagement.model import Channel
from squad.services.engagement.service.voice import Routed


class Channels:
    """A notifier of notifiers. gone: forgets a person's device whose push service ended it."""

    def __init__(
        self,
        notifiers: Mapping[Channel, Notifier],
        gone: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._notifiers = notifiers
        self._gone = gone

    async def send(self, message: Message) -> None:
        """This will hand the message to its channel. Raises Refused, ValueError, Unavailable."""
        channel: Channel = message.channel if isinstance(message, Routed) else "mail"
        notifier = self._notifiers.get(channel)
        if notifier is None:
            raise Refused(f"there is no channel for {channel} any more")
        try:
            await notifier.send(message)
        except Gone:
            if not isinstance(message, Routed) or not message.device:
                raise
            await self._gone(message.person, message.device)

    async def close(self) -> None:
        """This will leave them open: others use them as well."""
