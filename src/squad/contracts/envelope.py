"""The envelope of every event: CloudEvents 1.0 with cause, actor, version and traceparent."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

Id = Annotated[
    str,
    Meta(
        # `(?![\s\S])` ends it where `$` would let a line feed pass, in Python and in JSON Schema.
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\s\S])",
        description="A UUID in canonical lower-case form; clients choose UUIDv7.",
    ),
]
Personal = Annotated[str, Meta(max_length=320, extra={"personal": True})]
"""Text about a person. It passes through one codec, so that it can be sealed and erased."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact, in the past tense. Subclasses name the type and which field is the subject."""

    type: ClassVar[str] = ""
    about: ClassVar[str] = ""

    @property
    def subject(self) -> str:
        """This will give the id of the aggregate that the fact is about."""
        return str(getattr(self, self.about))


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A CloudEvent 1.0, structured JSON.

    version: of the aggregate after the change, + 1 with every change; projections keep the
        highest. cause: id of the command or event behind it. actor: person id, "" = system.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    version: int
    cause: str
    data: msgspec.Raw
    actor: str = ""
    traceparent: str = ""
    specversion: str = msgspec.field(default="1.0")
    datacontenttype: str = "application/json"


class Unreadable(ValueError):
    """The letter is not a CloudEvent of ours, or its data does not fit its type."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Envelope).decode


def seal(envelope: Envelope) -> bytes:
    """This will write the envelope as UTF-8 JSON, attributes with defaults included."""
    return _encode(
        {
            "specversion": "1.0",
            "id": envelope.id,
            "source": envelope.source,
            "type": envelope.type,
            "subject": envelope.subject,
            "time": envelope.time,
            "datacontenttype": envelope.datacontenttype,
            "version": envelope.version,
            "cause": envelope.cause,
            "actor": envelope.actor,
            "traceparent": envelope.traceparent,
            "data": envelope.data,
        }
    )


def pack(data: Any) -> msgspec.Raw:
    """This will encode an event's data."""
    return msgspec.Raw(_encode(data))


def unseal(body: bytes) -> Envelope:
    """This will read an envelope. Raises Unreadable."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Unreadable(f"not a CloudEvent of ours: {error}") from error
