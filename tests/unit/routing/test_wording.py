"""The policy in words: a sentence for every field, in three languages, with the numbers in it."""

import msgspec
import pytest
from msgspec.structs import replace

from squad.services.routing import wording
from squad.services.routing.phrases import PHRASES
from squad.services.routing.policy import DEFAULT, Policy, Tiers

LANGUAGES = ("en", "fr-CA", "es")


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_has_words_for_every_field(language: str) -> None:
    """A new weight without words fails here."""
    weights = PHRASES[language].weights

    assert {name.removesuffix(".no") for name in weights} == set(Policy.__struct_fields__)
    assert {name for name in weights if name.endswith(".no")} == {
        "language_required.no",
        "on_call_priority.no",
        "preempt_priority.no",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_every_number(language: str) -> None:
    """Another number in any field makes another sentence, of that field alone."""
    said = {one.field: one.text for one in wording.tell(DEFAULT, language)}

    for field in Policy.__struct_fields__:
        for other in _others(getattr(DEFAULT, field)):
            if field in ("near_kmh", "far_kmh"):
                continue
            told = wording.tell(replace(DEFAULT, **{field: other}), language)
            assert [one.field for one in told if one.text != said[one.field]] == [field]


def _others(value: object) -> list[object]:
    """The value with one number changed, for each of its numbers."""
    if isinstance(value, Tiers):
        return [replace(value, **{name: 9.0}) for name in Tiers.__struct_fields__]
    if isinstance(value, tuple):
        return [(*value[:n], 9.0, *value[n + 1 :]) for n in range(len(value))]
    if isinstance(value, bool):
        return [not value]
    return [0, 3] if isinstance(value, int) else [9.0]


def test_speaks_to_a_manager() -> None:
    """Plain words, with what a unit means."""
    said = {one.field: one for one in wording.tell(DEFAULT, "en")}

    assert said["waiting"].text == (
        "One minute that a P1 customer waits until work starts costs as much as 0.5 minutes of "
        "paid consultant time; at P2 0.25, at P3 0.1, at P4 0.05."
    )
    assert said["waiting"].unit == "min per min"
    assert said["level_saves"].text == "Each skill level above the need makes work 6% shorter."


def test_writes_numbers_as_the_reader_does() -> None:
    """A comma before the decimals in French, spaces between thousands."""
    policy = replace(DEFAULT, rework_min=12_345.5, spread_share=0.125)
    french = {one.field: one.text for one in wording.tell(policy, "fr-CA")}

    assert french["rework_min"] == "Une deuxième visite coûte 12\N{NO-BREAK SPACE}345,5 min."
    assert "12,5\N{NO-BREAK SPACE}%" in french["spread_share"]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(40, 0, "40"), (1200.0, 0, "1,200"), (0.5, 6, "0.5"), (100, 6, "100"), (-0.04, 1, "0")],
)
def test_writes_no_more_digits_than_there_are(value: float, digits: int, text: str) -> None:
    """And no fewer."""
    assert wording.number(value, PHRASES["en"], digits=digits) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_tells_what_changed_between_two_versions(language: str) -> None:
    """Before and after, for the fields that differ."""
    new = replace(DEFAULT, version=2, overtime=0.75, on_call_priority=0)

    edits = wording.compare(DEFAULT, new, language)

    assert [edit.field for edit in edits] == ["overtime", "on_call_priority"]
    assert all(edit.old != edit.new for edit in edits)


def test_finds_two_equal_versions_equal() -> None:
    """Another version number alone changes nothing."""
    assert wording.compare(DEFAULT, replace(DEFAULT, version=2), "en") == ()


def test_refuses_a_language_without_words() -> None:
    """No silent English for a German."""
    with pytest.raises(ValueError, match="language: no phrases in de"):
        wording.tell(DEFAULT, "de")


def test_leaves_the_document_alone() -> None:
    """Telling a policy is not changing it."""
    before = msgspec.json.encode(DEFAULT)

    wording.tell(DEFAULT, "en")

    assert msgspec.json.encode(DEFAULT) == before
