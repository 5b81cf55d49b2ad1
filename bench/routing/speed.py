"""Routing decisions: what they take by roster size, in numpy and compiled, side by side.

Usage: .venv/bin/python -m bench.routing.speed [--sizes 300,10000,100000] [--jobs 1000] [--json]

Beside them a scan of the bytes that deciding without plans reads of everybody. SQUAD_BENCH=short:
fewer jobs and people.
"""

import argparse
import os
import platform
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from squad.apps import fast
from squad.services.routing import swift
from squad.services.routing.choose import cheapest, choose, score
from squad.services.routing.model import Consultant, Job, Stop
from squad.services.routing.policy import DEFAULT
from squad.services.routing.relocate import better
from squad.services.routing.roster import Roster

NOW = 1_750_000_000.0  # epoch s
HOUR = 3600.0  # s
# Metropolitan areas: latitude, longitude (degrees), population (millions), country; rounded.
METROS = (
    (40.7, -74.0, 19.5, "US"), (34.1, -118.2, 12.8, "US"), (41.9, -87.6, 9.3, "US"),
    (32.8, -96.8, 8.1, "US"), (29.8, -95.4, 7.5, "US"), (33.7, -84.4, 6.3, "US"),
    (38.9, -77.0, 6.3, "US"), (40.0, -75.2, 6.2, "US"), (25.8, -80.2, 6.2, "US"),
    (33.4, -112.1, 5.1, "US"), (42.4, -71.1, 4.9, "US"), (34.0, -117.4, 4.7, "US"),
    (37.8, -122.4, 4.6, "US"), (42.3, -83.0, 4.3, "US"), (47.6, -122.3, 4.0, "US"),
    (45.0, -93.3, 3.7, "US"), (27.9, -82.5, 3.3, "US"), (32.7, -117.2, 3.3, "US"),
    (39.7, -105.0, 3.0, "US"), (39.3, -76.6, 2.8, "US"), (28.5, -81.4, 2.8, "US"),
    (35.2, -80.8, 2.8, "US"), (38.6, -90.2, 2.8, "US"), (29.4, -98.5, 2.7, "US"),
    (45.5, -122.7, 2.5, "US"), (30.3, -97.7, 2.5, "US"), (40.4, -80.0, 2.4, "US"),
    (38.6, -121.5, 2.4, "US"), (36.2, -115.1, 2.3, "US"), (39.1, -84.5, 2.3, "US"),
    (39.1, -94.6, 2.2, "US"), (40.0, -83.0, 2.2, "US"), (41.5, -81.7, 2.2, "US"),
    (39.8, -86.2, 2.1, "US"), (36.2, -86.8, 2.1, "US"), (37.3, -121.9, 1.9, "US"),
    (36.9, -76.0, 1.8, "US"), (43.0, -87.9, 1.6, "US"), (30.0, -90.1, 1.0, "US"),
    (40.8, -111.9, 1.3, "US"), (43.7, -79.4, 6.4, "CA"), (45.5, -73.6, 4.3, "CA"),
    (49.3, -123.1, 2.8, "CA"), (51.0, -114.1, 1.6, "CA"), (45.4, -75.7, 1.5, "CA"),
    (53.5, -113.5, 1.5, "CA"), (46.8, -71.2, 0.8, "CA"), (49.9, -97.1, 0.8, "CA"),
)  # fmt: skip
SKILLS = [f"skill{i}" for i in range(20)]


def place(rng: random.Random) -> tuple[float, float, str]:
    """This will draw a point near a metro, by population: degrees and country."""
    latitude, longitude, _, country = rng.choices(METROS, [m[2] for m in METROS])[0]
    return latitude + rng.gauss(0, 0.25), longitude + rng.gauss(0, 0.3), country


def consultant(rng: random.Random, number: int) -> Consultant:
    """This will draw somebody with five skills and five shifts of 9 h, two thirds on duty."""
    latitude, longitude, country = place(rng)
    start = NOW - rng.uniform(-4.5, 9) * HOUR
    return Consultant(
        id=f"c{number:06d}",
        latitude=latitude,
        longitude=longitude,
        skills={name: rng.randint(1, 5) for name in rng.sample(SKILLS, 5)},
        languages=frozenset({"en", "fr"} if rng.random() < 0.2 else {"en"}),
        country="CA" if country == "CA" else "US",
        capacity=rng.randint(4, 8),
        rating=round(rng.uniform(3, 5), 1),
        shifts=tuple((start + d * 24 * HOUR, start + (d * 24 + 9) * HOUR) for d in range(5)),
    )


def stop(rng: random.Random, number: int, one: Consultant) -> Stop:
    """This will draw a visit, or one time in four remote work, near somebody's home."""
    return Stop(
        ticket=f"t{number:08d}",
        latitude=one.latitude + rng.gauss(0, 0.15),
        longitude=one.longitude + rng.gauss(0, 0.15),
        service_min=rng.uniform(20, 90),
        due_at=NOW + rng.uniform(1, 24) * HOUR,
        priority=rng.randint(1, 4),
        mode=rng.choice(("onsite", "onsite", "onsite", "remote")),
    )


def fill(size: int) -> Roster:
    """This will build a roster with 0 to 5 stops in each plan, the first sometimes under way."""
    rng, roster, number = random.Random(size), Roster(), 0
    for index in range(size):
        one = consultant(rng, index)
        roster.put(one)
        for place_in_plan in range(min(rng.randint(0, 5), one.capacity)):
            number += 1
            work = stop(rng, number, one)
            roster.reserve(one.id, work)
            if place_in_plan == 0 and rng.random() < 0.5:
                roster.mark(work.ticket, "on_site", NOW - rng.uniform(0, 60) * 60)
    return roster


