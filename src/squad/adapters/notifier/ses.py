"""Mail by Amazon SES, as the same message that SMTP would carry.

Amazon gives each mail a Message-ID and a Date of its own; References stay, so that a ticket's
mails are one conversation. Addresses that bounced for good or complained are on the account's
suppression list, which SES fills and obeys by itself (`provision` turns it on): it takes such a
mail and drops it. So the list is read from time to time, and what is on it is refused here, where
the refusal is seen.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import DENIED, Aws, code_of
from squad.adapters.engines.mail import Sender, address, compose, sender
from squad.kernel import log
from squad.ports.clock import Clock
from squad.ports.notifier import Message, Refused
from squad.ports.unit import Unavailable

READ = 8.0  # s
LIST = 900.0  # s between looks at the suppression list
PATIENCE = 1.0  # s that a mail waits for the list to be read
PAGE = 1_000  # addresses a page; one page a second (Amazon's quota)
REASONS = ("BOUNCE", "COMPLAINT")

_log = log.get("ses")


class SesNotifier:
    """Hands mail to Amazon SES."""

    def __init__(self, aws: Aws, client: Any, sender: Sender, clock: Clock) -> None:
        self._aws: Final = aws
        self._client: Final = client
        self._sender: Final = sender
        self._clock: Final = clock
        name = aws.options.get("set")
        self._options: Final = {"ConfigurationSetName": name} if name else {}
        self._dead: frozenset[bytes] = frozenset()
        self._due = 0.0
        self._reading: asyncio.Task[None] | None = None

    async def send(self, message: Message) -> None:
        """This will hand the message to SES; on return SES has taken it.

        Raises:
            Refused: `to` is not a mail address, or bounced or complained before, or SES will not
                take this content.
            ValueError: id, thread or language are not such.
            Unavailable: SES does not answer, or not to us, or not so much at once.
        """
        content = compose(message, sender=self._sender, now=self._clock.now())
        to = address(message.to)
        await self._read()
        if _digest(to) in self._dead:
            raise Refused("the address bounced or complained before")
        with self._aws.translating():
            try:
                await self._client.send_email(
                    FromEmailAddress=self._sender.header,
                    Destination={"ToAddresses": [to]},
                    Content={"Raw": {"Data": content}},
                    **self._options,
                )
            except ClientError as error:
                raise self._answer(error) from None

    def _answer(self, error: ClientError) -> Exception:
        """What an answer means. Amazon's words are left out: they name the person."""
        code, words = code_of(error), str(error.response.get("Error", {}).get("Message", ""))
        if code in DENIED:
            return self._aws.unavailable(error)
        if code in ("MessageRejected", "BadRequestException") and "not verified" not in words:
            return Refused(f"{code} at SendEmail")
        return Unavailable(f"{self._aws.setting}: SendEmail answered {code}")

    async def _read(self) -> None:
        """Reads the suppression list where that is due, beside the mails if it takes long."""
        if self._reading is None and self._clock.monotonic() >= self._due:
            self._due = self._clock.monotonic() + LIST
            self._reading = asyncio.create_task(self._list())
        if self._reading is not None:
            done, _ = await asyncio.wait({self._reading}, timeout=PATIENCE)
            if done:
                self._reading = None

    async def _list(self) -> None:
        found, options = set[bytes](), dict[str, Any](PageSize=PAGE, Reasons=list(REASONS))
        try:
            with self._aws.translating():
                while True:
                    page = await self._client.list_suppressed_destinations(**options)
                    for one in page.get("SuppressedDestinationSummaries", ()):
                        found.add(_digest(one["EmailAddress"]))
                    if not page.get("NextToken"):
                        break
                    options["NextToken"] = page["NextToken"]
                    await asyncio.sleep(1.0)
        except Unavailable as error:
            _log.warning("ses.list_unread", reason=str(error))
            return
        self._dead = frozenset(found)

    async def close(self) -> None:
        """This will close the connections."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
        await self._aws.close()


def _digest(address: str) -> bytes:
    """Enough to know an address again, and not to read it."""
    return hashlib.sha256(address.lower().encode()).digest()[:12]


async def open(url: str, clock: Clock) -> SesNotifier:
    """This will open `ses:?region=…&from=Name%20<local@domain>&set=…`.

    set: an SES configuration set, optional.

    Raises:
        ValueError: no address in `from`.
        Unavailable: no connection, no permission, or the account may not send.
    """
    aws = Aws("notifier", url)
    who = sender(aws.options.get("from", ""))
    try:
        client = await _client(aws)
        with aws.translating():
            account = await client.get_account()
        if not account.get("SendingEnabled", True):
            raise Unavailable(f"{aws.setting}: SES has paused sending for this account")
    except BaseException:
        await aws.close()
        raise
    return SesNotifier(aws, client, who, clock)


async def _client(aws: Aws) -> Any:
    return await aws.client("sesv2", read_timeout=READ)


async def provision(url: str, services: Mapping[str, Sequence[str]], admin: str) -> list[str]:
    """This will make SES keep the list of addresses that bounced or complained."""
    aws = Aws("notifier", admin or url)
    try:
        client = await _client(aws)
        with aws.translating():
            account = await client.get_account()
            kept = account.get("SuppressionAttributes", {}).get("SuppressedReasons", [])
            if set(REASONS) <= set(kept):
                return ["kept the suppression list"]
            await client.put_account_suppression_attributes(SuppressedReasons=list(REASONS))
        return ["made the suppression list"]
    finally:
        await aws.close()
