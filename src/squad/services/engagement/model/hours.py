"""When people are left alone: quiet hours on their own wall clock, and slots of stalls."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

SLOT = 60  # s of stalls that a dispatcher is told of in one mail
Minute = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:30"])]


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours in which nothing is sent, in the person's zone; over midnight where end < start."""

    start: Minute
    end: Minute


def quiet_end(quiet: Quiet, zone: ZoneInfo, now: datetime) -> datetime:
    """This will give the end of the quiet hours that `now` lies in, or `now` outside of them.

    An end that comes twice is the one after `now`; skipped, it lies as long after (PEP 495).
    """
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    local = now.astimezone(zone)
    at = local.time().replace(tzinfo=None)
    inside = start <= at < end if start < end else at >= start or at < end
    if not inside or start == end:
        return now
    day = local.date() + timedelta(days=0 if at < end else 1)
    ends = datetime.combine(day, end, zone).astimezone(UTC)
    return ends if ends > now else datetime.combine(day, end.replace(fold=1), zone).astimezone(UTC)


def slot_end(now: datetime) -> datetime:
    """This will give the end of the slot whose stalls go into one mail."""
    return datetime.fromtimestamp((now.timestamp() // SLOT + 1) * SLOT, UTC)
