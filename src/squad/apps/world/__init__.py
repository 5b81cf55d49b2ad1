"""The demo world: consultants where people live, at work around the clock, and their customers.

It goes through identity's own use cases, one unit a person, so a start that is killed half-way
is completed by the next, and a further start changes nothing.
"""

import asyncio
import contextlib
import sys
from collections.abc import Sequence

from squad.apps.node import Node
from squad.apps.world import skills
from squad.apps.world.cast import PASSWORD, SIGNINS, Cast, Member
from squad.apps.world.consultants import consultants
from squad.apps.world.regions import NAMES
from squad.contracts.people import Country
from squad.kernel import log
from squad.kernel.ids import derive
from squad.kernel.problem import Impossible, Invalid
from squad.ports.places import Places
from squad.ports.unit import Cause, Duplicate
from squad.services.identity.model.catalog import SHELVES, New, NewTerritory
from squad.services.identity.model.people import Guest
from squad.services.identity.service import Identity

CITIES = 10_000  # more than there are with 15,000 people
SHELF = 1_000  # entries read of a shelf
ABREAST = 100  # people enrolled side by side: they share flushes of the disk

_log = log.get("world")


async def load(node: Node) -> None:
    """This will enroll who is missing of the demo world, and print the sign-ins.

    A node without identity leaves it to the one that has it.
    """
    running = node.running.get("identity")
    if running is None or node.adapters is None:
        return
    identity: Identity = running.service
    places: Places = await node.adapters.get("places", "identity")
    cities = places.cities(CITIES)
    cast = Cast(places, cities)
    await _stock(identity, cast)
    people = [*cast.members(), *consultants(cities, node.settings.demo)]
    identity.show(_guests(people))
    for start in range(0, len(people), ABREAST):
        batch = people[start : start + ABREAST]
        await asyncio.gather(*(_enroll(identity, member) for member in batch))
    _log.info("world.loaded", people=len(people))
    sys.stdout.write(signins(node.settings.origin))
    sys.stdout.flush()


def _guests(people: Sequence[Member]) -> list[Guest]:
    """Those with a known password, in the order in which they are listed for people to read."""
    order = list(SIGNINS.values())
    found = [
        Guest(one.id, one.contact.name, one.roles[0], one.contact.mail, one.language, PASSWORD)
        for one in (member.person for member in people if member.password)
    ]
    return sorted(found, key=lambda one: order.index(one.mail))


def signins(url: str) -> str:
    """This will list who can sign in, for people to read."""
    wide = max(len(mail) for mail in SIGNINS.values())
    lines = [f"  {name:<13} {mail:<{wide}}  {PASSWORD}" for name, mail in SIGNINS.items()]
    return "\n".join((f"\nSysops Squad  {url}\n", *lines, "", ""))


async def _stock(identity: Identity, cast: Cast) -> None:
    """What people's records refer to comes first; stores refer to territories."""
    await _shelve(identity, "skills", skills.catalog())
    await _shelve(identity, "territories", _territories())
    await _shelve(identity, "organisations", cast.companies())
    await _shelve(identity, "stores", cast.stores())


async def _shelve(identity: Identity, name: str, entries: Sequence[New]) -> None:
    shelf = SHELVES[name]
    there = {one.id for one in await identity.catalog.page(shelf=shelf, after="", limit=SHELF)}

    async def add(new: New) -> None:
        cause = Cause(derive("demo", name, str(new.id)))
        with contextlib.suppress(Impossible, Duplicate):  # another start was quicker
            await identity.catalog.add(shelf=shelf, new=new, cause=cause)

    await asyncio.gather(*(add(new) for new in entries if new.id not in there))


async def _enroll(identity: Identity, member: Member) -> None:
    """Somebody whose mail, skills or area others have taken over meanwhile is left out."""
    person = member.person
    try:
        await identity.enroll(
            person=person,
            password=member.password,
            schedule=member.schedule,
            cause=Cause(derive("demo", "enroll", person.id)),
        )
    except (Impossible, Invalid) as problem:
        _log.warning("world.refused", person=person.id, reason=problem.detail)


def _territories() -> list[NewTerritory]:
    def territory(code: str, name: str) -> NewTerritory:
        country: Country = "CA" if code.startswith("CA-") else "US"
        return NewTerritory(id=code, name=name, country=country, region=code[3:])

    return [territory(code, name) for code, name in NAMES.items()]
