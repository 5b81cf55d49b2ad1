"""Trace context: continued where it is valid, begun where it is not, and cheap when unwanted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from squad.adapters.bus import memory
from squad.adapters.clock.frozen import Frozen
from squad.apps import traces
from squad.contracts.people import UserErased
from squad.kernel import trace
from squad.kernel.dispatch import Consumer
from squad.kernel.ids import derive
from squad.kernel.trace import Span
from squad.kernel.unit import letter_of
from squad.ports.unit import Cause, Letter, Unavailable

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
ID, STEP = "ab" * 16, "cd" * 8
SAMPLED, UNSAMPLED = f"00-{ID}-{STEP}-01", f"00-{ID}-{STEP}-00"


@pytest.fixture(autouse=True)
def off() -> Iterator[None]:
    """Nobody keeps steps before or after a test."""
    trace.setup(None)
    yield
    trace.setup(None)


@pytest.fixture
def kept() -> list[Span]:
    """The steps that were recorded."""
    found: list[Span] = []
    trace.setup(found.append)
    return found


@pytest.mark.parametrize(
    "header", [SAMPLED, UNSAMPLED, f"01-{ID}-{STEP}-01-more", f"cc-{ID}-{STEP}-09"]
)
def test_continues_a_valid_trace(header: str) -> None:
    """Same trace, another step, the caller's flags; later versions are read as far as known."""
    found = trace.start(header)

    assert trace.trace_id(found) == ID
    assert found[36:52] != STEP
    assert found[:3] == "00-"
    assert found[53:] == header[53:55]


@pytest.mark.parametrize(
    "header",
    [
        "", "hello", f"ff-{ID}-{STEP}-01", f"00-{'0' * 32}-{STEP}-01", f"00-{ID}-{'0' * 16}-01",
        f"00-{ID.upper()}-{STEP}-01", f"00-{ID}-{STEP}-1", f"00-{ID}-{STEP}-01-more",
        f"00-{ID}-{STEP}-01\n", f"00-{ID}-{STEP}",
    ],
)  # fmt: skip
def test_begins_a_trace_where_there_is_no_valid_one(header: str) -> None:
    """What is not a traceparent is ignored, and says nothing about sampling."""
    found = trace.start(header)

    assert trace.valid(header) == ""
    assert trace.valid(found) == found
    assert trace.trace_id(found) != ID
    assert found.endswith("-00")


@pytest.mark.parametrize(("ratio", "flags"), [(1.0, "01"), (0.0, "00")])
def test_samples_new_traces_by_the_ratio(ratio: float, flags: str) -> None:
    """The ratio is for traces that begin here; the caller's word counts for the others."""
    trace.setup(lambda _: None, ratio)

    assert trace.start()[53:] == flags
    assert trace.start(UNSAMPLED)[53:] == "00"
    assert trace.start(SAMPLED)[53:] == "01"


def test_samples_nothing_new_when_nobody_keeps_steps() -> None:
    """Off means off, whatever the ratio."""
    trace.setup(None, 1.0)

    assert trace.start()[53:] == "00"


def test_wants_only_sampled_steps(kept: list[Span]) -> None:
    """A step outside a sampled trace is not wanted, and not kept if it is noted all the same."""
    rest: dict[str, Any] = {"service": "tickets", "kind": "server", "parent": "", "facts": {}}

    trace.note("GET /", traceparent=UNSAMPLED, seconds=0.1, **rest)
    trace.note("GET /", traceparent="", seconds=0.1, **rest)
    trace.note("POST /", traceparent=SAMPLED, seconds=0.1, **rest)

    assert [trace.wanted(t) for t in (SAMPLED, UNSAMPLED, "")] == [True, False, False]
    assert [step.name for step in kept] == ["POST /"]
    assert kept[0].ended - kept[0].began == 100_000_000


def erased(traceparent: str) -> Letter:
    """A letter out of a trace."""
    return letter_of(
        UserErased(id=derive("person")),
        id=derive("event"),
        version=1,
        source="identity",
        time=NOON,
        cause=Cause(derive("command"), trace=traceparent),
    )


