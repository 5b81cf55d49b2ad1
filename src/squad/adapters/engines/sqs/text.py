"""Letters as messages of SNS and SQS: text with attributes, up to 256 KiB, and back."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from squad.ports.unit import Letter

# 256 KiB a message and a PublishBatch, attributes included:
# https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
LARGEST = 262_144  # bytes
BATCH = 10  # messages a request
_STRING = len("String")

# What both take in a body or an attribute: XML's characters.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_FOREIGN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Parcel(NamedTuple):
    """A message to be sent. group: whose messages a FIFO queue keeps in order. size: bytes."""

    id: str
    group: str
    text: str
    attributes: Mapping[str, str]
    size: int

    def entry(self, key: str, number: int) -> dict[str, Any]:
        """This will give it as an entry of a batch; key: what the service calls the text."""
        values = {
            name: {"DataType": "String", "StringValue": value}
            for name, value in self.attributes.items()
        }
        return {"Id": str(number), key: self.text, "MessageAttributes": values}


def pack(letter: Letter) -> Parcel:
    """This will make a message of a letter, as readable as it can be.

    The text is the body, with type, id and subject as attributes. What has characters that a
    message may not have is packed whole: MessagePack in base64, marked by the attribute `packed`.
    """
    attributes = {"type": letter.type, "id": letter.id}
    if letter.subject:
        attributes["subject"] = letter.subject
    try:
        text = letter.body.decode()
    except UnicodeDecodeError:
        return _packed(letter)
    if not text or _FOREIGN.search(text) or any(map(_FOREIGN.search, attributes.values())):
        return _packed(letter)
    return _parcel(letter, text, attributes, len(letter.body))


def _packed(letter: Letter) -> Parcel:
    text = base64.b64encode(msgspec.msgpack.encode(letter)).decode()
    return _parcel(letter, text, {"type": letter.type, "packed": "msgpack"}, len(text))


def claim(letter: Letter, key: str) -> Parcel:
    """This will make a message without the body, that says where it lies (a claim check)."""
    parcel = _packed(Letter(letter.id, letter.type, letter.subject, b""))
    attributes = {**parcel.attributes, "claim": key}
    return _parcel(letter, parcel.text, attributes, len(parcel.text))


def _parcel(letter: Letter, text: str, attributes: Mapping[str, str], size: int) -> Parcel:
    extra = sum(len(k) + _STRING + len(v.encode()) for k, v in attributes.items())
    return Parcel(letter.id, letter.subject or letter.id, text, attributes, size + extra)


def attributes(message: Mapping[str, Any]) -> dict[str, str]:
    """This will read the attributes of a received message."""
    found = message.get("MessageAttributes") or {}
    return {name: value.get("StringValue", "") for name, value in found.items()}


def unpack(message: Mapping[str, Any]) -> Letter:
    """This will read a letter from a received message; what is claimed is left empty.

    What somebody else put into the queue becomes a letter without a type, for people to look at.
    """
    given, text = attributes(message), message["Body"]
    if "packed" in given:
        try:
            return msgspec.msgpack.decode(base64.b64decode(text), type=Letter)
        except ValueError:
            return Letter(str(message["MessageId"]), given.get("type", ""), "", text.encode())
    id = given.get("id", str(message["MessageId"]))
    return Letter(id, given.get("type", ""), given.get("subject", ""), text.encode())


def batches(parcels: Iterable[Parcel]) -> Iterator[list[Parcel]]:
    """This will cut parcels into batches of up to 10 and up to 256 KiB, in their order."""
    batch: list[Parcel] = []
    size = 0
    for parcel in parcels:
        if batch and (len(batch) == BATCH or size + parcel.size > LARGEST):
            yield batch
            batch, size = [], 0
        batch.append(parcel)
        size += parcel.size
    if batch:
        yield batch


def policy(types: Sequence[str]) -> dict[str, list[Any]]:
    """This will write a subscription's filter: exact types, or prefixes that end in `*`.

    https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
    """
    if "*" in types:
        return {"type": [{"exists": True}]}
    rules: list[Any] = [t for t in types if not t.endswith("*")]
    rules += [{"prefix": t[:-1]} for t in types if t.endswith("*")]
    return {"type": rules or ["-"]}  # a filter without rules is refused; no type is called that
