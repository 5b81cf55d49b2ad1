"""What happens on a busy day in the demo world: the same whenever it is planned anew."""

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, Literal

import msgspec

from squad.apps.busy.texts import TROUBLES, Trouble
from squad.apps.world import chance
from squad.kernel.ids import derive

Goal = Literal[
    "assigned", "declined", "accepted", "travelling", "waiting", "on_site", "resolved", "closed",
    "stuck",
]  # fmt: skip
GOALS: Mapping[Goal, int] = {
    "assigned": 40, "declined": 4, "accepted": 12, "travelling": 8, "waiting": 7, "on_site": 9,
    "resolved": 7, "closed": 10, "stuck": 3,
}  # fmt: skip
PRIORITIES: Mapping[int, int] = {1: 8, 2: 27, 3: 45, 4: 20}
REMOTE = frozenset({"access", "email", "software"})  # mostly done without a visit
HALF = 0.5
SATURDAY = 5
JITTER = 0.03  # degrees between a consultant's home and a customer: about 3 km
DAYS = 28  # that past tickets lie back at most
FAR = ("99723", "X0A0H0", "99762", "X0B0C0")  # postal codes that nobody travels to
STREETS = (
    "Main Street", "Lake Street", "Washington Avenue", "Maple Avenue", "2nd Street", "Park Road",
)  # fmt: skip

# Tickets of those who sign in: whose, how far they come, about what; all for consultant@.
CAST: Sequence[tuple[str, Goal, str, str]] = (
    ("customer", "on_site", "pos", "60601"),
    ("store", "accepted", "network", "60614"),
    ("customer", "assigned", "printer", "60607"),
    ("store", "waiting", "hardware", "60622"),
    ("customer", "resolved", "phone", "60654"),
    ("customer", "closed", "email", "60616"),
    ("store", "closed", "access", "60613"),
)


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the demo world, as the node tells. home: latitude, longitude; degrees."""

    id: str
    mail: str
    name: str
    zone: str
    language: str
    languages: Sequence[str]
    region: str = ""
    home: tuple[float, float] = (0.0, 0.0)


class Crowd(msgspec.Struct, frozen=True):
    """Who is there: those who work, and those who have trouble, sorted by id."""

    consultants: Sequence[Who]
    askers: Sequence[Who]

    def asker(self, name: str) -> Who:
        """This will find somebody who can sign in. name: before the @."""
        return next(one for one in self.askers if one.mail.startswith(f"{name}@"))

    @property
    def star(self) -> Who:
        """This will find consultant@."""
        return next(one for one in self.consultants if one.mail.startswith("consultant@"))


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket to log. goal: how far it comes. mine: it is for consultant@. desk: by phone."""

    number: int
    asker: Who
    goal: Goal
    trouble: Trouble
    facts: Mapping[str, Any]
    mine: bool = False
    desk: bool = False

    @property
    def id(self) -> str:
        """This will give the ticket's id."""
        return str(self.facts["id"])

    @property
    def language(self) -> str:
        """This will give the language it is told in."""
        return str(self.facts["language"])


def day(seed: str, count: int, crowd: Crowd, now: datetime) -> list[Draft]:
    """This will plan today's tickets; of a longer day the first ones are the same."""
    return [
        _cast(seed, number, crowd) if number < len(CAST) else _draft(seed, number, crowd, now)
        for number in range(count)
    ]


def past(seed: str, count: int, crowd: Crowd, now: datetime) -> Iterator[dict[str, Any]]:
    """This will give finished tickets of the last weeks, for `POST /api/tickets/import`."""
    for number in range(count):
        dice = chance.dice("busy", seed, "past", str(number))
        draft = _about(dice, derive("busy", seed, "past", str(number)), crowd)
        facts = {**draft.facts, "requester": draft.asker.id}
        yield {**facts, "past": _times(dice, draft, now)}


