"""What every command shares: settings, errors, output."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import click
import msgspec

from squad import __version__
from squad.kernel import settings as kernel_settings
from squad.kernel.settings import Settings
from squad.ports.unit import Unavailable

T = TypeVar("T")
NOT_FOUND = 3
SHORTEST = 8  # characters of a password


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="squad")
def main() -> None:
    """Trouble tickets and field dispatch: routed in a second, explained, never lost."""


def settings(**overrides: Any) -> Settings:
    """This will read the settings, with the command's own options on top. Exits 2 if wrong."""
    given = {f"SQUAD_{k.upper()}": str(v) for k, v in overrides.items() if v is not None}
    try:
        return kernel_settings.read({**os.environ, **given})
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def run(work: Coroutine[Any, Any, T]) -> T:
    """This will run a command's work to its end; what is missing for it is said on stderr."""
    try:
        return asyncio.run(work)
    except Unavailable as error:
        fail(str(error))


def fail(message: str, code: int = 1) -> NoReturn:
    """This will say what is wrong on stderr and exit."""
    click.echo(f"squad: {message}", err=True)
    sys.exit(code)


def show(value: Any, as_json: bool, text: str) -> None:
    """This will print data as JSON or as text for people."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode() if as_json else text)
