"""The day-order optimiser on public routes: MDVRPTW and VRPTW instances with best-known solutions.

Each route of a best-known solution is given to the optimiser in the naive order, by due time, and
compared with the route itself: distance is what counts, windows and the depot's hours are hard.

Usage: .venv/bin/python -m bench.vrp [--data FILE] [--steps N] [--routes N] [--json]
"""

import argparse
import os
import re
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from squad.services.routing import order
from squad.services.routing.policy import DEFAULT

DATA = Path(__file__).parents[2] / "shared/data/vrp/pyvrp_mdvrptw_vrptw.tar.zst"
HEAVY = 10_000.0  # cost of a unit of lateness: no detour is worth one
TIGHT = 1e-6  # units of time; less late is a matter of rounding
MATCH = 1e-4  # share of the distance; instances are rounded to tenths
POLICY = msgspec.structs.replace(
    DEFAULT, waiting=(0.0,) * 4, breach=(0.0,) * 4, lateness=(HEAVY,) * 4, overtime=HEAVY
)
WEIGHTS = np.array([[0.0], [0.0], [HEAVY]])
BANDS = ((1, 8), (9, 15), (16, 24), (25, 40), (41, 999))


class Instance(NamedTuple):
    """Nodes: place, shape (n, 2); service, shape (n,); window, shape (n, 2)."""

    name: str
    places: NDArray[np.float64]
    service: NDArray[np.float64]
    window: NDArray[np.float64]


class Result(NamedTuple):
    """One route. known, found, naive: distance. late, theirs: of found and of known, units."""

    family: str
    stops: int
    known: float
    found: float
    naive: float
    late: float
    theirs: float
    seconds: float

    @property
    def gap(self) -> float:
        """Share of the known distance."""
        return self.found / self.known - 1.0


