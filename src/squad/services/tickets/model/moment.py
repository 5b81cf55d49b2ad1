"""When something happened, as a device says that may have been away for days."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta

Moment = Annotated[datetime, Meta(tz=True)]

SKEW = timedelta(minutes=2)  # a clock that is off by less is taken as it is
OLDEST = timedelta(days=14)  # what is said to be older counts as now
_NONE = timedelta(0)


def skew(sent_at: datetime, now: datetime) -> timedelta:
    """This will tell by how much a device's clock is behind ours; nothing where that is little."""
    behind = now - sent_at
    return behind if abs(behind) > SKEW else _NONE


def happened(
    at: datetime, *, now: datetime, skew: timedelta = _NONE, floor: datetime | None = None
) -> datetime:
    """This will give the time that counts: corrected, not ahead, not too old, in UTC.

    floor: the ticket's step before; nothing happened earlier than that.
    """
    age = max(_NONE, now - at - skew)
    moment = now if age > OLDEST else now - age
    return moment if floor is None else min(now, max(moment, floor))
