"""Proposals: how often they are right, beside people and simple rules; how fast; other languages.

Trains on ../shared/data, the last fifth held out: some minutes. SQUAD_BENCH=short takes
every fourth text and the first half of the incident log.

Usage: .venv/bin/python -m bench.proposals [--json]
"""

import argparse
import io
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import zstandard

from squad.adapters.proposer.linear import DEFAULT, LinearProposer, load
from squad.apps.training import Sample, default, train
from squad.apps.training.presets import PRESETS
from squad.apps.training.rows import load as read
from squad.apps.training.show import table

DATA = Path(__file__).parents[2] / "shared/data"
INCIDENTS = DATA / "incidents/uci_events_dev.csv.zst"
TEXTS = DATA / "text/it_tickets_dev.csv.zst"
HELP = DATA / "text/kb_gnome_help.jsonl.zst"
CALLS = 2_000


def taken(samples: Sequence[Sample], part: slice) -> list[Sample]:
    """This will take a part of the log in short mode, else all of it."""
    return list(samples[part] if os.environ.get("SQUAD_BENCH") == "short" else samples)


def speed(proposer: LinearProposer, texts: Sequence[str]) -> dict[str, float]:
    """This will time proposals one by one, microseconds."""
    spent = []
    for number in range(CALLS):
        start = time.perf_counter()
        proposer.propose(texts[number % len(texts)], {})
        spent.append((time.perf_counter() - start) * 1e6)
    return {"p50": float(np.percentile(spent, 50)), "p99": float(np.percentile(spent, 99))}


def languages(proposer: LinearProposer) -> dict[str, float]:
    """This will tell how much of help pages' summaries is confident, by their language."""
    raw = zstandard.ZstdDecompressor().stream_reader(HELP.read_bytes()).read()
    sure: dict[str, list[bool]] = {}
    for line in io.StringIO(raw.decode()):
        page = json.loads(line)
        said = proposer.propose(f"{page['title']}\n{page['desc']}", {})
        sure.setdefault(page["lang"], []).append(said.rankings["category"].confident)
    return {language: float(np.mean(found)) for language, found in sure.items()}


def main() -> None:
    """This will print all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    columns = PRESETS["incidents"]
    incidents = taken(read(INCIDENTS, columns), slice(0, 7_500))
    texts = taken(read(TEXTS, PRESETS["tickets"]), slice(0, None, 4))
    _, groups = train(incidents, ("group",), columns.remember)
    _, plain = train(texts, ("category",), (), wanted=0.9)
    _, shipped = train(
        default.moved(texts), ("category",), (), wanted=0.9, shipped=default.examples()
    )
    proposer = load(DEFAULT)
    rest: dict[str, Any] = {
        "microseconds": speed(proposer, [sample.text for sample in texts[:500]]),
        "confident by language": languages(proposer),
    }
    reports = {"incidents": groups, "texts": plain, "texts, as shipped": shipped}
    if as_json:
        print(msgspec.json.encode({**reports, **rest}).decode())
        return
    for name, report in reports.items():
        print(f"\n{name}\n{table(report)}")
    for name, found in rest.items():
        print(name, {key: round(value, 3) for key, value in found.items()})


if __name__ == "__main__":
    main()
