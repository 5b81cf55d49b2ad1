"""Where sampled steps go: OpenTelemetry spans, to a collector or as JSON lines in a file."""

from collections.abc import Sequence
from pathlib import Path

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from squad import __version__
from squad.kernel import log, trace
from squad.kernel.trace import Span

LARGEST = 64 * 1024 * 1024  # bytes of the file; then it becomes PATH.1, the one before that goes
_KINDS = {
    "server": SpanKind.SERVER, "consumer": SpanKind.CONSUMER, "client": SpanKind.CLIENT,
}  # fmt: skip

_log = log.get("traces")


class Trail(SpanExporter):
    """Appends a line per span. Opened for each batch, so that processes may share the file."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self._path = path
        self._largest = largest

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """This will write a batch in one go. A full disk loses spans, never work."""
        lines = "".join(f"{span.to_json(indent=None)}\n" for span in spans)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(lines)
                size = file.tell()
            if size > self._largest:
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        except OSError as error:
            _log.warning("spans.lost", count=len(spans), reason=str(error))
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS


class _Given(IdGenerator):
    """Ids that are already in letters and headers: the span takes them over."""

    def __init__(self) -> None:
        self.traceparent = ""

    def generate_trace_id(self) -> int:
        """This will give the id of the trace at hand."""
        return int(self.traceparent[3:35], 16)

    def generate_span_id(self) -> int:
        """This will give the id of the step at hand."""
        return int(self.traceparent[36:52], 16)


class Traces:
    """Turns steps into spans, with the service that took them as the span's resource."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._processor: SpanProcessor = BatchSpanProcessor(exporter)
        self._ids = _Given()
        self._tracers: dict[str, Tracer] = {}

    def keep(self, step: Span) -> None:
        """This will queue a step for the exporter; a full queue drops it."""
        self._ids.traceparent = step.traceparent
        span = self._tracer(step.service).start_span(
            step.name,
            context=_above(step.parent),
            kind=_KINDS[step.kind],
            attributes=step.facts,
            start_time=step.began,
        )
        if step.failed:
            span.set_status(Status(StatusCode.ERROR, step.failed))
        span.end(end_time=step.ended)

    def _tracer(self, service: str) -> Tracer:
        if service not in self._tracers:
            facts = {"service.name": service, "service.namespace": "squad"}
            provider = TracerProvider(
                resource=Resource({**facts, "service.version": __version__}),
                sampler=ALWAYS_ON,
                id_generator=self._ids,
                shutdown_on_exit=False,
            )
            provider.add_span_processor(self._processor)
            self._tracers[service] = provider.get_tracer("squad", __version__)
        return self._tracers[service]

    def close(self) -> None:
        """This will write what is queued."""
        trace.setup(None)
        self._processor.shutdown()


def _above(parent: str) -> Context:
    if not parent:
        return Context()
    flags = TraceFlags(int(parent[53:55], 16))
    ids = int(parent[3:35], 16), int(parent[36:52], 16)
    return set_span_in_context(
        NonRecordingSpan(SpanContext(*ids, is_remote=True, trace_flags=flags)), Context()
    )


def open(url: str, ratio: float) -> Traces:
    """This will open `file:PATH` or `otlp:http://host:4318` and begin to keep steps.

    ratio: share of traces to sample. Raises ValueError: it is another URL.
    """
    scheme, _, place = url.partition(":")
    if scheme == "file" and place:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        exporter: SpanExporter = Trail(Path(place))
    elif scheme == "otlp" and place.startswith(("http://", "https://")):
        from squad.apps import otlp  # its packages are in the extra `cluster`

        exporter = otlp.spans(place)
    else:
        raise ValueError(f"SQUAD_TRACES takes file:PATH or otlp:http://host:4318, not {url!r}")
    traces = Traces(exporter)
    trace.setup(traces.keep, ratio)
    return traces
