"""Texts to phones: three segments at most, the link whole, whatever the alphabet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from squad.adapters.engines.brief import cut, parts
from squad.adapters.notifier.sns_sms import SEPTETS, UNITS, shorten
from squad.ports.notifier import Refused

LINK = "https://squad.example/tickets/7"


def units(text: str) -> int:
    """UTF-16 units, as phones count what is not in their alphabet."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_parts_words_from_link() -> None:
    """The footer goes, white space is one blank, and the last link stands apart."""
    text = f"Hello,\n\nsee https://a.example first.\n\n{LINK}\n\n-- \nhttps://settings.example\n"

    assert parts(text) == ("Hello, see https://a.example first.", LINK)
    assert parts("no link") == ("no link", "")


def test_leaves_a_short_text_as_it_is() -> None:
    """What fits is not touched."""
    assert shorten(f"Votre billet est assigné.\n\n{LINK}\n") == f"Votre billet est assigné. {LINK}"


def test_fills_three_segments() -> None:
    """Plain words fill 459 septets; one letter of another alphabet makes it 201 units."""
    plain, other = shorten("word " * 500 + LINK), shorten("être " * 500 + LINK)

    assert SEPTETS - 5 <= len(plain) <= SEPTETS
    assert UNITS - 5 <= units(other) <= UNITS
    assert plain.endswith(f" word... {LINK}")
    assert other.endswith(f" être... {LINK}")


def test_counts_the_long_characters_twice() -> None:
    """A euro sign takes two septets (3GPP TS 23.038)."""
    assert shorten("€" * 200 + " " + "€" * 29) == "€" * 200 + " " + "€" * 29
    assert shorten("€" * 200 + " " + "€" * 30) == "€" * 200 + "..."


def test_refuses_a_link_that_is_too_long() -> None:
    """Half a link helps nobody."""
    with pytest.raises(Refused, match="link"):
        shorten("See " + LINK + "x" * SEPTETS)


@given(words=st.text(st.characters(exclude_categories=["Cs"]), max_size=1_500))
def test_is_never_longer(words: str) -> None:
    """Any text fits, and ends with its link."""
    text = shorten(f"{words}\n\n{LINK}\n")

    assert text.endswith(LINK)
    assert units(text) <= SEPTETS
    assert text.isascii() or units(text) <= UNITS or len(text) <= SEPTETS


@given(words=st.lists(st.text("abc", min_size=1), max_size=30), room=st.integers(0, 60))
def test_cuts_between_words(words: list[str], room: int) -> None:
    """As many whole words as fit: one more would not."""
    whole = " ".join(words)

    short = cut(whole, lambda tried: len(tried) <= room)

    assert len(short) <= room
    if short != whole and short:
        kept = len(short[:-3].split())
        assert short == f"{' '.join(words[:kept])}..."
        assert len(f"{' '.join(words[: kept + 1])}...") > room or kept + 1 == len(words)
