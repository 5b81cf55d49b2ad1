"""The policy in plain words, for a manager: a sentence for each field, in three languages."""

from typing import Any, NamedTuple

import msgspec

from squad.services.routing.document import changes, weight
from squad.services.routing.phrases import PHRASES, Phrases
from squad.services.routing.policy import Policy


class Sentence(NamedTuple):
    """What a field of the policy says. unit: of its numbers."""

    field: str
    text: str
    unit: str


class Edit(NamedTuple):
    """A field that differs between two versions, in words."""

    field: str
    old: str
    new: str


def tell(policy: Policy, language: str) -> tuple[Sentence, ...]:
    """This will tell a policy in plain words, a sentence for each field, in the fields' order.

    language: "en", "fr" or "es"; a region after it ("fr-CA") does not matter.

    Raises:
        ValueError: a language without phrases.
    """
    phrases = phrases_of(language)
    values = msgspec.to_builtins(policy)
    return tuple(
        Sentence(field, _say(field, values[field], phrases), weight(field).unit)
        for field in Policy.__struct_fields__
    )


def compare(old: Policy, new: Policy, language: str) -> tuple[Edit, ...]:
    """This will tell which fields differ, before and after, in words. Raises ValueError."""
    before = {one.field: one.text for one in tell(old, language)}
    after = {one.field: one.text for one in tell(new, language)}
    differ = dict.fromkeys(change.path[0] for change in changes(old, new))
    return tuple(Edit(field, before[field], after[field]) for field in differ)


def phrases_of(language: str) -> Phrases:
    """This will find the phrases of a language. Raises ValueError: there are none."""
    if (phrases := PHRASES.get(language.split("-")[0])) is None:
        raise ValueError(f"language: no phrases in {language}")
    return phrases


def number(value: float, phrases: Phrases, *, digits: int = 6) -> str:
    """This will write a number as the reader does, with no more digits than it has."""
    whole, _, rest = f"{round(value, digits) + 0.0:,.{digits}f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", phrases.thousands) + (phrases.decimal + rest if rest else "")


def _say(field: str, value: Any, phrases: Phrases) -> str:
    sentence = phrases.weights[field]
    if f"{field}.no" in phrases.weights and not value:
        sentence = phrases.weights[f"{field}.no"]
    if isinstance(value, dict):
        return sentence.format(**{name: number(one, phrases) for name, one in value.items()})
    if isinstance(value, list | tuple):
        each = {f"P{index}": number(one, phrases) for index, one in enumerate(value, 1)}
        return sentence.format(**each)
    if weight(field).unit == "share":
        return sentence.format(phrases.percent.format(n=number(100.0 * value, phrases)))
    return sentence.format(number(value, phrases))
