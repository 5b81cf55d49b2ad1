"""Spans and figures reach a collector in OpenTelemetry's own protocol, which decodes them here."""

import asyncio
import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from squad.apps import otlp, traces
from squad.apps.observed import Observed
from squad.kernel import metrics, trace
from squad.kernel.trace import Span
from squad.ports.unit import Unavailable

ID, STEP = "ab" * 16, "cd" * 8
SAMPLED = f"00-{ID}-{STEP}-01"


@pytest.fixture
def collector() -> Iterator[tuple[str, dict[str, list[bytes]]]]:
    """A collector on loopback: its address, and the bodies it got by path."""
    got: dict[str, list[bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            packed = self.headers.get("content-encoding") == "gzip"
            got.setdefault(self.path, []).append(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


class Store:
    """An adapter: one call that works, one that fails, one that only computes."""

    depth = 3

    async def get(self, key: str) -> str:
        """Works."""
        return key.upper()

    async def put(self) -> None:
        """Fails."""
        raise Unavailable("down")

    def stats(self) -> int:
        """Computes."""
        return self.depth


@pytest.fixture
def store() -> Any:
    """The adapter, observed."""
    return Observed(Store(), port="documents", technology="dynamodb", service="engagement")


@pytest.fixture
def kept() -> Iterator[list[Span]]:
    """Steps that were recorded."""
    found: list[Span] = []
    trace.setup(found.append)
    trace.enter(SAMPLED)
    yield found
    trace.enter("")
    trace.setup(None)


async def test_a_call_of_a_port_is_a_step_below_the_request(store: Any, kept: list[Span]) -> None:
    """It has the port's name, the adapter and what it raised; what computes is left alone."""
    assert await store.get("a") == "A"
    with pytest.raises(Unavailable):
        await store.put()
    assert (store.stats(), store.depth) == (3, 3)

    assert [(s.name, s.kind, s.parent, s.failed) for s in kept] == [
        ("documents.get", "client", SAMPLED, ""),
        ("documents.put", "client", SAMPLED, "Unavailable"),
    ]
    assert kept[0].facts["squad.adapter"] == "dynamodb"


async def test_a_call_of_a_port_is_counted(store: Any) -> None:
    """By port, call and failure; nothing is traced outside of a sampled trace."""

    def count(failed: str) -> float:
        labels = {"port": "documents", "call": "put", "failed": failed}
        return metrics.REGISTRY.get_sample_value("squad_port_seconds_count", labels) or 0

    before = count("Unavailable")
    with pytest.raises(Unavailable):
        await store.put()

    assert count("Unavailable") == before + 1


def test_sends_spans(collector: tuple[str, dict[str, list[bytes]]]) -> None:
    """The collector gets the ids that are in our headers and letters."""
    url, got = collector
    opened = traces.open(f"otlp:{url}", 0.0)
    trace.note(
        "POST /api/tickets", service="tickets", kind="server", traceparent=SAMPLED, parent="",
        seconds=0.01, facts={"http.route": "/api/tickets"},
    )  # fmt: skip

    opened.close()

    sent = ExportTraceServiceRequest.FromString(got["/v1/traces"][0])
    span = sent.resource_spans[0].scope_spans[0].spans[0]
    assert (span.trace_id.hex(), span.span_id.hex(), span.name) == (ID, STEP, "POST /api/tickets")


async def test_sends_figures(collector: tuple[str, dict[str, list[bytes]]]) -> None:
    """Counters, gauges and histograms arrive as they are at /metrics."""
    url, got = collector
    metrics.answered("/api/otlp", "GET", 200, 0.002)
    metrics.answered("/api/otlp", "GET", 200, 7.0)
    metrics.looked_up("miss")
    metrics.gauge("squad_loop_lag_seconds", "Worst delay of the event loop in 5 s.").set(0.5)
    task = asyncio.create_task(otlp.figures(f"otlp:{url}", every=0.01))
    while not got:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    sent = ExportMetricsServiceRequest.FromString(got["/v1/metrics"][0])
    found = {m.name: m for m in sent.resource_metrics[0].scope_metrics[0].metrics}
    points = found["squad_http_seconds"].histogram.data_points
    point = next(p for p in points if "/api/otlp" in str(p.attributes))
    assert (point.count, point.sum) == (2, pytest.approx(7.002))
    assert sum(point.bucket_counts) == 2
    assert point.bucket_counts[list(point.explicit_bounds).index(0.0025)] == 1
    assert found["squad_loop_lag_seconds"].gauge.data_points[0].as_double == 0.5
    assert found["squad_cache_reads"].sum.is_monotonic


async def test_a_collector_that_is_away_costs_figures_only() -> None:
    """Sending goes on; nothing is raised."""
    task = asyncio.create_task(otlp.figures("otlp:http://127.0.0.1:9", every=0.01))
    await asyncio.sleep(0.1)

    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_refuses_another_place() -> None:
    """It says what to write."""
    with pytest.raises(ValueError, match="SQUAD_METRICS takes otlp:"):
        await otlp.figures("127.0.0.1:4318")
