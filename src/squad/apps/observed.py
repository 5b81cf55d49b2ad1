"""Every call of a port, timed for the metrics and, in a sampled trace, a step of its own."""

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any

from squad.kernel import metrics, trace

QUIET = {"receive", "close", "pending", "backlog", "prune"}  # loops that wait, not work


class Observed:
    """Stands before an adapter and passes everything on; only calls that are awaited are timed.

    service: who opened it. technology: the adapter's name.
    """

    def __init__(self, adapter: Any, *, port: str, technology: str, service: str) -> None:
        self._adapter = adapter
        self._port = port
        self._technology = technology
        self._service = service

    def __getattr__(self, name: str) -> Any:
        """Wraps a coroutine method the first time it is asked for; the rest is the adapter's."""
        found = getattr(self._adapter, name)
        if name in QUIET or not inspect.iscoroutinefunction(found):
            return found
        wrapped = self._timed(name, found)
        self.__dict__[name] = wrapped
        return wrapped

    def _timed(
        self, name: str, call: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Awaitable[Any]]:
        watch = metrics.port_call(self._port, name)

        async def timed(*args: Any, **kwargs: Any) -> Any:
            parent, began, failed = trace.current(), time.perf_counter(), ""
            try:
                return await call(*args, **kwargs)
            except Exception as error:
                failed = type(error).__name__
                raise
            finally:
                seconds = time.perf_counter() - began
                watch(seconds, failed)
                if trace.wanted(parent):
                    self._note(name, parent, seconds, failed)

        return timed

    def _note(self, name: str, parent: str, seconds: float, failed: str) -> None:
        trace.note(
            f"{self._port}.{name}",
            service=self._service,
            kind="client",
            traceparent=trace.child(parent),
            parent=parent,
            seconds=seconds,
            failed=failed,
            facts={"squad.port": self._port, "squad.adapter": self._technology},
        )
