"""The part of the story in which a manager tries another policy before it is put in force."""

from collections.abc import Sequence
from typing import Any

from squad.apps.story.person import Failed, Person

PATH = "/api/routing/simulations"
PATIENCE = 110.0  # s; the world is small, but it is run beside everything else
SMALL = {"source": "generated", "consultants": 20, "tickets": 60, "days": 1}


def ask(manager: Person) -> tuple[str, float, str]:
    """This will ask what it would be like if no work changed hands. Returns id, ms, the change."""
    policy = manager.get("/api/routing/policy", language="en")
    document = {
        **policy["document"], "version": policy["version"] + 1, "preempt_priority": 0,
        "relocate_min": 100_000.0,
    }  # fmt: skip
    asked, ms = manager.send(PATH, {**SMALL, "policy": document})
    return str(asked["id"]), ms, "nobody's trip is interrupted, and no work changes hands"


def wait(manager: Person, id: str) -> tuple[Any, float]:
    """This will wait for the comparison, and tell how long it took, ms. Raises Failed."""

    def look() -> Any | None:
        found = manager.get(f"{PATH}/{id}")
        if found["state"] not in ("queued", "running", "done"):
            raise Failed(f"the what-if is {found['state']}: {found['reason']}")
        return found["result"]

    return manager.until(look, "the what-if's result", PATIENCE)


def tell(result: Any) -> Sequence[str]:
    """This will tell the comparison in a few lines."""
    figures = {one["name"]: one["values"] for one in result["figures"]}
    met, km, cost = figures["met"], figures["km"], figures["cost"]
    tickets, changed = result["world"]["tickets"], result["assignments"]["changed"]
    return (
        f"{tickets} tickets, in the same world: {changed} of them done by somebody else",
        f"promises kept {met[0]:.1%} → {met[1]:.1%}, driven {km[0]:,.0f} → {km[1]:,.0f} km,"
        f" cost a ticket {cost[0]:.1f} → {cost[1]:.1f} min of paid time",
    )
