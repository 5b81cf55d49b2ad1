"""By hand: what people ask of routing, and what a dispatcher decides, holds, and undoes."""

import heapq
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from squad.kernel.access import Actor, sees
from squad.kernel.ids import derive
from squad.kernel.problem import Fault, Impossible, Invalid, Missing
from squad.kernel.unit import Unit
from squad.ports.database import Statement
from squad.ports.unit import Cause, Conflict
from squad.services.routing import store
from squad.services.routing.model import Decision, Kept
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.offers import Offers, decision_id, unassign
from squad.services.routing.service.preview import Option, options
from squad.services.routing.service.waiting import Waiting
from squad.services.routing.work import NEVER, Action, Deed, Hold, Work

Show = Callable[[Kept, Work], Any]
"""What the dispatcher is told, now and if the command comes again: the answer that is kept."""


class Hand:
    """A person's view of one ticket's routing, and their hand in it."""

    def __init__(self, memory: Memory, offers: Offers, waiting: Waiting) -> None:
        self._memory = memory
        self._offers = offers
        self._waiting = waiting

    async def seen(self, actor: Actor, id: str) -> Work:
        """This will find a ticket that the actor may know of. Raises Missing."""
        work = await self._memory.find(id)
        if work is None or not sees(
            actor,
            requester=work.ticket.requester,
            assignee=work.ticket.assignee,
            store=work.ticket.store,
            territory=work.ticket.territory,
        ):
            raise Missing("There is no such ticket, or none that you may see.")
        return work

    async def decisions(self, id: str) -> list[Kept]:
        """This will show how a ticket was routed, newest first. Raises Missing."""
        found = await self._memory.store.decisions(id)
        if chosen := [kept for kept in found if not (kept.by and kept.consultant is None)]:
            return chosen
        raise Missing("This ticket is not routed yet. Ask again in a moment.")

    async def log(self, id: str) -> list[Kept]:
        """This will list what dispatchers did by hand, newest first."""
        return [kept for kept in await self._memory.store.decisions(id) if kept.by]

    def options(self, work: Work, consultant: str) -> tuple[Decision, list[Option]]:
        """This will preview an assignment; "": of the engine's best. Raises Invalid: nobody."""
        if consultant and consultant not in self._memory.roster:
            raise Invalid("There is no such consultant.", [Fault("/consultant", "not on duty")])
        return options(self._memory, work, consultant)

    # Who gets it

    async def assign(
        self, *, actor: Actor, id: str, consultant: str, override: bool, cause: Cause, show: Show,
        hold: Hold = "",
    ) -> Any:  # fmt: skip
        """This will assign by hand. hold: "pinned": and nobody but a dispatcher moves it again.

        Raises Missing, Invalid: no such consultant; Impossible: finished, or a constraint breaks.
        """
        work = await self._mine(actor, id)
        decision, [option] = self.options(work, consultant)
        if option.lacks and not override:
            names = ", ".join(sorted({lack.constraint for lack in option.lacks}))
            raise Impossible(f"This breaks: {names}. Choose another, or say override.")
        unit, before = self._memory.open(cause), self._holder(work)
        action: Action = "pinned" if hold else "assigned"
        given, kept = self._give(unit, work, decision, consultant, action)
        deed = _deed(kept, work.hold, hold or _lasting(work.hold))
        given = self._held(given, deed.held)
        given = replace(given, deed=replace(deed, turn=kept.turn, before=before))
        answer = show(kept, given)
        await self._memory.commit(unit, work, given, answer)
        return answer

    def _give(
        self, unit: Unit[Statement], work: Work, decision: Decision, consultant: str,
        action: Action,
    ) -> tuple[Work, Kept]:  # fmt: skip
        """The next turn, unless this one is not answered yet."""
        turn = work.ticket.turn
        if work.ticket.assignee is not None or self._holder(work):
            turn = max(turn, work.answered) + 1
        by = unit.cause.actor
        given = self._offers.offer(
            unit, work, decision, turn, consultant=consultant, by=by, action=action
        )
        id = decision_id(unit, work.ticket, turn)
        kept = Kept(
            id=id, turn=turn, at=unit.now, by=by, consultant=consultant, record=decision,
            action=action,
        )  # fmt: skip
        return given, kept

    # What the engine must leave alone

    async def hold(self, *, actor: Actor, id: str, action: Action, cause: Cause, show: Show) -> Any:
        """This will pin a ticket to who has it, lock it as it is, or let the engine have it again.

        Raises Missing; Impossible: finished, nobody to pin it to, or not held in that way.
        """
        work = await self._mine(actor, id)
        if action == "pinned" and not self._holder(work):
            raise Impossible("Nobody has this ticket. Say which consultant to pin it to.")
        if action in ("unpinned", "unlocked") and work.hold != action.removeprefix("un"):
            raise Impossible(f"The ticket is not {action.removeprefix('un')}.")
        holds: dict[Action, Hold] = {"pinned": "pinned", "locked": "locked"}
        hold, unit = holds.get(action, ""), self._memory.open(cause)
        kept = self._note(unit, work, action)
        held = replace(self._held(work, hold), deed=_deed(kept, work.hold, hold))
        return await self._let_go(unit, work, held, kept, show)

    async def _let_go(
        self, unit: Unit[Statement], work: Work, held: Work, kept: Kept, show: Show
    ) -> Any:
        """Commits; what the engine may have again, it has at once."""
        if held.due:
            held = self._offers.route(unit, held)
        answer = show(kept, held)
        await self._memory.commit(unit, work, held, answer)
        await self._waiting.retry(held)
        return answer

    def _held(self, work: Work, hold: Hold) -> Work:
        """What is held does not lapse; what is let go does, from now on, if nobody answers."""
        if hold:
            return replace(work, hold=hold, answer_by=NEVER)
        who, answer_by = self._holder(work), work.answer_by
        if work.hold and who and (work.pending or work.ticket.status == "assigned"):
            answer_by = self._offers.answer_by(who, work.ticket.priority)
            heapq.heappush(self._memory.offers, (answer_by, work.ticket.id))
        return replace(work, hold=hold, answer_by=answer_by)

    def _note(self, unit: Unit[Statement], work: Work, action: Action) -> Kept:
        """Into the decision log, with what the engine would do now."""
        decision, _ = options(self._memory, work)
        turn, by = work.ticket.turn, unit.cause.actor
        id = derive(unit.cause.id, "deed", work.ticket.id)
        unit.write(store.record(id, decision, turn=turn, by=by, consultant=None, action=action))
        return Kept(
            id=id, turn=turn, at=unit.now, by=by, consultant=self._holder(work) or None,
            record=decision, action=action,
        )  # fmt: skip

    # And back

    async def undo(self, *, actor: Actor, id: str, cause: Cause, show: Show) -> Any:
        """This will take back what was done last by hand, if nothing happened since.

        Raises Missing; Impossible: nothing to undo, or what happened since; Conflict: tickets has
        not confirmed it yet.
        """
        work = await self._mine(actor, id)
        deed = work.deed
        if deed is None:
            raise Impossible("Nothing was done by hand that is not undone.")
        if news := self._since(work, deed):
            raise Impossible(f"It cannot be undone: {news}.")
        unit = self._memory.open(cause)
        if deed.turn and deed.before:
            decision, _ = self.options(work, deed.before)
            back, kept = self._give(unit, work, decision, deed.before, "undone")
        else:
            kept, back = self._note(unit, work, "undone"), work
            if deed.turn:
                unassign(unit, work.ticket, "dispatcher", deed.after)
        back = self._held(replace(back, deed=None), deed.hold)
        return await self._let_go(unit, work, back, kept, show)

    def _since(self, work: Work, deed: Deed) -> str:
        """What happened since a deed, in words; "": nothing."""
        ticket = work.ticket
        if ticket.turn < deed.turn:
            raise Conflict("tickets has not confirmed the assignment yet")
        if self._holder(work) != deed.after:
            return "the ticket went to somebody else"
        if work.hold != deed.held:
            return f"the ticket is {work.hold or 'not held any more'}"
        if not deed.turn:
            return ""
        if ticket.turn > deed.turn:
            return "the ticket was routed again"
        if ticket.assignee is None:
            raise Conflict("tickets has not confirmed the assignment yet")
        if ticket.status != "assigned":
            return f"the consultant has answered, it is {ticket.status}"
        if deed.before and deed.before not in self._memory.roster:
            return "who had it before is not on duty any more"
        return ""

    async def _mine(self, actor: Actor, id: str) -> Work:
        work = await self.seen(actor, id)
        if not work.open or work.ticket.status == "resolved":
            raise Impossible(f"The ticket is {work.ticket.status}: there is nothing to assign.")
        return work

    def _holder(self, work: Work) -> str:
        return self._memory.roster.holder(work.ticket.id) or ""


def _deed(kept: Kept, hold: Hold, held: Hold) -> Deed:
    who = kept.consultant or ""
    action: Any = kept.action
    return Deed(action, kept.by, kept.at.timestamp(), 0, who, who, hold, held)


def _lasting(hold: Hold) -> Hold:
    """A lock outlasts an assignment by hand; a pin was to who had it before."""
    return "locked" if hold == "locked" else ""
