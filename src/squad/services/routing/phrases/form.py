"""What a language must have words for."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Phrases(NamedTuple):
    """One language. The keys are the same in every one; braces name what is filled in.

    colon: what stands before one. thousands, decimal: what stands between the digits.
    percent: with {n}. joined: the last two of a list, {a} and {b}. clock, dated: a time of day,
    on a weekday. weekdays: Monday first. halves: of a day. span: hours and minutes.
    sentences: of explanations. terms: costs. excluded: how many broke a constraint. lacks: who
    breaks one, and how. needs: what would have to be otherwise. flips: what would have made
    somebody the choice. languages: their names. weights: the policy, a sentence for each field;
    `.no`: where it is 0 or false.
    """

    colon: str
    thousands: str
    decimal: str
    percent: str
    joined: str
    clock: str
    dated: str
    span: str
    halves: tuple[str, str]
    weekdays: Sequence[str]
    sentences: Mapping[str, str]
    terms: Mapping[str, str]
    excluded: Mapping[str, str]
    lacks: Mapping[str, str]
    needs: Mapping[str, str]
    flips: Mapping[str, str]
    languages: Mapping[str, str]
    weights: Mapping[str, str]