def read(path: Path) -> Iterator[tuple[str, str, str]]:
    """This will yield each instance: name, problem and best-known solution, as text."""
    texts: dict[str, str] = {}
    with (
        path.open("rb") as packed,
        zstandard.ZstdDecompressor().stream_reader(packed) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        for member in tar:
            if member.isfile() and (file := tar.extractfile(member)):
                texts[member.name] = file.read().decode()
    for name in sorted(texts):
        if name.endswith(".vrp"):
            yield name[:-4], texts[name], texts[name[:-4] + ".sol"]


def parse(name: str, text: str) -> Instance:
    """This will read a problem in VRPLIB form: sections of numbers, the node's first."""
    sections: dict[str, dict[int, list[float]]] = {}
    current: dict[int, list[float]] = {}
    service = re.search(r"^SERVICE_TIME\s*:\s*([\d.]+)", text, re.M)
    for line in text.splitlines():
        words = line.split()
        if words and words[0].endswith("_SECTION"):
            current = sections.setdefault(words[0], {})
        elif len(words) > 1 and words[0].isdigit():
            current[int(words[0])] = [float(word) for word in words[1:]]
    places = _table(sections["NODE_COORD_SECTION"])
    worked = sections.get("SERVICE_TIME_SECTION")
    same = np.full(len(places), float(service[1]) if service else 0.0)
    takes = _table(worked)[:, 0] if worked else same
    return Instance(name, places, takes, _table(sections["TIME_WINDOW_SECTION"]))


def depots(text: str) -> dict[int, int]:
    """This will tell each vehicle's depot, a node counted from 0; none listed: 0."""
    section = re.search(r"VEHICLES_DEPOT_SECTION\n((?:\d+\s+\d+\s*\n)+)", text)
    pairs = [line.split() for line in section[1].splitlines()] if section else []
    return {int(vehicle): int(depot) - 1 for vehicle, depot in pairs}


def tours(text: str, problem: str) -> Iterator[tuple[int, list[int]]]:
    """This will yield the routes that are driven: depot and stops, nodes counted from 0."""
    homes = depots(problem)
    for number, listed in re.findall(r"Route #(\d+): *([\d ]+)$", text, re.M):
        if stops := [int(word) for word in listed.split()]:
            yield homes.get(int(number), 0), stops


def day_of(instance: Instance, depot: int, stops: list[int]) -> order.Day:
    """This will state a route as a day: distance is time, lateness and overtime are heavy."""
    nodes = [*stops, depot]
    places = instance.places[nodes]
    ways = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    opens, due = instance.window[stops].T
    count = len(stops)
    return order.Day(
        ways=ways,
        onsite=np.ones(count, bool),
        fixed=np.zeros(count, bool),
        service=instance.service[stops],
        opens=opens,
        due=due,
        weights=np.tile(WEIGHTS, count),
        start=float(instance.window[depot, 0]),
        closes=float(instance.window[depot, 1]),
        policy=POLICY,
        back=ways[:-1, -1].copy(),
        wait=0.0,
    )


def drive(day: order.Day, stops: list[int]) -> tuple[float, float]:
    """This will drive an order: distance with the way home, and lateness in all."""
    at, place, distance, late = day.start, len(stops), 0.0, 0.0
    for stop in stops:
        distance += day.ways[place, stop]
        at = max(at + day.ways[place, stop], day.opens[stop])
        late += max(0.0, at - day.due[stop])
        at, place = at + day.service[stop], stop
    late += max(0.0, at + day.back[place] - day.closes)
    return float(distance + day.back[place]), float(late)


def measure(instance: Instance, depot: int, known: list[int], steps: int) -> Result:
    """This will give one route to the optimiser in order of due times, and compare."""
    naive = sorted(known, key=lambda node: (instance.window[node, 1], node))
    day = day_of(instance, depot, naive)
    began = time.perf_counter()
    found = order.best(day, steps)
    seconds = time.perf_counter() - began
    distance, late = drive(day, list(found.stops))
    theirs, hardship = drive(day, [naive.index(node) for node in known])
    return Result(
        family=instance.name.split("/")[0],
        stops=len(known),
        known=theirs,
        found=distance,
        naive=drive(day, list(range(len(known))))[0],
        late=late,
        theirs=hardship,
        seconds=seconds,
    )


def sample(data: Path, most: int, steps: int) -> list[Result]:
    """This will measure up to so many routes of each instance, evenly spread; 0: all."""
    results = []
    for name, problem, solution in read(data):
        instance, driven = parse(name, problem), list(tours(solution, problem))
        stride = max(1, len(driven) // most) if most else 1
        chosen = driven[::stride][: most or None]
        results += [measure(instance, depot, stops, steps) for depot, stops in chosen]
    return results


def summary(results: list[Result]) -> dict[str, float]:
    """This will sum up some routes; shares, seconds and percent of the distance."""
    kept = [one for one in results if one.late <= max(TIGHT, one.theirs)]
    gaps = np.array([one.gap for one in kept]) * 100.0
    seconds = np.array([one.seconds for one in results])
    return {
        "routes": len(results),
        "feasible": len(kept) / len(results),
        "gap_mean": float(gaps.mean()),
        "gap_median": float(np.median(gaps)),
        "gap_max": float(gaps.max()),
        "matched": float((gaps <= MATCH * 100.0).mean()),
        "naive_mean": float(np.mean([one.naive / one.known - 1.0 for one in results]) * 100.0),
        "ms_median": float(np.median(seconds) * 1e3),
        "ms_p95": float(np.quantile(seconds, 0.95) * 1e3),
    }


def _table(rows: dict[int, list[float]]) -> NDArray[np.float64]:
    return np.array([rows[number] for number in sorted(rows)])


def _groups(results: list[Result]) -> Iterator[tuple[str, list[Result]]]:
    for family in sorted({one.family for one in results}):
        yield family, [one for one in results if one.family == family]
    for least, most in BANDS:
        if inside := [one for one in results if least <= one.stops <= most]:
            yield f"{least} to {most} stops" if most < 999 else f"over {least - 1} stops", inside
    yield "all", results


def main() -> None:
    """This will print the table, or JSON."""
    short = os.environ.get("SQUAD_BENCH", "short") == "short"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--steps", type=int, default=order.STEPS, help="neighbourhoods a route")
    parser.add_argument("--routes", type=int, default=1 if short else 0, help="an instance; 0: all")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.data.exists():
        sys.exit(f"no instances at {given.data}: pass --data FILE")
    table = {
        name: summary(results)
        for name, results in _groups(sample(given.data, given.routes, given.steps))
    }
    if given.json:
        print(msgspec.json.encode(table).decode())
        return
    columns = list(table["all"])
    print(f"{'':20}" + "".join(f"{column:>12}" for column in columns))
    for name, row in table.items():
        print(f"{name:20}" + "".join(f"{row[column]:12.3f}" for column in columns))


if __name__ == "__main__":
    main()
