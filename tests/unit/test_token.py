"""Tokens of signed links."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from squad.kernel.token import sign, verify

KEY = b"k" * 32
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
END = NOW + timedelta(days=30)
ID = "019ae4b2-0c6f-7d31-8a53-7f3f4bd0c111"
SPELLING = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(id=st.uuids().map(str))
def test_gives_back_the_id(id: str) -> None:
    """A token names its aggregate, in characters that an address takes as they are."""
    token = sign("test", id, END, KEY)

    assert verify("test", token, KEY, NOW) == id
    assert set(token) <= set(SPELLING)
    assert len(token) == 75


def test_ends() -> None:
    """It works until its end, cut to seconds, and not at it."""
    token = sign("test", ID, END + timedelta(microseconds=700), KEY)

    assert verify("test", token, KEY, END - timedelta(microseconds=1)) == ID
    assert verify("test", token, KEY, END) is None


def test_is_for_one_purpose_and_key() -> None:
    """Another purpose or key does not open it."""
    token = sign("test", ID, END, KEY)

    assert verify("tes", token, KEY, NOW) is None
    assert verify("test\x00", token, KEY, NOW) is None
    assert verify("test", token, b"K" * 32, NOW) is None


def test_does_not_survive_any_change_of_a_character() -> None:
    """Each character by each other one: the spare bits of the last one included."""
    token = sign("test", ID, END, KEY)

    forged = [
        token[:place] + char + token[place + 1 :]
        for place in range(len(token))
        for char in SPELLING
        if char != token[place]
    ]

    assert [text for text in forged if verify("test", text, KEY, NOW)] == []


def test_does_not_survive_any_change_of_a_bit() -> None:
    """Nor any bit of what it says, so neither the ticket nor the end can be moved."""
    raw = bytearray(urlsafe_b64decode(sign("test", ID, END, KEY) + "="))

    for place in range(len(raw) * 8):
        raw[place // 8] ^= 1 << place % 8
        assert verify("test", urlsafe_b64encode(raw).decode().rstrip("="), KEY, NOW) is None
        raw[place // 8] ^= 1 << place % 8


@pytest.mark.parametrize(
    "change", ["{}=", "{} ", " {}", "{}\n", "{}A", "A{}", "{}.", "{}==", "%{}"]
)
def test_has_one_spelling(change: str) -> None:
    """Padding, blanks and anything more make it another text, and no token."""
    token = sign("test", ID, END, KEY)

    assert verify("test", change.format(token), KEY, NOW) is None
    assert verify("test", token[:-1], KEY, NOW) is None


@given(text=st.text(max_size=200))
def test_refuses_any_other_text(text: str) -> None:
    """Nonsense is no token, and no error."""
    assert verify("test", text, KEY, NOW) is None
