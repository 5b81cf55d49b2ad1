"""Keeping people and the directory in step, where others change the directory as well."""

import asyncio
import contextlib
from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from squad.contracts.people import Contact, Person, Role, UserCreated, UserUpdated
from squad.kernel import log
from squad.kernel.ids import derive, is_uuid
from squad.kernel.problem import Problem
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.directory import Account, Directory
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.identity import store as tables
from squad.services.identity.model.people import Record
from squad.services.identity.model.text import Mail, Name
from squad.services.identity.service.people import People
from squad.services.identity.store import Store

EVERY = 120.0  # s from the end of a pass to the next
PAGE = 60  # sign-ins a page: what Cognito gives at most
PAUSE = 0.25  # s between pages: a pass asks at most four times a second

_log = log.get("identity")


class Sync:
    """Compares all sign-ins with the records, page by page, and settles what differs.

    Who was put into the directory by others gets a record, with the roles of their groups. A
    sign-in that was ended on either side is ended on both; only we open it again. A mail that
    was changed there is followed. What differs is settled when the next pass still sees it: our
    own changes reach the two sides one after the other.
    """

    def __init__(
        self, books: Books[Statement], store: Store, directory: Directory, people: People
    ) -> None:
        self._books = books
        self._store = store
        self._directory = directory
        self._people = people
        self._lock = asyncio.Lock()
        self._suspects: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """This will make passes until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(EVERY)

    async def once(self) -> int:
        """This will make one pass, alone. Returns how many it settled. Raises Unavailable."""
        async with self._lock:
            cursor, settled = "", 0
            seen: set[tuple[str, str]] = set()
            while True:
                page, cursor = await self._directory.accounts(cursor=cursor, limit=PAGE)
                for account in page:
                    settled += await self.reconcile(account, seen)
                if not cursor:
                    break
                await asyncio.sleep(PAUSE)
            self._suspects = seen
            return settled

    async def reconcile(self, account: Account, seen: set[tuple[str, str]]) -> bool:
        """This will settle one sign-in. seen: takes what differs; what `once` saw is settled."""
        record = await self._store.person(account.id)
        if record is None:
            return account.enabled and await self.meet(account) is not None
        for suspect in _differences(record, account):
            key = (account.id, suspect)
            if key not in self._suspects:
                seen.add(key)
            elif await self._settle(record.person, account, suspect):
                _log.warning("sync.settled", person=account.id, what=suspect)
                return True
        return False

    async def meet(self, account: Account) -> Person | None:
        """This will give somebody whom others put into the directory a record, once.

        None: `enroll` made the sign-in, so it is the rest of something that was not finished.
        """
        if account.ours or not is_uuid(account.id):
            return None
        person = await self._stranger(account)
        unit = self._books.open(Cause(derive("directory", "meet", account.id)))
        unit.write(*tables.add_person(person))
        unit.emit(UserCreated(person=person), version=1)
        with contextlib.suppress(Duplicate, Conflict):  # another node was quicker
            await unit.commit()
            _log.info("sync.met", person=person.id, roles=list(person.roles))
        record = await self._store.person(account.id)
        return record.person if record else None

    async def _stranger(self, account: Account) -> Person:
        """Their texts are anybody's: what we would not take from a form is left out."""
        profile = await self._directory.profile(account.id)
        roles = tuple(role for role in get_args(Role) if role in profile.roles)
        contact = Contact(name=_fit(profile.name, Name), mail=_fit(account.mail, Mail))
        return Person(id=account.id, version=1, roles=roles or ("customer",), contact=contact)

    async def _settle(self, person: Person, account: Account, what: str) -> bool:
        """False: it changed meanwhile, another node was quicker, or a rule forbids it."""
        cause = Cause(derive("directory", what, person.id, str(person.version)))
        try:
            if what == "erased":
                await self._directory.remove(person.id)
            elif what == "ended there":
                await self._people.deactivate(id=person.id, version=person.version, cause=cause)
            elif what == "ended here":
                await self._directory.disable(person.id)
            else:
                await self._follow(person, account.mail, cause)
        except (Duplicate, Conflict):
            return False
        except Problem as problem:
            _log.warning("sync.refused", person=person.id, what=what, reason=problem.detail)
            return False
        return True

    async def _follow(self, old: Person, mail: str, cause: Cause) -> None:
        contact = replace(old.contact, mail=mail)
        new = replace(old, contact=contact, version=old.version + 1)
        unit = self._books.open(cause)
        unit.write(*tables.change_person(old, new))
        unit.emit(UserUpdated(person=new), version=new.version)
        await unit.commit()


def _differences(record: Record, account: Account) -> list[str]:
    """What differs, the graver first."""
    person = record.person
    if record.erased:
        return ["erased"] if account.enabled or account.mail else []
    if person.active != account.enabled:
        return ["ended there" if person.active else "ended here"]
    mail = _fit(account.mail, Mail)
    return ["mail"] if account.enabled and mail and mail != person.contact.mail else []


def _fit(text: str, kind: Any) -> str:
    try:
        return str(msgspec.convert(text.strip(), kind))
    except msgspec.ValidationError:
        return ""
