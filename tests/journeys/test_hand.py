"""A dispatcher's hand: preview, pin to somebody else, undo; in every world, each sent twice."""

from typing import Any

from tests.journeys.harness import World
from tests.journeys.test_story import _assigned, _ticket

from squad.kernel.ids import uuid7


def test_a_dispatcher_has_the_last_word(world: World) -> None:
    """What it costs is told before; the engine keeps off; undone, the first one has it again."""
    id = world.post("customer", "/api/tickets", _ticket())["id"]
    first = _assigned(world, id)["assignee"]
    path = f"/api/routing/tickets/{id}"

    options = world.get("dispatcher", f"{path}/candidates")["candidates"]
    other = next(one for one in options if one["consultant"] != first)
    pinned = world.post("dispatcher", f"{path}/pin", {"consultant": other["consultant"]})
    world.until(lambda: _assigned(world, id)["assignee"] == other["consultant"])
    undone = _undo(world, path)
    world.until(lambda: _assigned(world, id)["assignee"] == first)

    assert other["extra"] >= 0
    assert (pinned["hold"], pinned["undo"]) == ("pinned", "pinned")
    assert (undone["hold"], undone["undo"], undone["consultant"]) == ("", None, first)
    log = world.get("dispatcher", f"{path}/hand")["log"]
    assert [one["action"] for one in log] == ["undone", "pinned"]


def _undo(world: World, path: str) -> Any:
    """Routing says 503 until tickets has confirmed what is to be undone; the key stays the same."""
    headers = {"Idempotency-Key": uuid7()}

    def ask() -> Any:
        answer = world.ask("dispatcher", "POST", f"{path}/undo", json={}, headers=headers)
        assert answer.status_code in (200, 503), answer.text
        return answer.json() if answer.status_code == 200 else None

    first = world.until(ask)
    assert ask() == first
    return first
