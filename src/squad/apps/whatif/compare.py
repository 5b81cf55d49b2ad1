"""Two outcomes side by side: figures, distributions, and who got another ticket and why."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from squad.apps.whatif.run import Fate, Outcome, waited
from squad.services.routing.policy import Policy
from squad.services.routing.simulate import Scenario
from squad.services.routing.wording import compare as differences

EDGES = (15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 1440.0, 2880.0)  # min to the work's start
SAMPLE = 12  # changed assignments that are shown
POINTS = 60  # of the curve of load
LANGUAGES = ("en", "fr", "es")
Two = tuple[float, float]


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What was replayed. since, until: of the tickets. notes: what it takes for granted.

    declines: share of offers. measured: tickets whose work is known from history.
    """

    source: Literal["recorded", "generated"]
    since: datetime
    until: datetime
    consultants: tuple[int, int]
    tickets: int
    declines: float
    measured: int = 0
    seed: int | None = None
    notes: Sequence[str] = ()


class Figure(msgspec.Struct, frozen=True):
    """A figure, baseline and variant. better: what is: "more", "less", or "": neither."""

    name: str
    unit: str
    values: Two
    better: Literal["more", "less", ""]


class Urgency(msgspec.Struct, frozen=True):
    """Tickets of a priority. met: share of promises kept. wait: minutes to the start, median."""

    priority: int
    tickets: int
    met: Two
    wait: Two


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket that somebody else got. start: of the work. why: what differs, as codes and numbers.

    consultants: "": nobody in that world.
    """

    ticket: str
    priority: int
    created: datetime
    consultants: tuple[str, str]
    starts: tuple[datetime | None, datetime | None]
    saved: float
    why: Mapping[str, float]


class Assignments(msgspec.Struct, frozen=True, kw_only=True):
    """changed: tickets done by somebody else. decisions: commands in each world.

    reproduced: share of tickets with the same offers, to the same people at the same minutes.
    identical: every command was the same, in the same order.
    """

    changed: int
    decisions: tuple[int, int]
    reproduced: float
    identical: bool
    sample: Sequence[Moved]


class Checked(msgspec.Struct, frozen=True):
    """Stored decisions, decided again by their own version. differ: their ids, at most 100."""

    decisions: int
    same: int
    differ: Sequence[str] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A what-if. versions: of the policies. changes: of the policy, in words, by language.

    edges: upper ends of `waits`, minutes; one more is beyond. loads: share of paid time busy,
    least loaded first.
    """

    world: World
    versions: tuple[int, int]
    changes: Mapping[str, Sequence[Mapping[str, str]]]
    staff: Sequence[str]
    figures: Sequence[Figure]
    by_priority: Sequence[Urgency]
    edges: Sequence[float]
    waits: tuple[Sequence[int], Sequence[int]]
    loads: tuple[Sequence[float], Sequence[float]]
    assignments: Assignments
    seconds: float
    checked: Checked | None = None


def edits(old: Policy, new: Policy) -> dict[str, list[dict[str, str]]]:
    """This will tell what differs between two policies, by language."""
    return {lang: [one._asdict() for one in differences(old, new, lang)] for lang in LANGUAGES}


def figures(pair: tuple[Outcome, Outcome], until: float) -> list[Figure]:
    """This will list the figures that are compared. until: end of the world, minutes."""
    waits = [sorted(waited(fate, until) for fate in one.fates) for one in pair]
    scores = [one.score for one in pair]

    def total(field: str) -> list[float]:
        return [getattr(score, field) * score.tickets for score in scores]

    rows = (
        ("met", "share", [1.0 - score.missed for score in scores], "more"),
        ("wait", "min", [score.wait for score in scores], "less"),
        ("wait_half", "min", [_at(one, 0.5) for one in waits], "less"),
        ("wait_most", "min", [_at(one, 0.9) for one in waits], "less"),
        ("km", "km", total("km"), "less"),
        ("km_each", "km", [score.km for score in scores], "less"),
        ("overtime", "h", [minutes / 60.0 for minutes in total("overtime")], "less"),
        ("gini", "", [score.gini for score in scores], "less"),
        ("utilisation", "share", [score.utilisation for score in scores], ""),
        ("moves", "", total("moves"), ""),
        ("unserved", "", [float(score.unserved) for score in scores], "less"),
        ("cost", "min", [score.cost for score in scores], "less"),
    )
    return [Figure(n, u, (v[0], v[1]), b) for n, u, v, b in rows]  # type: ignore[arg-type]


