"""Text messages by Amazon SNS: the words cut to three segments, the link whole.

A text message has no id of ours: sent again, it is a second one.
"""

import re
from typing import Any, Final

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import DENIED, Aws, code_of
from squad.adapters.engines.brief import cut, parts
from squad.adapters.engines.mail import check
from squad.ports.clock import Clock
from squad.ports.notifier import Message, Refused
from squad.ports.unit import Unavailable

READ = 8.0  # s
SEGMENTS = 3  # messages that one text is joined from, at most
SEPTETS = 153 * SEGMENTS  # in the GSM alphabet (3GPP TS 23.038); 160 where one is enough
UNITS = 67 * SEGMENTS  # UTF-16 units in any other; 70 where one is enough

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch  # E.164
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€")  # two septets each
_REFUSED: Final = {
    "InvalidParameter", "InvalidParameterException", "InvalidParameterValue", "OptedOut",
    "OptedOutException", "ParameterValueInvalid", "ValidationException",
}  # fmt: skip


class SnsNotifier:
    """Sends texts to phone numbers. sender: shown as who sent it, where the country allows."""

    def __init__(self, aws: Aws, client: Any, sender: str) -> None:
        self._aws: Final = aws
        self._client: Final = client
        self._attributes: Final = {"AWS.SNS.SMS.SMSType": _text("Transactional")} | (
            {"AWS.SNS.SMS.SenderID": _text(sender)} if sender else {}
        )

    async def send(self, message: Message) -> None:
        """This will hand the text to Amazon.

        Raises:
            Refused: `to` is no phone number (E.164), its owner wants no texts, or the link alone
                is too long.
            ValueError: id, thread or language are not such.
            Unavailable: Amazon does not answer, or not to us, or the budget is spent.
        """
        check(message)
        if not _NUMBER(message.to):
            raise Refused("not a phone number")
        text = shorten(message.text)
        with self._aws.translating():
            try:
                await self._client.publish(
                    PhoneNumber=message.to, Message=text, MessageAttributes=self._attributes
                )
            except ClientError as error:
                code = code_of(error)
                if code in _REFUSED:
                    raise Refused(f"{code} at Publish") from None
                if code in DENIED:
                    raise
                # Amazon's words can hold the number.
                raise Unavailable(f"{self._aws.setting}: Publish answered {code}") from None

    async def close(self) -> None:
        """This will close the connections."""
        await self._aws.close()


def shorten(text: str) -> str:
    """This will cut a message's words to SEGMENTS and keep its link. Raises Refused."""
    words, link = parts(text)
    if not link:
        return cut(words, _fits)
    if not _fits(link):
        raise Refused("the link is too long for a text")
    words = cut(words, lambda tried: _fits(f"{tried} {link}"))
    return f"{words} {link}".strip()


def _fits(text: str) -> bool:
    if all(char in _BASIC or char in _EXTENDED for char in text):
        return len(text) + sum(char in _EXTENDED for char in text) <= SEPTETS
    return len(text.encode("utf-16-le")) // 2 <= UNITS


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


async def open(url: str, clock: Clock) -> SnsNotifier:
    """This will open `sns_sms:?region=…&sender=…`; `sender` is optional.

    Raises Unavailable: no connection or no permission.
    """
    aws = Aws("notifier", url)
    try:
        client = await aws.client("sns", read_timeout=READ)
        with aws.translating():
            try:
                await client.get_sms_attributes(attributes=["DefaultSMSType"])
            except ClientError as error:
                if code_of(error) not in ("InvalidAction", "UnknownAction"):  # an emulator's
                    raise
    except BaseException:
        await aws.close()
        raise
    return SnsNotifier(aws, client, aws.options.get("sender", ""))
