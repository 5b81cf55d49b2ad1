"""Mail is written so that every reader reads what was meant, whatever is in it."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from squad.adapters.engines.mail import address, compose, sender
from squad.ports.notifier import Message, Refused

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
FROM = sender("Équipe <no-reply@squad.example>")
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted",
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
]  # fmt: skip
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


def write(subject: str = "s", text: str = "t", **more: str) -> bytes:
    """A mail with these in it."""
    fields = {"id": "m1", "to": "ann@demo.example", "subject": subject, "text": text} | more
    return compose(Message(**fields), sender=FROM, now=NOW)


def read(raw: bytes) -> EmailMessage:
    """What the standard library's parser makes of it."""
    return email.message_from_bytes(raw, policy=email.policy.default)


@given(subject=LINE)
def test_carries_any_subject(subject: str) -> None:
    """A subject in any script comes back as it was, blanks at its ends apart."""
    raw = write(subject=subject)

    assert read(raw)["Subject"].strip(" ") == subject.strip()


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_carries_any_text(text: str) -> None:
    """A text in any script comes back as it was, line ends at its end apart."""
    raw = write(text=text)

    body = read(raw).get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n") == text.rstrip("\n") + "\n"


@given(subject=st.text(), text=st.text())
def test_lets_nothing_into_the_headers(subject: str, text: str) -> None:
    """Whatever is in subject and text, the headers are ours, and lines are ASCII and short."""
    raw = write(subject=subject, text=text)

    lines = raw.split(b"\r\n")
    assert read(raw).keys() == HEADERS
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 78
    assert not any(line == b"." for line in lines)


@pytest.mark.parametrize(
    "subject",
    ["a\r\nBcc: eve@evil.example", "a\nBcc: x", "a\rBcc: x", "a\x00b", "a\u2028Bcc: x",
     "a\x85Bcc: x", "=?utf-8?q?a=0D=0ABcc:_x?=", "x" * 2000, "é" * 2000, "a " * 900],
)  # fmt: skip
def test_keeps_attacks_in_the_subject(subject: str) -> None:
    """Line breaks, encoded words and endless words stay text."""
    mail = read(write(subject=subject))

    assert mail.keys() == HEADERS
    assert "Bcc" not in mail
    if "=?" in subject:
        assert mail["Subject"] == subject


def test_says_who_why_and_in_what_language() -> None:
    """Sender, date, ids, language and Auto-Submitted (RFC 3834) are in the headers."""
    mail = read(write(id="m-1", thread="t.1", language="fr-CA"))

    assert mail["From"] == "Équipe <no-reply@squad.example>"
    assert mail["To"] == "ann@demo.example"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == "<m-1@squad.example>"
    assert mail["In-Reply-To"] == mail["References"] == "<t.1@squad.example>"
    assert mail["Content-Language"] == "fr-CA"
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("given_", "spelled"),
    [
        ("ann@demo.example", "ann@demo.example"),
        ("Ann.O'Neil+x@Demo.Example", "Ann.O'Neil+x@Demo.Example"),
        ("root@localhost", "root@localhost"),
        ("ann@münchen.example", "ann@xn--mnchen-3ya.example"),
    ],
)
def test_accepts_addresses(given_: str, spelled: str) -> None:
    """Dot-string addresses pass; an international domain is spelled in ASCII."""
    assert address(given_) == spelled


@pytest.mark.parametrize(
    "to",
    ["", "ann", "@demo.example", "ann@", "ann@@demo.example", "a b@demo.example", ".a@b.example",
     "a..b@c.example", "ann@demo.example\r\nBcc: x@y.example", "ann@demo.example, eve@evil.example",
     "<ann@demo.example>", "Ann <ann@demo.example>", "ann@-demo.example", "ann@demo..example",
     "ann@[127.0.0.1]", "é@demo.example", "a" * 65 + "@demo.example",
     "ann@" + "a." * 130 + "example", "ann@" + "ü" * 70 + ".example",
     "\"a\"@demo.example", "ann@demo.example\n"],
)  # fmt: skip
def test_refuses_what_is_no_address(to: str) -> None:
    """Anything else is refused for good, without repeating it."""
    with pytest.raises(Refused) as refusal:
        write(to=to)

    assert str(refusal.value) == "not a mail address"


@pytest.mark.parametrize(
    "wrong",
    [{"id": ""}, {"id": "../x"}, {"id": "a/b"}, {"id": "a\r\nX: y"}, {"id": "a" * 201},
     {"id": ".a"}, {"thread": "a b"}, {"thread": "a>"}, {"language": ""},
     {"language": "en\r\nX: y"}],
)  # fmt: skip
def test_refuses_ids_and_languages_that_are_none(wrong: dict[str, str]) -> None:
    """What we choose ourselves must be well formed: anything else is a bug of ours."""
    with pytest.raises(ValueError):
        write(**wrong)


def test_refuses_a_sender_without_address() -> None:
    """A sender is checked at start."""
    with pytest.raises(ValueError, match="not a mail address"):
        sender("Sysops Squad")
