"""Choices that look like chance and are the same in every demo world."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from squad.kernel.ids import derive

T = TypeVar("T")


def identity(*parts: str) -> str:
    """This will give the id of something in the demo world."""
    return derive("demo", *parts)


def dice(*parts: str) -> Random:
    """This will give dice that fall the same way whenever these parts are rolled for.

    Only `random()` is promised to stay the same in later versions of Python.
    """
    return Random(derive("demo", "dice", *parts))


def pick(dice: Random, among: Sequence[T]) -> T:
    """This will take one of them."""
    return among[int(dice.random() * len(among))]
