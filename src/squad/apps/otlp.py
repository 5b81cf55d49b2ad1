"""OpenTelemetry's own protocol: spans and figures to a collector, by HTTP."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from squad import __version__
from squad.kernel import log, metrics

EVERY = 10.0  # s between two sendings of the figures
TIMEOUT = 5.0  # s for the collector's answer

_log = log.get("otlp")
_BEGAN = time.time_ns()
_CUMULATIVE = AggregationTemporality.CUMULATIVE


def spans(collector: str) -> SpanExporter:
    """This will send spans to the collector's `/v1/traces`. One that is away loses spans only."""
    return OTLPSpanExporter(f"{collector.rstrip('/')}/v1/traces", timeout=TIMEOUT)


async def figures(url: str, *, service: str = "node", every: float = EVERY) -> None:
    """This will send all figures of this process until cancelled, and once more then.

    url: `otlp:http://host:4318`. Raises ValueError: it is another URL.
    """
    scheme, _, collector = url.partition(":")
    if scheme != "otlp" or not collector.startswith(("http://", "https://")):
        raise ValueError(f"SQUAD_METRICS takes otlp:http://host:4318, not {url!r}")
    exporter = OTLPMetricExporter(f"{collector.rstrip('/')}/v1/metrics", timeout=TIMEOUT)
    try:
        while True:
            await asyncio.sleep(every)
            await asyncio.to_thread(_send, exporter, service)
    finally:
        await asyncio.to_thread(_send, exporter, service)
        exporter.shutdown()


def _send(exporter: OTLPMetricExporter, service: str) -> None:
    if exporter.export(gathered(service)) is not MetricExportResult.SUCCESS:
        _log.warning("figures.lost", reason="the collector does not take them")


def gathered(service: str) -> MetricsData:
    """This will turn the figures of `/metrics` into OpenTelemetry's form."""
    facts = {"service.name": service, "service.namespace": "squad", "service.version": __version__}
    scope = ScopeMetrics(InstrumentationScope("squad", __version__), list(_metrics()), "")
    return MetricsData([ResourceMetrics(Resource(facts), [scope], "")])


def _metrics() -> Iterator[Metric]:
    now = time.time_ns()
    for family in metrics.REGISTRY.collect():
        if family.type == "histogram":
            data: Any = Histogram(list(_histograms(family.samples, now)), _CUMULATIVE)
        else:
            total = family.type == "counter"
            wanted = f"{family.name}_total" if total else family.name
            points = [
                NumberDataPoint(sample.labels, _BEGAN, now, sample.value)
                for sample in family.samples
                if sample.name == wanted
            ]
            data = Sum(points, _CUMULATIVE, True) if total else Gauge(points)
        if data.data_points:
            yield Metric(family.name, family.documentation, "", data)


def _histograms(samples: Any, now: int) -> Iterator[HistogramDataPoint]:
    """Prometheus counts all values up to each bound, OpenTelemetry those in each bucket."""
    rows: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
    for sample in samples:
        labels = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
        row = rows.setdefault(labels, {"bounds": [], "sum": 0.0})
        if sample.name.endswith("_bucket"):
            row["bounds"].append((float(sample.labels["le"]), int(sample.value)))
        elif sample.name.endswith("_sum"):
            row["sum"] = sample.value
    for labels, row in rows.items():
        bounds = sorted(row["bounds"])
        upto = [count for _, count in bounds]
        counts = [high - low for low, high in zip([0, *upto], upto, strict=False)]
        edges = [bound for bound, _ in bounds[:-1]]
        if upto and upto[-1]:
            yield HistogramDataPoint(
                dict(labels), _BEGAN, now, upto[-1], row["sum"], counts, edges, 0.0, 0.0
            )
