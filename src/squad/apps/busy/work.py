"""What a consultant does with a ticket, as their phone would push it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from squad.apps.busy.plan import Draft, Goal
from squad.apps.busy.texts import PARTS, PHRASES
from squad.apps.world import chance
from squad.kernel.ids import derive

STEP = timedelta(seconds=1)  # between one thing done and the next
_STEPS: dict[Goal, tuple[str, ...]] = {
    "assigned": (),
    "stuck": (),
    "declined": ("decline",),
    "accepted": ("accept",),
    "travelling": ("accept", "travel"),
    "waiting": ("accept", "travel", "arrive", "wait"),
    "on_site": ("accept", "travel", "arrive"),
    "resolved": ("accept", "travel", "arrive", "resolve"),
    "closed": ("accept", "travel", "arrive", "resolve"),
}
MOVING = ("travelling", "on_site")  # what one can only do with one ticket at a time


def mutations(draft: Draft, goal: Goal, ticket: Any) -> list[dict[str, Any]]:
    """This will give all that is done until a ticket is where it shall come to, in order.

    ticket: as it is. Planned again, it is the same, so nothing is done twice.
    """
    begun = datetime.fromisoformat(ticket["created_at"])
    return [
        {
            "id": derive("busy", "do", draft.id, str(number), str(done["name"])),
            "ticket": draft.id, "at": begun + STEP * (number + 1), **done,
        }
        for number, done in enumerate(_done(draft, goal))
    ]  # fmt: skip


def _done(draft: Draft, goal: Goal) -> Iterator[dict[str, Any]]:
    phrases = PHRASES[draft.language]
    for step in _STEPS[goal]:
        if step == "resolve":
            yield from _report(draft)
        yield {"name": step, "args": _args(draft, step)}
        if step == "travel":
            yield _note(draft, "coming", phrases.coming, "public")
            yield _spent(draft, "travel", 10, 35)


def _args(draft: Draft, step: str) -> dict[str, Any]:
    phrases = PHRASES[draft.language]
    match step:
        case "decline":
            return {"reason": phrases.decline}
        case "wait":
            return {"reason": phrases.parts, "waiting_for": "parts"}
        case "resolve":
            return {"resolution": draft.trouble.solved}
        case _:
            return {}


def _report(draft: Draft) -> Iterator[dict[str, Any]]:
    """Time, parts, words, and who signed."""
    phrases, dice = PHRASES[draft.language], chance.dice("busy", "report", draft.id)
    yield _spent(draft, "work", 15, 75)
    parts = PARTS.get(str(draft.facts["category"]), ())
    if parts and draft.facts["mode"] == "onsite":
        name, cents = chance.pick(dice, parts)
        part = {"id": derive("busy", "part", draft.id), "name": name, "quantity": 1, "cents": cents}
        yield {"name": "part.put", "args": part}
    texts = {
        "summary": draft.trouble.solved,
        "root_cause": phrases.cause,
        "recommendation": phrases.advice,
    }
    for field, text in texts.items():
        yield {"name": "report.set", "args": {"field": field, "text": text}}
    yield _note(draft, "colleagues", phrases.advice, "internal")
    yield {"name": "sign", "args": {"name": draft.asker.name}}


def _note(draft: Draft, name: str, text: str, visibility: str) -> dict[str, Any]:
    id = derive("busy", "note", name, draft.id)
    return {"name": "note", "args": {"id": id, "text": text, "visibility": visibility}}


def _spent(draft: Draft, kind: str, least: int, more: int) -> dict[str, Any]:
    minutes = least + int(chance.dice("busy", kind, draft.id).random() * more)
    id = derive("busy", "time", kind, draft.id)
    return {"name": "time.put", "args": {"id": id, "kind": kind, "minutes": minutes}}
