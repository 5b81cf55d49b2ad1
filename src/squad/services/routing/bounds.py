"""Bounds of what routing is told; a message starts with the field's name."""

import math
from collections.abc import Iterable, Mapping


def check(field: str, good: bool, reason: str) -> None:
    """This will refuse a field. Raises ValueError."""
    if not good:
        raise ValueError(f"{field}: {reason}")


def place(latitude: float, longitude: float) -> None:
    """This will refuse what is no point on Earth, degrees. Raises ValueError."""
    check("latitude", -90.0 <= latitude <= 90.0, "must be -90 to 90 degrees")
    check("longitude", -180.0 <= longitude <= 180.0, "must be -180 to 180 degrees")


def levels(skills: Mapping[str, int]) -> None:
    """This will refuse a level that is not 1 to 5. Raises ValueError."""
    for name, level in skills.items():
        check(f"skills.{name}", 1 <= level <= 5, "level must be 1 to 5")


def spans(field: str, spans: Iterable[tuple[float, float]]) -> None:
    """This will refuse a span that ends before it starts. Raises ValueError."""
    for start, end in spans:
        check(field, -math.inf < start < end < math.inf, "must end after it starts")
