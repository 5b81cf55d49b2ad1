"""Two worlds side by side, and everything that was decided in them."""

import contextlib
import hashlib
import math
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

import msgspec

from squad.apps import fast
from squad.apps.whatif.detail import Exact
from squad.apps.whatif.score import Score, cost, score
from squad.services.routing import wire
from squad.services.routing.policy import DEFAULT, Policy
from squad.services.routing.simulate import Course, Scenario, Simulation

FEW = 500  # tickets: below, another process costs more than it saves
MANY = 2_000  # tickets: from here on loading compiled loops pays
Tell = Callable[[float], None]
Offer = tuple[float, str, int | None]


class Fate(msgspec.Struct, frozen=True, array_like=True):
    """What became of a ticket. created, due, start: minutes of the world; start infinite: never.

    offers: when, to whom and at which place of the queue it was given. cost: minutes.
    """

    ticket: str
    priority: int
    created: float
    due: float
    consultant: str
    start: float
    km: float
    travel: float
    work: float
    overtime: float
    surplus: float
    cost: float
    offers: tuple[Offer, ...]

    @property
    def met(self) -> bool:
        """Whether work began before the promise."""
        return self.start <= self.due


class Outcome(msgspec.Struct, frozen=True):
    """A finished run. loads: share of paid time that each was busy, sorted. digest: of all
    commands, in order.
    """

    score: Score
    fates: tuple[Fate, ...]
    loads: tuple[float, ...]
    commands: int
    digest: str
    violations: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True):
    """What to run."""

    world: Scenario
    policy: Policy


class Broken(Exception):
    """A run's process ended without a result."""


class Minutes:
    """A router that keeps the minutes of another."""

    def __init__(self, policy: Policy) -> None:
        self._router = Exact(policy)
        self._digest = hashlib.blake2b(digest_size=16)
        self.commands = 0
        self.offers: dict[str, list[Offer]] = {}

    @property
    def digest(self) -> str:
        """Of all commands so far."""
        return self._digest.hexdigest()

    def handle(self, event: wire.Happening) -> Sequence[wire.Command]:
        """This will pass on what is told and what is to be done."""
        commands = self._router.handle(event)
        for command in commands:
            self.commands += 1
            self._digest.update(f"{event.now} {command}\n".encode())
            if isinstance(command, wire.Assign):
                offer = round(event.now, 3), command.consultant, command.position
                self.offers.setdefault(command.ticket, []).append(offer)
        return commands


def one(plan: Plan, tell: Tell) -> Outcome:
    """This will run a world to its end. tell: hears the share that is done."""
    if len(plan.world.demand) >= MANY:
        with contextlib.redirect_stdout(sys.stderr):  # which is for the result alone
            fast.warm()
    minutes = Minutes(plan.policy)
    done = Simulation(plan.world, minutes).run(tell)
    return Outcome(
        score(done),
        tuple(
            _fate(course, minutes.offers.get(id, ()), plan.world.until)
            for id, course in done.courses.items()
        ),
        tuple(sorted(w.busy / w.paid for w in done.workers.values() if w.paid > 0)),
        minutes.commands,
        minutes.digest,
        tuple(done.violations[:5]),
    )


def both(first: Plan, second: Plan, tell: Tell, few: int = FEW) -> tuple[Outcome, Outcome]:
    """This will run two worlds: at once, or in turn where there are few tickets.

    Raises Broken: the second one's process died.
    """
    if len(first.world.demand) >= few:
        return _apart(first, second, tell)
    done = one(first, lambda share: tell(share / 2))
    return done, one(second, lambda share: tell((1.0 + share) / 2))


def _apart(first: Plan, second: Plan, tell: Tell) -> tuple[Outcome, Outcome]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(theirs, second), daemon=True)
    process.start()
    theirs.close()
    shares = [0.0, 0.0]
    found: list[Outcome] = []

    def listen() -> None:
        try:
            heard = ours.recv()
        except EOFError as error:
            raise Broken("a simulation's process ended early; was memory short?") from error
        if isinstance(heard, Outcome):
            found.append(heard)
            heard = 1.0
        shares[1] = heard
        tell(sum(shares) / 2)

    def mine(share: float) -> None:
        shares[0] = share
        tell(sum(shares) / 2)
        while not found and ours.poll():
            listen()

    try:
        outcome = one(first, mine)
        mine(1.0)
        while not found:
            listen()
    finally:
        process.terminate()
        process.join()
    return outcome, found[0]


def _child(pipe: "Connection", plan: Plan) -> None:
    pipe.send(one(plan, pipe.send))


def _fate(course: Course, offers: Sequence[Offer], until: float) -> Fate:
    created = course.demand.created
    return Fate(
        created.id, created.priority, created.now, created.due, course.consultant, course.start,
        course.km, course.travel, course.work, course.overtime, course.surplus,
        cost(course, DEFAULT, until), tuple(offers),
    )  # fmt: skip


def waited(fate: Fate, until: float) -> float:
    """This will give the minutes from logged to work begun; to the end of the world: never."""
    return (fate.start if fate.start < math.inf else until) - fate.created
