"""The day itself: people log, routing assigns, consultants work, customers close and answer."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from squad.apps.busy import plan
from squad.apps.busy.door import Door
from squad.apps.busy.plan import Crowd, Draft, Goal, Who
from squad.apps.busy.texts import PHRASES
from squad.apps.busy.work import MOVING, mutations
from squad.apps.story.person import Failed
from squad.apps.world import chance
from squad.apps.world.names import DOMAIN
from squad.kernel.ids import derive

ADMIN, DESK, DISPATCHER = (f"{name}@{DOMAIN}" for name in ("admin", "receptionist", "dispatcher"))
BATCH = 50  # past tickets a request
PATIENCE = 120.0  # s until routing has had its turn with all
SURVEYS = 20.0  # s until a closed ticket's survey has come
SILENT = 0.3  # share of customers who do not answer
SYNC = "/api/tickets/sync"


class Day:
    """One day, stage by stage. tell: what is being done, and how many of how many are."""

    def __init__(self, door: Door, seed: str, tell: Callable[[str, int, int], None]) -> None:
        self._door = door
        self._seed = seed
        self._tell = tell
        self._now = datetime.now(UTC)
        self._crowd = Crowd((), ())
        self._drafts: Sequence[Draft] = ()
        self._tickets: dict[str, Any] = {}

    async def gather(self) -> None:
        """This will ask who is there. Raises Failed: nobody who could do the work."""
        people = {
            role: [_who(one) for one in await self._people(role)]
            for role in ("consultant", "customer", "store")
        }
        self._crowd = Crowd(people["consultant"], [*people["customer"], *people["store"]])
        if not self._crowd.consultants or not self._crowd.askers:
            raise Failed("there is no demo world here. `make up` starts a node with it.")

    async def remember(self, count: int) -> int:
        """This will bring in finished tickets of the last weeks. Returns how many were new."""
        rows = list(plan.past(self._seed, count, self._crowd, self._now))
        batches = [rows[start : start + BATCH] for start in range(0, count, BATCH)]

        async def bring(batch: list[Any]) -> int:
            key = derive("busy", self._seed, batch[0]["id"], self._now.isoformat())
            found = await self._door.send(ADMIN, "/api/tickets/import", {"tickets": batch}, key=key)
            return sum(one["outcome"] == "created" for one in found)

        return sum(await self._each("past tickets", batches, bring))

    async def log(self, count: int) -> int:
        """This will log today's tickets, each once. Returns how many were new."""
        self._drafts = plan.day(self._seed, count, self._crowd, self._now)
        return sum(await self._each("tickets logged", self._drafts, self._log))

    async def settle(self) -> None:
        """This will wait until routing has looked at all, and give consultant@ their own."""
        await self._each("tickets routed", self._drafts, self._routed)

    async def work(self) -> None:
        """This will let consultants do what they do today, each in the order of the plan."""
        shifts: dict[str, list[Draft]] = {}
        for draft in self._drafts:
            ticket = self._tickets[draft.id]
            if ticket["assignee"] and not (draft.goal == "declined" and ticket["declined"]):
                shifts.setdefault(ticket["assignee"], []).append(draft)
        await self._each("consultants at work", shifts.items(), self._shift)

    async def close(self) -> int:
        """This will let customers close what is done, and answer. Returns surveys answered."""
        done = [draft for draft in self._drafts if draft.goal == "closed"]
        return sum(await self._each("tickets closed", done, self._close))

    async def count(self) -> dict[str, int]:
        """This will count today's tickets by status."""
        found = await self._each("tickets counted", self._drafts, self._look)
        return dict(Counter(str(ticket["status"]) for ticket in found).most_common())

    async def _people(self, role: str) -> list[Any]:
        return await self._door.all(ADMIN, "/api/identity/people", role=role)

    async def _look(self, draft: Draft) -> Any:
        return await self._door.get(ADMIN, f"/api/tickets/{draft.id}")

    async def _log(self, draft: Draft) -> bool:
        """Whoever has the trouble does it, or the desk for them."""
        if await self._look(draft) is not None:
            return False
        facts, who = dict(draft.facts), draft.asker.id
        if draft.desk:
            who = DESK
            facts |= {"requester": draft.asker.id, "contact": {"name": draft.asker.name}}
        await self._door.send(who, "/api/tickets", facts, key=derive("busy", "log", draft.id))
        return True

    async def _routed(self, draft: Draft) -> None:
        async def look() -> Any:
            ticket = await self._look(draft)
            return None if ticket["status"] == "new" else ticket

        ticket = await self._door.until(look, PATIENCE)
        if ticket is None:
            raise Failed(f"ticket {draft.id} was not routed within {PATIENCE:.0f} s")
        star = self._crowd.star.id
        moved = ticket["assignee"] != star or draft.goal == "assigned"
        if draft.mine and moved and ticket["status"] == "assigned":
            ticket = await self._give(draft, ticket, star)
        self._tickets[draft.id] = ticket

    async def _give(self, draft: Draft, ticket: Any, star: str) -> Any:
        """The dispatcher's decision stands above routing's, and routing leaves it alone."""
        body = {"consultant": star, "override": True}
        path = f"/api/routing/tickets/{draft.id}/pin"
        key = derive("busy", "give", draft.id, str(ticket["version"]))
        await self._door.send(DISPATCHER, path, body, key=key)

        async def look() -> Any:
            now = await self._look(draft)
            return now if now["assignee"] == star else None

        return await self._door.until(look, PATIENCE) or await self._look(draft)

    async def _shift(self, shift: tuple[str, list[Draft]]) -> None:
        """All that one consultant does. Nobody is at two places, or drives to two, at once."""
        who, drafts = shift
        busy, pushed = False, []
        for draft in drafts:
            goal: Goal = "accepted" if busy and draft.goal in MOVING else draft.goal
            busy = busy or goal in MOVING
            pushed += mutations(draft, goal, self._tickets[draft.id])
        for start in range(0, len(pushed), BATCH):
            await self._push(who, pushed[start : start + BATCH])
        for draft in drafts:
            if draft.goal in (*MOVING, "resolved", "closed"):
                await self._answer(draft)

    async def _push(self, who: str, pushed: list[Any]) -> None:
        device = derive("busy", "device", who)
        for _ in range(5):
            body = {"device": device, "sent_at": datetime.now(UTC), "mutations": pushed}
            found = await self._door.send(who, SYNC, body, key=derive("busy", pushed[0]["id"]))
            pushed = [
                mutation
                for mutation, result in zip(pushed, found["results"], strict=True)
                if result["outcome"] == "retry"
            ]
            if not pushed:
                return
            await asyncio.sleep(1.0)
        raise Failed(f"{SYNC}: the node is too busy for {len(pushed)} mutations")

    async def _answer(self, draft: Draft) -> None:
        id = derive("busy", "answer", draft.id)
        body = {"id": id, "text": PHRASES[draft.language].answer}
        path = f"/api/tickets/{draft.id}/messages"
        await self._door.send(draft.asker.id, path, body, key=id)

    async def _close(self, draft: Draft) -> int:
        """Whether they answered the survey, too; the customer who signs in has yet to do so."""
        if (await self._look(draft))["status"] == "resolved":
            path, key = f"/api/tickets/{draft.id}/close", derive("busy", "close", draft.id)
            await self._door.send(draft.asker.id, path, {}, key=key)
        dice = chance.dice("busy", "survey", draft.id)
        if draft.mine or dice.random() < SILENT:
            return 0

        async def look() -> Any:
            page = await self._door.get(draft.asker.id, "/api/engagement/surveys/mine")
            return next((one for one in page["items"] if one["ticket"] == draft.id), None)

        survey = await self._door.until(look, SURVEYS)
        if survey is None or not survey["token"] or survey["answered_at"]:
            return 0
        good = dice.random()
        rating, praise = (5 if good > 0.4 else 4 if good > 0.1 else 2), PHRASES[draft.language]
        body = {"rating": rating, "comment": praise.praise[-1 if rating < 5 else int(good > 0.7)]}
        path = f"/api/engagement/surveys/{survey['token']}"
        await self._door.send("", path, body, key=derive("busy", "survey", draft.id))
        return 1

    async def _each(
        self, what: str, things: Iterable[Any], work: Callable[[Any], Awaitable[Any]]
    ) -> list[Any]:
        """Does it with all of them side by side, and tells how far it is."""
        todo, done = list(things), 0
        self._tell(what, 0, len(todo))

        async def one(thing: Any) -> Any:
            nonlocal done
            found = await work(thing)
            done += 1
            self._tell(what, done, len(todo))
            return found

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(thing)) for thing in todo]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed
        return [task.result() for task in tasks]


def _who(person: Any) -> Who:
    home = person["home"] or {"latitude": 0.0, "longitude": 0.0, "region": ""}
    return Who(
        id=person["id"],
        mail=person["contact"]["mail"],
        name=person["contact"]["name"],
        zone=person["zone"],
        language=person["language"],
        languages=person["languages"],
        region=home["region"],
        home=(home["latitude"], home["longitude"]),
    )
