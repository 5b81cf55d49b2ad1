"""Structured logs on stdout: JSON lines, or colors at a terminal. No personal data."""

import logging
import sys
from typing import Any

import msgspec
import structlog

_encode = msgspec.json.Encoder(enc_hook=str).encode


def setup(level: str = "info") -> None:
    """This will set how this process logs. level: "debug", "info", "warning" or "error"."""
    terminal = sys.stdout.isatty()
    renderer: Any = structlog.dev.ConsoleRenderer() if terminal else _json
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        renderer,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.PrintLoggerFactory()
        if terminal
        else structlog.BytesLoggerFactory(),
        cache_logger_on_first_use=True,
    )


def get(area: str) -> Any:
    """This will give a logger whose lines carry `area`."""
    return structlog.get_logger(area=area)


def _json(_logger: Any, _name: str, event: dict[str, Any]) -> bytes:
    return _encode(event)


def _number(level: str) -> int:
    return int(getattr(logging, level.upper()))
