"""Ids rise, are derived alike everywhere, and are checked strictly."""

import threading
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from squad.kernel.ids import _NAMESPACE, derive, is_uuid, uuid7

MOMENT = 1_772_463_600_000  # ms, 2026-03-02T15:00:00Z


def test_makes_version_7_in_canonical_form() -> None:
    """A made id is a UUIDv7 of the RFC variant, spelled as the RFC says."""
    made = uuid7()

    parsed = uuid.UUID(made)
    assert (parsed.version, parsed.variant, str(parsed)) == (7, uuid.RFC_4122, made)
    assert is_uuid(made)


def test_carries_the_moment_in_its_head() -> None:
    """The first 48 bits are the milliseconds of the clock."""
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(uuid7()).int >> 80
    told = uuid.UUID(uuid7(MOMENT)).int >> 80

    assert before <= made <= time.time_ns() // 1_000_000 + 1
    assert told == MOMENT


@pytest.mark.parametrize("clock_ms", [None, MOMENT])
def test_rises_within_one_millisecond(clock_ms: int | None) -> None:
    """Many ids made as fast as can be sort in the order they were made."""
    made = [uuid7(clock_ms) for _ in range(20_000)]

    assert made == sorted(set(made))


def test_rises_when_the_clock_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock set back by an hour does not make an id smaller than the last."""
    first = uuid7()
    past = time.time_ns() - 3_600_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: past)

    second, third = uuid7(), uuid7()

    assert first < second < third


def test_takes_a_told_moment_although_it_is_past() -> None:
    """A told moment is kept exactly and does not disturb ids made by the machine's clock."""
    first = uuid7()

    told = [uuid.UUID(uuid7(ms)).int >> 80 for ms in (MOMENT, 5, MOMENT, 0)]

    assert told == [MOMENT, 5, MOMENT, 0]
    assert uuid7() > first


@pytest.mark.parametrize("clock_ms", [-1, 1 << 48])
def test_refuses_a_moment_that_does_not_fit(clock_ms: int) -> None:
    """Only 48 bits of milliseconds fit."""
    with pytest.raises(ValueError, match="not a moment"):
        uuid7(clock_ms)


def test_differs_between_threads() -> None:
    """Threads that make ids at once never make the same one, and each sees its own rise."""
    made: list[list[str]] = []
    work = [
        threading.Thread(target=lambda: made.append([uuid7() for _ in range(5_000)]))
        for _ in range(4)
    ]

    for thread in work:
        thread.start()
    for thread in work:
        thread.join()

    assert len({one for batch in made for one in batch}) == 20_000
    assert all(batch == sorted(batch) for batch in made)


@given(st.uuids(version=1) | st.uuids(version=4) | st.uuids(version=5))
def test_accepts_every_version_in_canonical_form_only(one: uuid.UUID) -> None:
    """Canonical lower-case passes; any other spelling of the same UUID does not."""
    text = str(one)

    spellings = [text.replace("-", ""), f"{{{text}}}", f"urn:uuid:{text}", text + "\n", f" {text}"]
    assert is_uuid(text)
    assert not any(is_uuid(spelling) for spelling in spellings)
    assert text == text.upper() or not is_uuid(text.upper())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "018f4e3a-1c5b-9c4d-8e2f-0123456789ab",
        "018f4e3a-1c5b-7c4d-ce2f-0123456789ab",
        "018f4e3a-1c5b-7c4d-8e2f-0123456789a",
        "018f4e3a-1c5b-7c4d-8e2f-0123456789abc",
        "٠18f4e3a-1c5b-7c4d-8e2f-0123456789ab",
        "../../etc/passwd",
        "x" * 100_000,
    ],
)
def test_refuses_what_is_no_uuid(text: str) -> None:
    """Nil, max, unknown versions and variants, wrong lengths and foreign digits are refused."""
    assert not is_uuid(text)


def test_derives_what_the_standard_library_derives() -> None:
    """A derived id is the UUIDv5 over our namespace, and it never changes."""
    derived = derive("cause", "TicketCreated", "0")

    ours = uuid.UUID(bytes=_NAMESPACE)
    assert derived == str(uuid.uuid5(ours, "5:cause13:TicketCreated1:0"))
    assert derived == "853e327a-6a9a-56e5-b144-2777f9e98497"
    assert is_uuid(derived)


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_derives_alike_only_from_like_parts(left: list[str], right: list[str]) -> None:
    """Two sequences of parts have the same id exactly when they are the same."""
    assert (derive(*left) == derive(*right)) == (left == right)


def test_keeps_the_borders_of_parts() -> None:
    """Moving text over the border of two parts gives another id."""
    parts = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("1:a", "b"), ("", "abc"), ()]

    assert len({derive(*one) for one in parts}) == len(parts)
