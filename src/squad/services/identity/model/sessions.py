"""Rules about sign-ins as people see them, and what a browser calls itself."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from squad.services.identity.model.grants import Grant

# In this order: browsers name those that they want to be taken for as well.
BROWSERS = (
    ("edg", "Edge"), ("opr/", "Opera"), ("samsungbrowser", "Samsung Internet"),
    ("firefox", "Firefox"), ("fxios", "Firefox"), ("crios", "Chrome"), ("chrome", "Chrome"),
    ("epiphany", "Web"), ("safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("android", "Android"), ("iphone", "iPhone"), ("ipad", "iPad"), ("cros", "ChromeOS"),
    ("windows", "Windows"), ("mac os", "macOS"), ("linux", "Linux"),
)  # fmt: skip


class Session(msgspec.Struct, frozen=True):
    """A sign-in of one's own. device: such as "Chrome on Android", or "". current: it asks."""

    id: str
    began: datetime
    used: datetime
    client: str
    device: str
    current: bool


class SessionList(msgspec.Struct, frozen=True):
    """All of somebody's sign-ins, the last used first."""

    items: tuple[Session, ...]


def device(agent: str) -> str:
    """This will tell browser and system of a User-Agent, and nothing that is more exact."""
    text = agent[:500].casefold()
    browser = next((name for mark, name in BROWSERS if mark in text), "")
    system = next((name for mark, name in SYSTEMS if mark in text), "")
    return f"{browser} on {system}" if browser and system else browser or system


def sessions(grants: Iterable[Grant], current: str) -> list[Session]:
    """This will make one of each family of refresh tokens. current: the family that asks."""
    latest = {grant.family: grant for grant in sorted(grants, key=lambda one: one.made)}
    found = [
        Session(
            id=grant.family,
            began=_time(grant.begun),
            used=_time(max(grant.made, grant.begun)),
            client=grant.client,
            device=grant.device,
            current=grant.family == current,
        )
        for grant in latest.values()
    ]
    return sorted(found, key=lambda one: one.used, reverse=True)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
