"""Versions of the policy: drafted, promoted, and found again for the decisions made by them."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from squad.contracts.routing import PolicyPromoted
from squad.kernel.http import expect
from squad.kernel.problem import Fault, Impossible, Invalid, Missing, Stale
from squad.ports.database import Database
from squad.ports.unit import Cause, Conflict
from squad.services.routing import store
from squad.services.routing.choose import recompute
from squad.services.routing.document import Edition, Unfit, check
from squad.services.routing.model import Decision, Kept
from squad.services.routing.policy import Policy
from squad.services.routing.service.memory import Memory


class Policies:
    """Any process may change them; the one that routes finds out at its next decision."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known: dict[int, Policy] = {}

    async def seed(self, database: Database, first: Policy) -> None:
        """This will put the first policy in force, where there is none yet. Raises Unavailable."""
        now = self._memory.books.clock.now()
        edition = Edition(
            version=first.version, document=first, state="active", at=now, author="",
            note="the default",
        )  # fmt: skip
        await database.commit(Cause(""), [store.seed(edition)], [], b"")

    async def active(self) -> Edition:
        """This will show the version in force."""
        return (await self._memory.store.editions("active"))[0]

    async def page(self, *, before: int | None) -> list[Edition]:
        """This will list versions, the newest first, at most 101."""
        store_ = self._memory.store
        return await (store_.editions("before", before) if before else store_.editions())

    async def get(self, *, version: int) -> Edition:
        """This will show a version. Raises Missing."""
        if found := await self._memory.store.editions("is", version):
            return found[0]
        raise Missing("There is no such version of the policy.")

    async def policy(self, *, version: int) -> Policy:
        """This will give a version's document, which never changes. Raises Missing."""
        if version not in self._known:
            self._known[version] = (await self.get(version=version)).document
        return self._known[version]

    def read(self, document: Mapping[str, Any]) -> Policy:
        """This will make a policy of a document. Raises Invalid: every fault, by its path."""
        try:
            return check(document)
        except Unfit as unfit:
            faults = [Fault(f"/document{path}", what) for path, what in unfit.faults]
            raise Invalid("This is no policy; see errors.", faults[:100]) from unfit

    async def next(self) -> int:
        """This will tell which version a new document has to be."""
        return (await self._memory.store.editions())[0].version + 1

    async def draft(self, *, document: Mapping[str, Any], note: str, cause: Cause) -> Edition:
        """This will keep a new version. Raises Invalid: every fault; Impossible: it is there."""
        policy = self.read(document)
        newest = await self.next() - 1
        if policy.version > newest + 1:
            raise Invalid(
                "Versions have no gaps.", [Fault("/document/version", f"must be {newest + 1}")]
            )
        unit = self._memory.books.open(cause)
        edition = Edition(
            version=policy.version, document=policy, state="draft", at=unit.now,
            author=cause.actor, note=note,
        )  # fmt: skip
        unit.write(store.draft(edition))
        try:
            await unit.commit(edition)
        except Conflict as conflict:
            raise Impossible(
                f"There is a version {policy.version}. Take {newest + 1}."
            ) from conflict
        return edition

    async def promote(self, *, version: int, note: str, seen: int | None, cause: Cause) -> Edition:
        """This will put a version in force from the next decision on; again changes nothing.

        seen: the version that was in force when the person decided this.
        Raises Missing, Invalid: it is left out; Stale: another one is in force by now.
        """
        edition, before = await self.get(version=version), await self.active()
        if seen is None:
            fault = Fault("/replaces", "the version in force that you saw, or as If-Match")
            raise Invalid("Say which version you replace.", [fault])
        if edition.state == "active":
            return edition
        expect(seen, before.version)
        unit = self._memory.books.open(cause)
        new = replace(
            edition,
            state="active",
            promotions=edition.promotions + 1,
            promoted_at=unit.now,
            promoter=cause.actor,
            reason=note,
        )
        unit.write(*store.promote(new, before.version))
        told = PolicyPromoted(version=version, before=before.version, note=note)
        unit.emit(told, version=new.promotions)
        try:
            await unit.commit(new)
        except Conflict as conflict:
            raise Stale("Another version was promoted meanwhile. Load it again.") from conflict
        await self._memory.follow()
        return new

    async def decision(self, *, id: str) -> Kept:
        """This will show one decision. Raises Missing."""
        if (kept := await self._memory.store.decision(id)) is None:
            raise Missing("There is no such decision.")
        return kept

    async def recompute(self, *, kept: Kept) -> Decision:
        """This will decide again from the record, by the version that it names. Raises Missing."""
        return recompute(kept.record, await self.policy(version=kept.record.policy))
