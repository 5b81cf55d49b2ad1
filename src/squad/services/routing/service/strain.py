"""How hard the database breathes: when commits are slow, only what must be decided is decided."""

import contextlib
import time
from collections.abc import Iterator

SLOW = 0.25  # s a commit: above it nothing is re-optimised
WELL = 0.10  # s a commit: below it that goes on; in between it stays as it is
WEIGHT = 0.2  # of the newest commit in the mean; a beat of the lease each second is one, too


class Strain:
    """A moving mean of what commits take, seconds, with hysteresis."""

    def __init__(self) -> None:
        self.mean = 0.0
        self.slow = False

    def note(self, seconds: float) -> None:
        """This will count a commit."""
        self.mean += WEIGHT * (seconds - self.mean)
        self.slow = self.mean > (WELL if self.slow else SLOW)

    @contextlib.contextmanager
    def timed(self) -> Iterator[None]:
        """This will count what is done inside, also when it fails."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.note(time.perf_counter() - began)
