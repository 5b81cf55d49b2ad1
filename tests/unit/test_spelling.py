"""Spelling: one slip of a finger is seen, two are not, and many words are quick to search."""

from hypothesis import given
from hypothesis import strategies as st

from squad.adapters.engines.spelling import Vocabulary, one_edit

SHORT = st.text("abc", max_size=6)


def distance(one: str, other: str) -> int:
    """Optimal string alignment by the textbook: the table of all prefixes."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            wrong = table[i - 1, j - 1] + (one[i - 1] != other[j - 1])
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, wrong)
            if one[i - 2 : i] == other[j - 2 : j][::-1] and i > 1 and j > 1:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(one), len(other)]


@given(one=SHORT, other=SHORT)
def test_sees_one_edit_and_no_more(one: str, other: str) -> None:
    """Too many, missing, wrong or swapped: exactly what the textbook's distance says."""
    assert one_edit(one, other) == (distance(one, other) <= 1)


@given(known=st.sets(st.text("abcé", min_size=3, max_size=7), max_size=30), typed=SHORT)
def test_finds_every_known_word_near_by(known: set[str], typed: str) -> None:
    """The filing finds what comparing with each word would."""
    vocabulary = Vocabulary()
    vocabulary.learn((word, 1) for word in known)

    same, near = vocabulary.alike(typed)

    plain = {word: word.replace("é", "e") for word in known}
    assert set(same) == {word for word in known if plain[word] == typed}
    expected = {word for word in known if plain[word] != typed and one_edit(plain[word], typed)}
    assert set(near) == (expected if len(typed) >= 4 else set())


def test_gives_the_commonest_first_however_they_were_learned() -> None:
    """Few words at a time or many at once, before and after the arrays are sorted anew."""
    vocabulary = Vocabulary()
    vocabulary.learn([("printer", 1), ("pointer", 1)])
    vocabulary.learn(
        (f"filler{'x' * (n % 40)}{chr(97 + n % 26)}{'y' * (n % 7)}", 1) for n in range(5_000)
    )
    vocabulary.learn([("pointer", 5), ("painter", 3)])

    same, near = vocabulary.alike("pinter")

    assert same == []
    assert near == ["pointer", "painter", "printer"]
    assert vocabulary.alike("painter") == (["painter"], ["pointer", "printer"])
