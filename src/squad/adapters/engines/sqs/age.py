"""How long the oldest letter of a queue waits, guessed: SQS tells it only to CloudWatch."""


class Age:
    """Remembers what was received, and when each queue was last seen empty.

    SQS hands out roughly in order, so what waits is younger than what was received last. A
    process that does not receive knows only since when the queue has not been empty.
    """

    def __init__(self) -> None:
        self._received: dict[str, float] = {}
        self._filled: dict[str, float] = {}

    def received(self, queue: str, published: float) -> None:
        """This will note the youngest letter of a batch. published: seconds since 1970."""
        self._received[queue] = max(published, self._received.get(queue, 0.0))

    def oldest(self, queue: str, waiting: int, now: float) -> float:
        """This will guess the age of the oldest, seconds; 0 when none waits."""
        if not waiting:
            self._filled.pop(queue, None)
            self._received.pop(queue, None)
            return 0.0
        filled = self._filled.setdefault(queue, now)
        return max(0.0, now - self._received.get(queue, filled))
