"""What every test may ask for: a clock that stands still and an empty home."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from tests.engines import Engines

from squad.adapters.clock.frozen import Frozen

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
"""A Monday in winter, noon in New York: offices from coast to coast are open."""


@pytest.fixture(autouse=True, scope="session")
def _plain_logs() -> None:
    """Log lines as plain text: structlog's own default draws each traceback for half a second."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(),
        ]
    )


@pytest.fixture(autouse=True, scope="session")
def _plain_routing() -> None:
    """Nodes of tests decide with numpy: loading compiled loops in each costs seconds."""
    os.environ.setdefault("SQUAD_FAST", "0")


@pytest.fixture
def clock() -> Frozen:
    """A clock that moves only when the test advances it."""
    return Frozen(NOON)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, named by SQUAD_HOME as a user would."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("SQUAD_HOME", str(folder))
    return folder


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials for the emulator, found as on Amazon's machines: in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """The engines of this session, each started when it is first asked for."""
    kept = Engines()
    yield kept
    kept.close()