async def handle(clock: Frozen, letter: Letter, *errors: Exception) -> list[Cause]:
    """Has the letter handled; gives the causes that the handler saw."""
    bus = await memory.open("memory:", clock)
    await bus.subscribe("search", ["*"])
    await bus.publish([letter])
    seen: list[Cause] = []

    async def on_erased(_event: UserErased, cause: Cause) -> None:
        seen.append(cause)
        if errors:
            raise errors[0]

    await Consumer("search", bus, {UserErased: on_erased}, clock).step(0)
    return seen


async def test_records_a_handled_letter_below_the_step_that_sent_it(
    clock: Frozen, kept: list[Span]
) -> None:
    """The handler's own letters carry the step's traceparent: so a trace goes on through events."""
    seen = await handle(clock, erased(SAMPLED))

    assert [(s.service, s.kind, s.parent, s.failed) for s in kept] == [
        ("search", "consumer", SAMPLED, "")
    ]
    assert kept[0].traceparent == seen[0].trace
    assert kept[0].name == "process squad.identity.user_erased.v1"
    assert kept[0].facts["squad.subject"] == derive("person")


async def test_records_why_a_letter_was_not_handled(clock: Frozen, kept: list[Span]) -> None:
    """A step to be tried again has failed; its reason may be personal and stays in the log."""
    await handle(clock, erased(SAMPLED), Unavailable("down"))

    assert [step.failed for step in kept] == ["retry"]


async def test_records_nothing_of_unsampled_letters(clock: Frozen, kept: list[Span]) -> None:
    """Most letters are outside a sampled trace; their context goes on all the same."""
    seen = await handle(clock, erased(UNSAMPLED))

    assert kept == []
    assert trace.trace_id(seen[0].trace) == ID


def lines(path: Path) -> list[Any]:
    """The spans in a file."""
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def test_writes_spans_as_lines_with_the_ids_of_the_letters(tmp_path: Path) -> None:
    """What is in headers and letters is found again in the file, service by service."""
    path = tmp_path / "deep" / "spans.jsonl"
    opened = traces.open(f"file:{path}", 0.0)
    below = trace.child(SAMPLED)

    _note("tickets", SAMPLED, "")
    _note("routing", below, SAMPLED, failed="retry")
    opened.close()

    first, second = lines(path)
    assert (first["context"]["trace_id"], first["context"]["span_id"]) == (f"0x{ID}", f"0x{STEP}")
    assert (first["parent_id"], second["parent_id"]) == (None, f"0x{STEP}")
    assert second["context"]["span_id"] == f"0x{below[36:52]}"
    assert second["status"] == {"status_code": "ERROR", "description": "retry"}
    assert [s["resource"]["attributes"]["service.name"] for s in (first, second)] == [
        "tickets",
        "routing",
    ]
    assert first["attributes"] == {"http.route": "/api/tickets"}


def _note(service: str, traceparent: str, parent: str, failed: str = "") -> None:
    facts = {"http.route": "/api/tickets"}
    trace.note(
        "POST /api/tickets", service=service, kind="server", traceparent=traceparent,
        parent=parent, seconds=0.01, failed=failed, facts=facts,
    )  # fmt: skip


def test_bounds_the_file(tmp_path: Path) -> None:
    """A full file becomes PATH.1, and the one before it goes: two files at most."""
    path = tmp_path / "spans.jsonl"
    for _ in range(3):
        opened = traces.Traces(traces.Trail(path, largest=10))
        trace.setup(opened.keep)
        _note("tickets", SAMPLED, "")
        opened.close()

    assert [file.name for file in tmp_path.iterdir()] == ["spans.jsonl.1"]
    assert len(lines(tmp_path / "spans.jsonl.1")) == 1


def test_loses_spans_rather_than_work(tmp_path: Path) -> None:
    """A file that cannot be written is a warning; nothing else notices."""
    opened = traces.Traces(traces.Trail(tmp_path))
    trace.setup(opened.keep)

    _note("tickets", SAMPLED, "")
    opened.close()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["otlp:127.0.0.1:4318", "file:", "spans.jsonl"])
def test_refuses_other_places(url: str) -> None:
    """A wrong setting is found when the node starts."""
    with pytest.raises(ValueError, match="SQUAD_TRACES"):
        traces.open(url, 0.0)
