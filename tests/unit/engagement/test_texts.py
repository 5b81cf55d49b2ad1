"""The texts that people read: all there, in every language, and with nothing of a stranger's."""

from importlib.resources import files
from typing import get_args

import pytest

from squad.contracts.people import Language
from squad.kernel.words import Words, needs
from squad.services import engagement
from squad.services.engagement import model

FACTS = {"reference", "priority", "consultant", "at", "until"}
PHRASES = {
    "somebody", "footer", "title", "intro", "question", "comment", "send", "missing", "long",
    "thanks", "answered", "gone", "trial", "trial_more", *(f"rating{n}" for n in range(1, 6)),
}  # fmt: skip
LANGUAGES: tuple[str, ...] = get_args(Language)


@pytest.fixture(scope="module")
def words() -> Words:
    """The file that the service reads."""
    return Words(files(engagement).joinpath("texts.json").read_bytes())


def test_are_there_in_every_language(words: Words) -> None:
    """Each kind and phrase, no other, for each language that a person can have."""
    assert set(words.tongues) == set(LANGUAGES)
    assert {tongue.code for tongue in words.tongues.values()} == {"en", "fr-CA", "es"}
    for tongue in words.tongues.values():
        assert set(tongue.kinds) == set(model.KINDS)
        assert set(tongue.phrases) == PHRASES


@pytest.mark.parametrize("kind", model.KINDS)
def test_say_the_same_in_every_language(words: Words, kind: str) -> None:
    """As many sentences with the same facts, and facts that the service has: no free text."""
    said = [words.tongues[language].kinds[kind] for language in LANGUAGES]

    asked = [[set(needs(sentence)) for sentence in (text.title, *text.text)] for text in said]

    assert asked[0] == asked[1] == asked[2]
    assert set().union(*asked[0]) <= FACTS
    assert asked[0][0] <= {"reference"}
    assert len({text.title for text in said}) == 3


@pytest.mark.parametrize("name", sorted(PHRASES))
def test_ask_the_same_in_every_language(words: Words, name: str) -> None:
    """Phrases take the same facts, and are translated."""
    said = [words.tongues[language].phrases[name] for language in LANGUAGES]

    assert {needs(text) for text in said} == {needs(said[0])}
    assert len(set(said)) == 3


def test_fit_where_they_are_shown(words: Words) -> None:
    """Titles are short enough for a phone and a subject; nothing holds line ends or markup."""
    for tongue in words.tongues.values():
        texts = [*tongue.phrases.values(), *(t for k in tongue.kinds.values() for t in k.text)]
        titles = [kind.title for kind in tongue.kinds.values()]
        assert all(0 < len(text) <= 200 and text == text.strip() for text in texts)
        assert all(0 < len(title) <= 70 for title in titles)
        assert not any(char in text for text in (*texts, *titles) for char in "\n\r\t<>&")
