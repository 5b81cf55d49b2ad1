"""Provisioning: make what the adapters need outside, with more rights than running needs."""

import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from squad.apps import wiring
from squad.kernel.settings import PORTS, Settings

Make = Callable[[str, Mapping[str, Sequence[str]], str], Awaitable[list[str]]]


async def provision(settings: Settings, environ: Mapping[str, str]) -> AsyncIterator[str]:
    """This will let each port's adapter make what is missing, and give a line for each thing.

    Idempotent. environ: SQUAD_ADMIN_<PORT> is a URL with an administrator's rights, for a port
    whose own setting has too few. Raises ValueError: there is no such adapter. Unavailable: an
    engine refuses or does not answer; what was made stays, and running it again goes on.
    """
    for port in PORTS:
        make = maker(port, settings.url(port, ""))
        if make is None:
            continue
        admin = environ.get(f"SQUAD_ADMIN_{port.upper()}", "")
        for line in await make(settings.url(port, "{service}"), consumed(port), admin):
            yield f"{port}: {line}"


def maker(port: str, url: str) -> Make | None:
    """This will find the adapter's `provision`; None: it needs nothing made.

    Raises ValueError: there is no such adapter, or a package that it needs is not installed.
    """
    technology = url.split(":", 1)[0]
    name = f"squad.adapters.{port}.{technology}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            why = f"there is no adapter {technology!r}"
        else:
            why = f"{technology} needs the package {error.name}: pip install 'squad[cluster]'"
        raise ValueError(f"SQUAD_{port.upper()}: {why}") from error
    found: Make | None = getattr(module, "provision", None)
    return found


def consumed(port: str) -> dict[str, list[str]]:
    """This will list the CloudEvents types that each service with this port consumes.

    Every service has a queue on the bus.
    """
    return {
        definition.name: [event.type for event in definition.consumes]
        for definition in wiring.services()
        if port == "bus" or port in definition.needs
    }
