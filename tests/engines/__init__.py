"""Engines for the tests: each is started once a session, when the first test asks for it."""

import importlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest
from deploy.local.engine import Engine, Missing, free_port, stop, tie


def without(name: str, reason: str) -> NoReturn:
    """This will skip the test loudly, or fail it where engines are required."""
    text = f"{name} cannot be had here: {reason}"
    if os.environ.get("SQUAD_ENGINES") == "required":
        pytest.fail(text)
    pytest.skip(text)


class Engines:
    """The engines of a session. They are isolated by names inside them, not by starting anew."""

    def __init__(self) -> None:
        tie()
        self._home = Path(tempfile.mkdtemp(prefix="squad-tests-"))
        self._home.chmod(0o711)  # a server that refuses root walks through
        self._running: dict[str, Engine] = {}
        self._missing: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """This will give the engine's URL. Missing: skips loudly, or fails where required."""
        if name not in self._running and name not in self._missing:
            try:
                self._running[name] = self.start(name)
            except Missing as missing:
                self._missing[name] = str(missing)
        if name in self._missing:
            without(name, self._missing[name])
        return self._running[name].url

    def start(self, name: str, folder: str = "") -> Engine:
        """This will start one more, for a test that stops it. Raises Missing."""
        module = importlib.import_module(f"deploy.local.{name}")
        engine: Engine = module.start(self._home / (folder or name), free_port())
        return engine

    def close(self) -> None:
        """This will stop them all, by process id."""
        for engine in self._running.values():
            stop(engine.pid)
        shutil.rmtree(self._home, ignore_errors=True)
