"""Use cases of push messages: which browsers a person has, and trying one out."""

from collections.abc import Sequence

from squad.contracts.people import Language
from squad.kernel.problem import Fault, Impossible, Invalid, Missing, Shed
from squad.kernel.unit import Books
from squad.ports.documents import Put
from squad.ports.notifier import Gone, Pusher, Refused
from squad.ports.unit import Cause, Unavailable
from squad.services.engagement import store
from squad.services.engagement.model.devices import MOST, Device, NewDevice, Subscribed, shown
from squad.services.engagement.service.voice import Voice
from squad.services.engagement.store import Store

OFF = "Push messages are not set up here. Ask an administrator to set SQUAD_PUSH."


class Subscriptions:
    """Devices by person. pusher: None where this installation sends no push messages."""

    def __init__(
        self, books: Books[Put], store: Store, voice: Voice, pusher: Pusher | None
    ) -> None:
        self._books = books
        self._store = store
        self._voice = voice
        self._pusher = pusher

    def key(self) -> str:
        """This will give the key that browsers subscribe with. Raises Missing."""
        if self._pusher is None:
            raise Missing(OFF)
        return self._pusher.key

    async def page(self, *, person: str) -> list[Subscribed]:
        """This will list a person's devices, the oldest first."""
        return [shown(one) for one in await self._store.devices(person)]

    async def save(self, *, person: str, id: str, new: NewDevice, cause: Cause) -> Subscribed:
        """This will subscribe a device, or take its new keys over.

        A browser that somebody else was subscribed in is this person's from now on.
        Raises Invalid: it is no subscription, or of no push service that we know; Impossible.
        """
        self._vet(person, new)
        unit = self._books.open(cause)
        there = await self._store.devices(person)
        since = next((one.since for one in there if one.id == id), unit.now)
        device = Device(id, new.endpoint, new.keys, new.name.strip(), since)
        holder = await self._store.holder(new.endpoint)
        if holder is not None and (holder.person, holder.device) != (person, id):
            unit.write(store.remove("people", holder.person, f"{store.PUSH}{holder.device}"))
            there = [one for one in there if one.endpoint != new.endpoint]
        unit.write(*_replaced(person, there, device), *store.save_device(person, device))
        await unit.commit(shown(device))
        self._store.forget(person)
        return shown(device)

    def _vet(self, person: str, new: NewDevice) -> None:
        if self._pusher is None:
            raise Impossible(OFF)
        probe = self._voice.trial("probe", _device("probe", new, self._books), person, "en")
        try:
            self._pusher.check(probe.to)
        except Refused as refused:
            fault = Fault("/endpoint", str(refused))
            raise Invalid("This browser cannot be sent push messages.", [fault]) from refused

    async def drop(self, *, person: str, id: str, cause: Cause) -> None:
        """This will forget a device; what is forgotten already stays so."""
        unit = self._books.open(cause)
        for device in await self._store.devices(person):
            if device.id == id:
                unit.write(*store.drop_device(person, device))
        await unit.commit({})
        self._store.forget(person)

    async def gone(self, person: str, id: str) -> None:
        """This will forget a device whose push service does not know it any more."""
        await self.drop(person=person, id=id, cause=Cause(""))

    async def attempt(self, *, person: str, id: str, language: Language, cause: Cause) -> None:
        """This will send a message to one device now.

        Raises Missing, Impossible: it does not take messages any more; Shed.
        """
        device = next((one for one in await self._store.devices(person) if one.id == id), None)
        if device is None or self._pusher is None:
            raise Missing("There is no such device. Subscribe it first.")
        try:
            await self._pusher.send(self._voice.trial(cause.id, device, person, language))
        except Gone as gone:
            await self.gone(person, id)
            raise Impossible("The browser has ended this subscription. Subscribe anew.") from gone
        except Refused as refused:
            raise Impossible(
                f"The push service refuses it: {refused}. Subscribe anew."
            ) from refused
        except Unavailable as error:
            raise Shed("The push service does not answer. Try again.", retry_after=30.0) from error


def _device(id: str, new: NewDevice, books: Books[Put]) -> Device:
    return Device(id, new.endpoint, new.keys, new.name, books.clock.now())


def _replaced(person: str, there: Sequence[Device], new: Device) -> list[Put]:
    """What a device takes the place of: its own earlier endpoint, and the oldest of too many."""
    puts = list[Put]()
    others = [one for one in there if one.id != new.id]
    for one in others[: max(0, len(others) + 1 - MOST)]:
        puts += store.drop_device(person, one)
    for one in there:
        if one.id == new.id and one.endpoint != new.endpoint:
            puts.append(store.drop_device(person, one)[1])
    return puts
