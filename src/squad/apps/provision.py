"""Provisioning: make what the adapters need outside, with more rights than running needs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from squad.apps import wiring
from squad.kernel.settings import CHANNELS, PORTS, Settings

Make = Callable[[str, Mapping[str, Sequence[str]], str], Awaitable[list[str]]]


async def provision(settings: Settings, environ: Mapping[str, str]) -> AsyncIterator[str]:
    """This will let each port's adapter make what is missing, and give a line for each thing.

    Idempotent. environ: SQUAD_ADMIN_<PORT> is a URL with an administrator's rights, for a port
    whose own setting has too few. Raises ValueError: there is no such adapter. Unavailable: an
    engine refuses or does not answer; what was made stays, and running it again goes on.
    """
    for port in (*PORTS, *CHANNELS):
        url = wiring.url_of(settings, port, "{service}")
        if url in ("", "off"):
            continue
        make: Make | None = getattr(wiring.module(port, url), "provision", None)
        if make is None:
            continue
        admin = environ.get(f"SQUAD_ADMIN_{port.upper()}", "")
        for line in await make(url, consumed(port), admin):
            yield f"{port}: {line}"


def consumed(port: str) -> dict[str, list[str]]:
    """This will list the CloudEvents types that each service with this port consumes.

    Every service has a queue on the bus.
    """
    return {
        definition.name: [event.type for event in definition.consumes]
        for definition in wiring.services()
        if port == "bus" or port in definition.needs
    }
