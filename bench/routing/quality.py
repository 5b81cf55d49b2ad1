"""How good the decisions are: every rule in the same generated worlds, side by side.

Usage: .venv/bin/python -m bench.routing.quality [--seeds 5] [--consultants 240] [--only ours]
                                                  [--parts] [--slow 1.25]

--parts: our engine without one of its parts each. --slow: all drives take so many times as long.

--json writes the means of all seeds; src/squad/apps/pages/rules.json is what the page /simulator
shows.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import mean
from typing import Any

import msgspec
from bench.routing.rivals import RIVALS

from squad.adapters.clock.system import SystemClock
from squad.adapters.places import table
from squad.apps import fast
from squad.apps.whatif.generate import Size, scenario
from squad.apps.whatif.score import Score, score
from squad.services.routing.desk import Desk
from squad.services.routing.policy import DEFAULT
from squad.services.routing.simulate import Router, Simulation


def desk(**weights: Any) -> Callable[[], Desk]:
    """This will make our engine with other weights."""
    return lambda: Desk(msgspec.structs.replace(DEFAULT, **weights))


def unlearning() -> Desk:
    """This will make our engine without learning how long drives take."""
    made = Desk()
    made.pace.recall = lambda *_: None  # type: ignore[method-assign]
    return made


PLACES = asyncio.run(table.open("table:", SystemClock()))
ROUTERS: dict[str, Callable[[], Router]] = {
    **{rival.name: rival for rival in RIVALS},
    "cheapest insertion": desk(preempt_priority=0, relocate_min=100_000.0),
    "ours": Desk,
}
NONE = (0.0, 0.0, 0.0, 0.0)
PARTS: dict[str, Callable[[], Router]] = {
    "no interruptions": desk(preempt_priority=0),
    "no moves": desk(relocate_min=100_000.0),
    "no learnt drives": unlearning,
    "no promises": desk(breach=NONE, lateness=NONE),
    "no fairness": desk(fairness_min=0.0),
    "no risk of rework": desk(rework_min=0.0),
}


def run(name: str, size: Size) -> tuple[str, int, Score, float]:
    """This will try one rule in one world."""
    fast.warm()
    began = time.perf_counter()
    done = Simulation(scenario(PLACES, size), (ROUTERS | PARTS)[name]()).run()
    for line in done.violations[:5]:
        print(name, line, file=sys.stderr)
    return name, size.seed, score(done), time.perf_counter() - began


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--consultants", type=int, default=240)
    parser.add_argument("--tickets", type=int, default=780)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--slow", type=float, default=1.0)
    parser.add_argument("--only", action="append")
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="file to write the means to")
    options = parser.parse_args()
    names = options.only or (["ours", *PARTS] if options.parts else list(ROUTERS))
    tasks = [
        (name, Size(consultants=options.consultants, tickets=options.tickets, days=options.days,
                    slow=options.slow, seed=seed))
        for seed in range(1, options.seeds + 1) for name in names
    ]  # fmt: skip
    with ProcessPoolExecutor(options.jobs) as pool:
        found = list(pool.map(run, *zip(*tasks, strict=True)))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(_means(options, found))))
    print(
        f"{'rule':20} {'cost':>6} {'missed':>7} {'P1':>6} {'P2':>6} {'P3':>6} {'P4':>6} {'wait':>6}"
        f" {'travel':>6} {'km':>6} {'over':>5} {'moves':>5} {'util':>5} {'gini':>5} bad s"
    )
    for name in names:
        mine = [one for one in found if one[0] == name]

        def middle(pick: Callable[[Score], float]) -> float:
            return sum(pick(one[2]) for one in mine) / len(mine)  # noqa: B023

        by = [mean(one[2].by_priority[i] for one in mine) * 100 for i in range(4)]
        print(
            f"{name:20} {middle(lambda s: s.cost):6.1f} {middle(lambda s: s.missed) * 100:6.2f}%"
            + "".join(f" {p:5.1f}%" for p in by)
            + f" {middle(lambda s: s.wait):6.0f} {middle(lambda s: s.travel):6.1f}"
            f" {middle(lambda s: s.km):6.1f} {middle(lambda s: s.overtime):5.1f}"
            f" {middle(lambda s: s.moves):5.2f} {middle(lambda s: s.utilisation):5.2f}"
            f" {middle(lambda s: s.gini):5.3f} {middle(lambda s: s.violations + s.unserved):.0f}"
            f" {sum(one[3] for one in mine):.0f}"
        )


def _means(options: argparse.Namespace, found: list[tuple[str, int, Score, float]]) -> Any:
    """The worlds, and each rule's figures, mean of all seeds."""
    rules = []
    for name in dict.fromkeys(one[0] for one in found):
        scores = [msgspec.structs.asdict(one[2]) for one in found if one[0] == name]
        figures: dict[str, Any] = {"name": name}
        for field, first in scores[0].items():
            values = [score[field] for score in scores]
            if isinstance(first, tuple):
                figures[field] = [round(mean(column), 5) for column in zip(*values, strict=True)]
            else:
                figures[field] = round(mean(values), 5)
        rules.append(figures)
    world = {name: getattr(options, name) for name in ("seeds", "consultants", "days", "slow")}
    return {**world, "weekday": options.tickets, "rules": rules}


if __name__ == "__main__":
    main()