def job(rng: random.Random, number: int) -> Job:
    """This will draw a ticket, 30 % remote."""
    latitude, longitude, country = place(rng)
    return Job(
        ticket=f"j{number:08d}",
        latitude=latitude,
        longitude=longitude,
        mode="remote" if rng.random() < 0.3 else "onsite",
        priority=rng.choices((1, 2, 3, 4), (5, 15, 60, 20))[0],
        tier=rng.choice(("bronze", "silver", "gold")),
        created_at=NOW,
        due_at=NOW + rng.uniform(2, 24) * HOUR,
        skills={name: rng.randint(1, 3) for name in rng.sample(SKILLS, rng.randint(1, 2))},
        language="fr" if rng.random() < 0.1 else "en",
        country="CA" if country == "CA" else "US",
        service_min=rng.uniform(20, 120),
    )


def measure(jobs: list[Job], act: Callable[[Job, float], Any], name: str = "") -> dict[str, float]:
    """This will time one act per job, a second of the clock apart: p50 and p99, ms.

    Wall time is what callers wait; CPU time leaves out what other processes took of the machine.
    """
    wall, cpu = [], []
    for index, one in enumerate(jobs):
        before = time.perf_counter(), time.thread_time()
        act(one, NOW + index)
        wall.append(time.perf_counter() - before[0])
        cpu.append(time.thread_time() - before[1])
    found = {"p50_ms": (wall, 50), "p99_ms": (wall, 99), "cpu_p50_ms": (cpu, 50)}
    found["cpu_p99_ms"] = (cpu, 99)
    return {name + key: float(np.percentile(t, p) * 1e3) for key, (t, p) in found.items()}


def scan(roster: Roster) -> int:
    """This will read once what deciding without plans reads of everybody: 22 bytes each."""
    columns = roster.columns
    read = columns["traits"][:2].sum() + columns["load"].sum()
    return int(read + (columns["opens"] < NOW).sum() + (columns["closes"] > NOW).sum())


def weigh(roster: Roster) -> float:
    """This will give the bytes of a consultant in the roster's arrays, their room to grow too."""
    blocks = sum(block.nbytes for block in roster.columns.blocks.values())
    return (blocks + roster.layouts.places.nbytes) / len(roster)


def moves(roster: Roster, count: int) -> list[Job]:
    """This will make jobs of work in queues, as if it were looked for somebody cheaper."""
    rng, found = random.Random(2), list[Job]()
    for one in rng.sample(roster.ids, min(len(roster), count)):
        able = roster.consultant(one)
        for stop in roster.plan(one):
            if not stop.under_way:
                found.append(
                    Job(
                        ticket=stop.ticket, latitude=stop.latitude, longitude=stop.longitude,
                        mode=stop.mode, priority=stop.priority, created_at=NOW,
                        due_at=stop.due_at, service_min=stop.service_min,
                        skills={next(iter(able.skills)): 1}, country=able.country,
                    )
                )  # fmt: skip
    return found[:count]


def burst(jobs: list[Job], roster: Roster) -> float:
    """This will decide 1,000 tickets, each with the work of those before it; seconds of CPU."""
    before, held = time.process_time(), []
    for number in range(1000):
        one = msgspec.structs.replace(jobs[number % len(jobs)], ticket=f"b{number}")
        bid = cheapest(one, roster, NOW, DEFAULT)
        if bid is not None:
            work = Stop(one.ticket, one.latitude, one.longitude, bid.service, one.due_at)
            roster.reserve(bid.consultant, work, bid.position)
            held.append(one.ticket)
    took = time.process_time() - before
    for ticket in held:
        roster.release(ticket)
    return took


def run(size: int, count: int) -> dict[str, float]:
    """This will measure one roster size."""
    before = time.process_time()
    roster = fill(size)
    row: dict[str, float] = {"consultants": size, "build_s": time.process_time() - before}
    row["bytes_each"] = weigh(roster)
    rng = random.Random(1)
    jobs = [job(rng, number) for number in range(count)]
    held = moves(roster, max(count // 4, 50))
    row |= measure(jobs, lambda one, now: scan(roster), "scan_")
    row |= measure(jobs, lambda one, now: score(one, roster, now, DEFAULT), "score_")
    for name, compiled in (("numpy_", False), ("fast_", True)):
        swift.ready = compiled and fast.warm()
        if compiled and not swift.ready:
            continue  # without the extra
        for one in jobs[:50]:
            choose(one, roster, NOW, DEFAULT)
        row |= measure(jobs, lambda one, now: cheapest(one, roster, now, DEFAULT), name)
        row |= measure(jobs, lambda one, now: choose(one, roster, now, DEFAULT), name + "record_")
        row |= measure(held, lambda one, now: better(one, roster, now, DEFAULT, 0), name + "move_")
        row[f"{name}burst_s"] = burst(jobs, roster)
    swift.ready = False
    return row


def main() -> None:
    """This will measure all sizes and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    short = os.environ.get("SQUAD_BENCH") == "short"
    parser.add_argument("--sizes", default="300,3000" if short else "300,10000,100000")
    parser.add_argument("--jobs", type=int, default=100 if short else 1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    print(platform.platform(), platform.python_version(), np.__version__, file=sys.stderr)
    for size in options.sizes.split(","):
        row = run(int(size), options.jobs)
        if options.json:
            print(msgspec.json.encode(row).decode())
        else:
            print("  ".join(f"{name} {value:.3f}" for name, value in row.items()), flush=True)


if __name__ == "__main__":
    main()