def _cast(seed: str, number: int, crowd: Crowd) -> Draft:
    name, goal, category, code = CAST[number]
    dice = chance.dice("busy", seed, str(number))
    asker, trouble = crowd.asker(name), chance.pick(dice, TROUBLES["en"][category])
    facts = {
        "id": derive("busy", seed, str(number)), "title": trouble.title,
        "description": trouble.description, "category": category, "priority": 2, "language": "en",
        "mode": "onsite", "location": {"postal_code": code, "address": _address(dice)},
    }  # fmt: skip
    return Draft(
        number=number, asker=asker, goal=goal, trouble=trouble, facts=facts, mine=True,
    )  # fmt: skip


def _draft(seed: str, number: int, crowd: Crowd, now: datetime) -> Draft:
    dice = chance.dice("busy", seed, str(number))
    draft = _about(dice, derive("busy", seed, str(number)), crowd)
    facts = dict(draft.facts)
    goal = _weighted(dice, GOALS)
    if goal == "stuck":
        facts |= {"location": {"postal_code": chance.pick(dice, FAR)}, "mode": "onsite"}
    if goal == "assigned" and dice.random() < HALF:
        facts["preferred_windows"] = [_window(dice, now)]
    desk = dice.random() < HALF / 2
    return msgspec.structs.replace(draft, number=number, goal=goal, facts=facts, desk=desk)


def _about(dice: Random, id: str, crowd: Crowd) -> Draft:
    """What is wrong, where, and who says so."""
    near = chance.pick(dice, crowd.consultants)
    language = _language(dice, near)
    asker = _asker(dice, crowd, near, language)
    category = chance.pick(dice, tuple(TROUBLES[language]))
    trouble = chance.pick(dice, TROUBLES[language][category])
    north, east = (JITTER * (2 * dice.random() - 1) for _ in range(2))
    spot = {
        "latitude": round(near.home[0] + north, 5), "longitude": round(near.home[1] + east, 5),
        "address": _address(dice),
    }  # fmt: skip
    remote = category in REMOTE and dice.random() < HALF
    facts = {
        "id": id, "title": trouble.title, "description": trouble.description,
        "category": category, "priority": _weighted(dice, PRIORITIES), "language": language,
        "mode": "remote" if remote else "onsite", "location": spot,
    }  # fmt: skip
    return Draft(number=0, asker=asker, goal="closed", trouble=trouble, facts=facts)


def _language(dice: Random, near: Who) -> str:
    """Customers speak what the consultant next to them does."""
    if near.region == "QC":
        return "fr"
    return chance.pick(dice, near.languages) if dice.random() < HALF else "en"


def _asker(dice: Random, crowd: Crowd, near: Who, language: str) -> Who:
    """Somebody of that language, if possible from around there."""
    fit = [one for one in crowd.askers if one.language == language] or crowd.askers
    return chance.pick(dice, [one for one in fit if one.zone == near.zone] or fit)


def _times(dice: Random, draft: Draft, now: datetime) -> dict[str, Any]:
    """Logged by day (15:00 to 24:00 UTC), urgent ones done sooner, closed within two days."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    opened = midnight - timedelta(days=DAYS * dice.random() // 1 + 1)
    opened += timedelta(minutes=900 + 540 * dice.random() // 1)
    hours = draft.facts["priority"] * (0.5 + 7 * dice.random() ** 2)
    resolved = min(now, opened + timedelta(hours=hours))
    closed = min(now, resolved + timedelta(hours=48 * dice.random()))
    return {
        "opened_at": opened, "resolved_at": resolved, "closed_at": closed,
        "resolution": draft.trouble.solved,
    }  # fmt: skip


def _window(dice: Random, now: datetime) -> dict[str, datetime]:
    """Some hours of one of the next working days, by day all over the continent."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=ahead) for ahead in range(1, 8)]
    chosen = chance.pick(dice, [one for one in days if one.weekday() < SATURDAY][:2])
    start = chosen + timedelta(hours=16 + 3 * dice.random() // 1)
    return {"start": start, "end": start + timedelta(hours=4)}


def _address(dice: Random) -> str:
    return f"{100 + int(dice.random() * 4_900)} {chance.pick(dice, STREETS)}"


def _weighted(dice: Random, weights: Mapping[Any, int]) -> Any:
    ends = list(accumulate(weights.values()))
    return list(weights)[bisect(ends, dice.random() * ends[-1], hi=len(ends) - 1)]
