"""Tokens from the command line, for the embedded mode: identity's own minting, in this process."""

from squad.apps import wiring
from squad.kernel.problem import Missing
from squad.kernel.settings import Settings
from squad.services.identity.service import Identity


async def mint(settings: Settings, user: str) -> str:
    """This will sign a bearer token for a person, by id or mail. Raises KeyError: nobody."""
    adapters = await wiring.open_all(settings)
    try:
        definition = wiring.service("identity")
        running = await definition.start(await adapters.kit(definition))
        identity: Identity = running.service
        return await identity.mint(user)
    except Missing as error:
        raise KeyError(user) from error
    finally:
        await adapters.close()
