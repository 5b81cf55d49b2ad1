"""The main story, played against a running node as its people would: `squad demo`."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import httpx
import msgspec

from squad.apps.story import photo, whatif
from squad.apps.story.person import Failed as Failed
from squad.apps.story.person import Person, mint, sign_in
from squad.apps.world.cast import PASSWORD, SIGNINS
from squad.kernel.ids import uuid7
from squad.kernel.settings import Settings

T = TypeVar("T")
TIMEOUT = 30.0  # s for an answer
FLIPS = 3  # that are told
_SYLLABLES = "ba co du fe gi ka lo mu ne pi ra so tu ve zo xa"
_TOLD = {
    "customer": ("assigned", "accepted", "travelling", "message", "resolved", "survey"),
    "consultant": ("assignment", "message"),
}


class Step(msgspec.Struct, frozen=True):
    """Something that happened. ms: how long it took to be answered, or to come true."""

    who: str
    what: str
    ms: float
    notes: Sequence[str] = ()


class Played(msgspec.Struct, frozen=True):
    """A story that came to its end. assigned_ms: from created to assigned, by the node's clock."""

    url: str
    ticket: str
    reference: str
    assigned_ms: float
    steps: Sequence[Step]


def play(settings: Settings, url: str, tell: Callable[[Step], None]) -> Played:
    """This will play the story and tell each step. Raises Failed: the message is for people."""
    with httpx.Client(base_url=url, timeout=TIMEOUT, trust_env=False) as http:
        try:
            return Story(http, settings, tell).play()
        except httpx.ConnectError as error:
            raise Failed(f"no node answers at {url}. Start it with `make up`.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Failed(f"the node at {url} broke off: {error!r}") from error


class Story:
    """One ticket, from the customer's trouble to what staff find in search."""

    def __init__(
        self, http: httpx.Client, settings: Settings, tell: Callable[[Step], None]
    ) -> None:
        self._http = http
        self._settings = settings
        self._tell = tell
        self._steps: list[Step] = []
        self._id = uuid7()
        self._word = word(self._id)
        self._path = f"/api/tickets/{self._id}"

    def play(self) -> Played:
        """This will play all of it."""
        self._ready()
        customer, dispatcher = self._enter("customer"), self._enter("dispatcher")
        reference = self._log(customer)
        assignee, latency = self._assigned(customer, dispatcher)
        self._reasons(dispatcher)
        picture = self._attach(customer)
        consultant = self._consultant(assignee)
        self._look(consultant, picture)
        self._visit(consultant, customer)
        self._finish(consultant, customer)
        self._survey(self._told(customer, consultant))
        self._found(dispatcher)
        self._whatif()
        self._history(dispatcher)
        url = str(self._http.base_url)
        return Played(url, self._id, reference, round(latency, 1), tuple(self._steps))

    def _did(self, who: str, what: str, ms: float, *notes: str) -> None:
        step = Step(who, what, round(ms, 1), notes)
        self._steps.append(step)
        self._tell(step)

    def _ready(self) -> None:
        answer, ms = timed(lambda: self._http.get("/readyz"))
        if answer.status_code != 200:
            raise Failed(f"the node is not ready: {answer.text}")
        self._did("node", "is ready", ms)

    def _enter(self, name: str) -> Person:
        person, ms = timed(lambda: sign_in(self._http, name, SIGNINS[name], PASSWORD))
        self._did(name, "signs in with mail and password (OpenID Connect, PKCE)", ms)
        return person

    def _log(self, customer: Person) -> str:
        body = {
            "id": self._id,
            "title": f"Cash register {self._word} freezes at checkout",
            "description": "It stops while printing the receipt, since this morning.",
            "category": "pos",
            "priority": 2,
            "location": {"postal_code": "60601", "address": "1 Main Street, ground floor"},
        }
        ticket, ms = customer.send("/api/tickets", body)
        self._did("customer", f"logs ticket {ticket['reference']}: {ticket['title']}", ms)
        return str(ticket["reference"])

    def _attach(self, customer: Person) -> tuple[str, bytes]:
        """Where the picture is, and what it shows."""
        content = photo.png(self._id)
        part = {"file": ("register.png", content, "image/png")}
        kept, ms = customer.send(f"{self._path}/attachments", files=part)
        what = f"attaches a photo: {kept['name']}, {kept['media']}, {kept['size']:,} bytes"
        self._did("customer", what, ms)
        return f"{self._path}/attachments/{kept['id']}", content

    def _look(self, consultant: Person, picture: tuple[str, bytes]) -> None:
        path, content = picture
        seen, ms = timed(lambda: consultant.load(path))
        if seen != content:
            raise Failed("the photo came back changed")
        self._did("consultant", "looks at the photo, the same byte for byte", ms)

    def _assigned(self, customer: Person, dispatcher: Person) -> tuple[Any, float]:
        """Who has it, and how long after the ticket was created, by the node's clock, ms."""

        def look() -> str | None:
            ticket = customer.get(self._path)
            if ticket["status"] == "needs_dispatcher":
                raise Failed("nobody is eligible for the ticket: a dispatcher is needed")
            return str(ticket["assignee"]) if ticket["assignee"] else None

        id, ms = customer.until(look, "an assignment")
        at = {one["step"]: one["at"] for one in customer.get(f"{self._path}/history")}
        gap = datetime.fromisoformat(at["assign"]) - datetime.fromisoformat(at["create"])
        person = dispatcher.get(f"/api/identity/people/{id}")
        latency = gap.total_seconds() * 1000
        note = f"{latency:.0f} ms after it was created, by the node's clock"
        self._did("routing", f"assigns {person['contact']['name']}", ms, note)
        return person, latency

    def _reasons(self, dispatcher: Person) -> None:
        path = f"/api/routing/tickets/{self._id}/decision"
        decision, ms = timed(lambda: dispatcher.get(path))
        self._did("dispatcher", "asks why, and why nobody else", ms, *decision["text"])
        if flips := [one["text"] for one in decision["counterfactuals"]]:
            self._did("dispatcher", "asks what would have changed it", ms, *flips[:FLIPS])

    def _whatif(self) -> None:
        manager = self._enter("manager")
        id, ms, what = whatif.ask(manager)
        self._did("manager", f"asks what if: {what}", ms)
        result, ms = whatif.wait(manager, id)
        report = f"with charts: {whatif.PATH}/{id}/report"
        self._did("simulator", "runs both policies", ms, *whatif.tell(result), report)

    def _consultant(self, person: Any) -> Person:
        """consultant@ signs in; whoever else it is acts by a token made on this machine."""
        if person["contact"]["mail"] == SIGNINS["consultant"]:
            return self._enter("consultant")
        found, ms = timed(lambda: mint(self._http, self._settings, person["id"]))
        self._did("consultant", "acts by a token made on this machine (`squad token`)", ms)
        return found

    def _visit(self, consultant: Person, customer: Person) -> None:
        self._take(consultant, "accept", "accepts")
        self._take(consultant, "travel", "sets out")
        self._take(consultant, "arrive", "arrives")
        self._say(consultant, "I am at the door. Which counter is it?", "writes to the customer")
        self._say(customer, "Counter 3, on the left.", "answers")
        note = {"text": "Third one of this model this month.", "visibility": "internal"}
        kept, ms = consultant.send(f"{self._path}/messages", note)
        if kept["id"] in [one["id"] for one in customer.get(f"{self._path}/messages")]:
            raise Failed("the customer can read an internal note")
        self._did("consultant", "leaves a note for colleagues, which the customer cannot see", ms)

    def _finish(self, consultant: Person, customer: Person) -> None:
        self._take(
            consultant,
            "resolve",
            "resolves",
            resolution="Replaced the printer's cable and its driver.",
        )
        self._take(customer, "close", "agrees and closes")

    def _take(self, person: Person, step: str, what: str, **body: str) -> None:
        ticket, ms = person.send(f"{self._path}/{step}", body)
        self._did(person.name, f"{what}: {ticket['status']}", ms)

    def _say(self, person: Person, text: str, what: str) -> None:
        _, ms = person.send(f"{self._path}/messages", {"text": text})
        self._did(person.name, f"{what}: “{text}”", ms)

    def _told(self, customer: Person, consultant: Person) -> str:
        """Both have heard of everything that concerns them, once. Returns the survey's link."""
        link = ""
        for person in (customer, consultant):
            wanted = sorted(_TOLD[person.name])

            def look(person: Person = person, wanted: list[str] = wanted) -> list[Any] | None:
                page = person.get("/api/engagement/notifications", limit=50)
                mine = [one for one in page["items"] if one["ticket"] == self._id]
                return mine[::-1] if sorted(one["kind"] for one in mine) == wanted else None

            found, ms = person.until(look, f"{person.name}'s notifications {wanted}")
            titles = [one["title"] for one in found]
            self._did(person.name, f"was notified {len(found)} times", ms, *titles)
            link = link or next(one["link"] for one in found if one["kind"] == "survey")
        return link

    def _survey(self, link: str) -> None:
        """The link is the key: nobody is signed in."""
        anybody = Person(self._http, "customer", "")
        asked = anybody.get(link)
        _, ms = anybody.send(link, {"rating": 5, "comment": "Quick and friendly."})
        self._did("customer", "follows the survey's link and gives 5 of 5", ms, asked["intro"])

    def _found(self, dispatcher: Person) -> None:
        typed = f"regster {self._word[:3]}{self._word[4]}{self._word[3]}{self._word[5:]}"

        def look() -> Any | None:
            page = dispatcher.get("/api/search", q=typed, type="ticket")
            return next((hit for hit in page["items"] if hit["id"] == self._id), None)

        hit, ms = dispatcher.until(look, f"the ticket in search for {typed!r}")
        title = hit["found"]["title"]
        self._did("dispatcher", f"types “{typed}” and finds it", ms, title)

    def _history(self, dispatcher: Person) -> None:
        history, ms = timed(lambda: dispatcher.get(f"{self._path}/history"))
        steps = [one["step"] for one in history]
        if len(set(steps)) != len(steps):
            raise Failed(f"a step was taken twice: {steps}")
        self._did("dispatcher", "reads its history, each step once", ms, " → ".join(steps))


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """This will do the work and tell how long it took, ms."""
    began = time.perf_counter()
    return work(), (time.perf_counter() - began) * 1000


def word(id: str) -> str:
    """This will make a word of the ticket's own out of random digits of its id."""
    syllables = _SYLLABLES.split()
    return "".join(syllables[int(digit, 16)] for digit in id[-5:])
