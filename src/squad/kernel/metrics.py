"""Figures for Prometheus, kept in this process."""

from collections.abc import Callable
from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 4.0, 5.0, 30.0, 300.0)

_requests = Histogram(
    "squad_http_seconds",
    "Time to answer a request.",
    ("route", "method", "status"),
    registry=REGISTRY,
    buckets=_SECONDS,
)
_letters = Counter(
    "squad_letters_total",
    "Letters handled, by verdict.",
    ("queue", "type", "verdict"),
    registry=REGISTRY,
)
_ages = Histogram(
    "squad_event_seconds",
    "Time from publishing to handled.",
    ("queue",),
    registry=REGISTRY,
    buckets=_SECONDS,
)
_calls = Histogram(
    "squad_port_seconds",
    "Time of a call of a port; failed: the exception, or nothing.",
    ("port", "call", "failed"),
    registry=REGISTRY,
    buckets=_SECONDS,
)
_reads = Counter(
    "squad_cache_reads_total",
    "Reads through the cache: hit, miss, or failed where it did not answer.",
    ("outcome",),
    registry=REGISTRY,
)
_saved = Counter(
    "squad_cache_saved_seconds_total",
    "Time that hits saved: what a load took on average, less what the look-up took.",
    registry=REGISTRY,
)
_gauges: dict[str, Gauge] = {}

# A labels() call costs 2 µs of hashing and locking; the children are few and known: keep them.
_request = cache(lambda route, method, status: _requests.labels(route, method, status))
_letter = cache(lambda queue, type, verdict: _letters.labels(queue, type, verdict))
_read = cache(lambda outcome: _reads.labels(outcome))
_age = cache(lambda queue: _ages.labels(queue))


def answered(route: str, method: str, status: int, seconds: float) -> None:
    """This will count a request. route: its template, never a raw path."""
    _request(route, method, str(status)).observe(seconds)


def handled(queue: str, type: str, verdict: str, age: float) -> None:
    """This will count a handled letter. age: seconds since it was published."""
    _letter(queue, type, verdict).inc()
    _age(queue).observe(max(0.0, age))


def port_call(port: str, call: str) -> Callable[[float, str], None]:
    """This will give what to call with the seconds of a port's call and what it raised, or ""."""
    fine = _calls.labels(port, call, "")

    def watch(seconds: float, failed: str) -> None:
        (_calls.labels(port, call, failed) if failed else fine).observe(seconds)

    return watch


def looked_up(outcome: str, saved: float = 0.0) -> None:
    """This will count a read through the cache. saved: seconds, 0 or more."""
    _read(outcome).inc()
    _saved.inc(saved)


def acknowledged(queue: str) -> dict[str, int]:
    """This will count the letters that a queue's service handled since the start, by type."""
    return {
        sample.labels["type"]: int(sample.value)
        for metric in _letters.collect()
        for sample in metric.samples
        if sample.name == "squad_letters_total"
        and sample.labels["queue"] == queue
        and sample.labels["verdict"] == "ack"
    }


def gauge(name: str, text: str, labels: tuple[str, ...] = ()) -> Any:
    """This will give the gauge of that name, making it the first time."""
    if name not in _gauges:
        _gauges[name] = Gauge(name, text, labels, registry=REGISTRY)
    return _gauges[name]


def render() -> bytes:
    """This will write all figures in the Prometheus text format."""
    return generate_latest(REGISTRY)
