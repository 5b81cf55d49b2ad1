"""A busy day in the demo world, through the public API alone: `squad demo --busy`."""

from collections.abc import Callable

import httpx
import msgspec

from squad.apps import wiring
from squad.apps.busy.day import Day
from squad.apps.busy.door import Door
from squad.apps.story.person import Failed as Failed
from squad.kernel.problem import Missing
from squad.kernel.settings import Settings

TIMEOUT = 30.0  # s for an answer
PAST = 5 / 3  # past tickets for each of today's
Tell = Callable[[str, int, int], None]
"""What is being done, and how many of how many are."""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What there is now. past: finished tickets of the last weeks. tickets: of today, by status."""

    past: int
    logged: int
    surveys: int
    tickets: dict[str, int]


async def fill(settings: Settings, url: str, count: int, seed: str, tell: Tell) -> Filled:
    """This will fill the demo world with a day's work; what is there already is left alone.

    count: tickets of today. seed: another one makes another day. Raises Failed: the message is
    for people.
    """
    async with (
        wiring.opened(settings, "identity") as identity,
        httpx.AsyncClient(base_url=url, timeout=TIMEOUT, trust_env=False) as http,
    ):

        async def mint(person: str) -> str:
            return str(await identity.mint(person))

        day = Day(Door(http, mint), seed, tell)
        try:
            await day.gather()
            past = await day.remember(round(count * PAST))
            logged = await day.log(count)
            await day.settle()
            await day.work()
            surveys = await day.close()
            return Filled(past=past, logged=logged, surveys=surveys, tickets=await day.count())
        except Missing as error:
            raise Failed("there is no demo world here. `make up` starts a node with it.") from error
        except httpx.ConnectError as error:
            raise Failed(f"no node answers at {url}. Start it with `make up`.") from error
        except httpx.HTTPError as error:
            raise Failed(f"the node at {url} broke off: {error!r}") from error
