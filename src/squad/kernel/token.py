"""Tokens of signed links: whoever holds one may do one thing with one aggregate, until its end."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

_NAMED = 24  # bytes: a UUID and the end in whole seconds since 1970
_SIZE = _NAMED + 32  # and an HMAC-SHA256 (RFC 2104)


def sign(purpose: str, id: str, until: datetime, key: bytes) -> str:
    """This will make a token for an aggregate: base64url (RFC 4648, 5) without padding.

    purpose: what it allows; a token for one is none for another. id: a UUID.
    until: the end, cut to seconds.
    """
    named = bytes.fromhex(id.replace("-", "")) + int(until.timestamp()).to_bytes(8, "big")
    return _spell(named + _mac(purpose, named, key))


def verify(purpose: str, token: str, key: bytes, now: datetime) -> str | None:
    """This will give the id that a token is for; None where it is forged, or over."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    named = raw[:_NAMED]
    if len(raw) != _SIZE or not hmac.compare_digest(raw[_NAMED:], _mac(purpose, named, key)):
        return None
    # Base64 can spell the same bytes in several ways, and skips foreign characters; one is ours.
    if _spell(raw) != token or int.from_bytes(named[16:], "big") <= now.timestamp():
        return None
    hexed = named.hex()
    return "-".join((hexed[:8], hexed[8:12], hexed[12:16], hexed[16:20], hexed[20:32]))


def _spell(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _mac(purpose: str, named: bytes, key: bytes) -> bytes:
    return hmac.new(key, purpose.encode() + b"\x00" + named, hashlib.sha256).digest()
