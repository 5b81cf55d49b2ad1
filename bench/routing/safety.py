"""Does the engine ever break a hard constraint? Random cases against a check of its own.

Usage: .venv/bin/python -m bench.routing.safety [--cases 100000]

The check is written from the rules in DESIGN §6 and shares nothing with the engine but the data.
"""

import argparse
import sys

from tests.unit.routing.world import NOW, World, draw, eligible, gather

from squad.services.routing.choose import cheapest, choose


def wrong(world: World) -> str:
    """This will tell what a decision breaks, or nothing."""
    roster = gather(world.team)
    decision = choose(world.job, roster, NOW, world.policy)
    bid = cheapest(world.job, roster, NOW, world.policy)
    if (bid.consultant if bid else None) != decision.consultant:
        return "with and without the record another one is chosen"
    able = [name for name in roster.ids if eligible(world.job, roster, name, world.policy)]
    if decision.consultant is None:
        return f"nobody is chosen of {able}" if able else ""
    return "" if decision.consultant in able else f"{decision.consultant} must not have it"


def main() -> None:
    """Print how many cases broke a constraint. Exit 1: some did."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    cases = parser.parse_args().cases
    broken = 0
    for number in range(cases):
        if reason := wrong(draw(number)):
            broken += 1
            print(f"case {number}: {reason}")
    print(f"{cases} random cases, {broken} broken")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
