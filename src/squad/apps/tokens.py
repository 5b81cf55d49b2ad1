"""People and tokens from the command line, for the embedded mode: identity's own use cases."""

from squad.apps import wiring
from squad.contracts.people import Contact, Person, Role
from squad.kernel.ids import uuid7
from squad.kernel.problem import Missing
from squad.kernel.settings import Settings
from squad.ports.unit import Cause


async def mint(settings: Settings, user: str) -> str:
    """This will sign a bearer token for a person, by id or mail. Raises KeyError: nobody."""
    async with wiring.opened(settings, "identity") as identity:
        try:
            return str(await identity.mint(user))
        except Missing as error:
            raise KeyError(user) from error


async def enroll(settings: Settings, *, mail: str, name: str, role: Role, password: str) -> str:
    """This will add a person who can sign in, and give their id. Raises Problem: it was refused.

    The way to the first administrator of an installation without the demo world.
    """
    id = uuid7()
    person = Person(id=id, version=1, roles=(role,), contact=Contact(name=name, mail=mail))
    async with wiring.opened(settings, "identity") as identity:
        await identity.enroll(person=person, password=password, cause=Cause(id))
    return id