def by_priority(pair: tuple[Outcome, Outcome], until: float) -> list[Urgency]:
    """This will tell of each priority how many promises were kept, and how long people waited."""
    found = []
    for priority in (1, 2, 3, 4):
        mine = [[fate for fate in one.fates if fate.priority == priority] for one in pair]
        if not mine[0]:
            continue
        met = [sum(fate.met for fate in fates) / len(fates) for fates in mine]
        wait = [_at(sorted(waited(fate, until) for fate in fates), 0.5) for fates in mine]
        found.append(Urgency(priority, len(mine[0]), (met[0], met[1]), (wait[0], wait[1])))
    return found


def spread(outcome: Outcome, until: float) -> list[int]:
    """This will count tickets by the time to the start of work; the last beyond all edges."""
    counts = [0] * (len(EDGES) + 1)
    for fate in outcome.fates:
        minutes = waited(fate, until)
        counts[bisect_left(EDGES, minutes)] += 1
    return counts


def curve(loads: Sequence[float]) -> list[float]:
    """This will thin out sorted loads to what a chart can show."""
    if len(loads) <= POINTS:
        return [round(load, 4) for load in loads]
    step = (len(loads) - 1) / (POINTS - 1)
    return [round(loads[round(n * step)], 4) for n in range(POINTS)]


def assignments(
    pair: tuple[Outcome, Outcome], worlds: Sequence[Scenario], zero: datetime
) -> Assignments:
    """This will tell who got another ticket. zero: minute 0 of the world."""
    both = list(zip(pair[0].fates, pair[1].fates, strict=True))
    changed = [(a, b) for a, b in both if a.consultant != b.consultant]
    here = {one.id for one in worlds[1].people}, {one.id for one in worlds[0].people}
    top = sorted(changed, key=lambda two: (-abs(two[0].cost - two[1].cost), two[0].ticket))
    return Assignments(
        changed=len(changed),
        decisions=(pair[0].commands, pair[1].commands),
        reproduced=sum(a.offers == b.offers for a, b in both) / max(1, len(both)),
        identical=pair[0].digest == pair[1].digest,
        sample=[_moved(a, b, zero, here) for a, b in top[:SAMPLE]],
    )


def _moved(a: Fate, b: Fate, zero: datetime, here: tuple[set[str], set[str]]) -> Moved:
    return Moved(
        ticket=a.ticket,
        priority=a.priority,
        created=_moment(zero, a.created),
        consultants=(a.consultant, b.consultant),
        starts=tuple(_moment(zero, f.start) if f.consultant else None for f in (a, b)),  # type: ignore[arg-type]
        saved=round(a.cost - b.cost, 1),
        why=dict(_why(a, b, here)),
    )


def _why(a: Fate, b: Fate, here: tuple[set[str], set[str]]) -> Iterator[tuple[str, float]]:
    """What differs, the weightiest reasons first; differences are variant less baseline."""
    if a.consultant and a.consultant not in here[0]:
        yield "gone", 1.0
    if b.consultant and b.consultant not in here[1]:
        yield "new", 1.0
    if a.met != b.met:
        yield ("kept" if b.met else "broken"), 1.0
    if a.consultant and b.consultant:
        parts = {
            "sooner": a.start - b.start, "nearer": a.km - b.km,
            "skilled": b.surplus - a.surplus, "overtime": a.overtime - b.overtime,
        }  # fmt: skip
        for name, by in parts.items():
            if abs(by) >= 0.1:
                yield name, round(by, 1)
    elif not b.consultant:
        yield "unserved", 1.0


def _moment(zero: datetime, minutes: float) -> datetime:
    return (zero + timedelta(minutes=minutes)).replace(microsecond=0)


def _at(ranked: Sequence[float], share: float) -> float:
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] if ranked else 0.0


def lorenz(loads: Sequence[float]) -> list[tuple[float, float]]:
    """This will give a Lorenz curve: the share of work that the least loaded share of people do."""
    total, sums = sum(loads) or 1.0, [0.0]
    for load in loads:
        sums.append(sums[-1] + load)
    return [(n / max(1, len(loads)), value / total) for n, value in enumerate(sums)]
