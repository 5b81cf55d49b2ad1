"""Slowing down who guesses passwords: by account from one address, by account, by address."""

from collections import OrderedDict

from squad.kernel.problem import Limited
from squad.ports.clock import Clock
from squad.services.identity.model.grants import Tries, delay

FREE = {"pair": 5, "account": 20, "address": 50}  # failures before the first delay
FORGET = 900.0  # s without a failure after which the count begins anew
KEPT = 20_000  # counters at most; the one unused for longest goes first


class Throttle:
    """Counts in memory. Nobody is locked out for good: after 60 s at most, one may try again.

    An account's own limit is lenient, so that a stranger far away hardly delays its owner.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: OrderedDict[tuple[str, str], Tries] = OrderedDict()

    def begin(self, account: str, address: str) -> None:
        """This will count a try as failed until `passed` says otherwise. Raises Limited."""
        now = self._clock.monotonic()
        keys = _keys(account, address)
        wait = max(delay(self._recent(key, now), FREE[key[0]], now) for key in keys)
        if wait > 0:
            raise Limited("Too many tries. Wait, then try again.", retry_after=wait)
        for key in keys:
            tries = self._recent(key, now)
            self._tries.pop(key, None)
            self._tries[key] = Tries(tries.count + 1 if tries else 1, now)
        while len(self._tries) > KEPT:
            self._tries.popitem(last=False)

    def passed(self, account: str, address: str) -> None:
        """This will forget the account's failures, and take back the address's last one."""
        pair, alone, place = _keys(account, address)
        self._tries.pop(pair, None)
        self._tries.pop(alone, None)
        if tries := self._tries.get(place):
            self._tries[place] = Tries(max(0, tries.count - 1), tries.last)

    def _recent(self, key: tuple[str, str], now: float) -> Tries | None:
        tries = self._tries.get(key)
        return tries if tries and now - tries.last < FORGET else None


def _keys(account: str, address: str) -> tuple[tuple[str, str], ...]:
    name = account.strip().casefold()
    return ("pair", f"{address} {name}"), ("account", name), ("address", address)
