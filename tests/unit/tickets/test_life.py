"""The life of a ticket: the table and nothing but the table, from any state, in any order."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace
from tests.conftest import NOON
from tests.unit.tickets.conftest import fresh

from squad.contracts.tickets import Status, Ticket
from squad.kernel.access import Actor
from squad.kernel.problem import Impossible
from squad.services.tickets import model
from squad.services.tickets.model import Step

STATUSES: tuple[Status, ...] = get_args(Status)
STEPS: tuple[Step, ...] = get_args(Step)
ANA, BOB, CLEO = "ana", "bob", "cleo"
LATER = NOON + timedelta(minutes=5)
RELEASES = ("unassign", "decline", "reopen")
FREE = ("new", "needs_dispatcher")  # nobody has a ticket that is one of these
WORKED = ("assigned", "accepted", "travelling", "on_site", "waiting", "resolved", "closed")


def at(status: Status, assignee: str | None = None, **changes: Any) -> Ticket:
    """A ticket in a state."""
    return replace(fresh(), status=status, assignee=assignee, **changes)


@pytest.mark.parametrize(("status", "step"), list(product(STATUSES, STEPS)))
def test_takes_the_steps_of_the_table_and_no_other(status: Status, step: Step) -> None:
    """Each step from each state leads where the table says, or is refused and changes nothing."""
    ticket = at(status, ANA, version=7)
    target = model.TRANSITIONS.get((status, step))

    if target is None:
        with pytest.raises(Impossible, match=f"{status} cannot {step}"):
            model.move(ticket, step, LATER)
        assert ticket == at(status, ANA, version=7)
        return
    moved = model.move(ticket, step, LATER)

    assert moved == replace(ticket, status=target, version=8, updated_at=LATER)


def test_says_what_is_possible_instead() -> None:
    """A refusal names the steps that are left."""
    with pytest.raises(Impossible, match="Possible now: close, reopen"):
        model.move(at("resolved"), "accept", LATER)


def test_leaves_every_state_but_cancelled() -> None:
    """Every state can be reached from a new ticket, and cancelled is the only end."""
    reached: set[str] = {"new"}
    for _ in STATUSES:
        reached |= {to for (state, _), to in model.TRANSITIONS.items() if state in reached}

    assert reached == set(STATUSES)
    assert set(STATUSES) - {state for state, _ in model.TRANSITIONS} == {"cancelled"}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_takes_an_assignment_only_as_news(status: Status, more: int) -> None:
    """It must answer this turn while nobody has the ticket, or a later one; late ones are void."""
    assignable = (status, "assign") in model.TRANSITIONS
    free, held = at(status, turn=3), at(status, ANA, turn=3)

    assert model.fits(free, 3 + more) == (assignable and more >= 0)
    assert model.fits(held, 3 + more) == (assignable and more > 0)


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("accept", "accepted"), ("travel", "travelling"), ("arrive", "on_site"),
        ("wait", "waiting"), ("resolve", "resolved"), ("close", "closed"),
        ("cancel", "cancelled"),
    ],
)  # fmt: skip
def test_takes_a_repeated_step_for_done(step: Step, status: Status) -> None:
    """Who has taken the step sees it done; another person does so only where anybody may."""
    anybody = step in ("close", "cancel")

    assert model.repeated(at(status, ANA), step, Actor(ANA, ("consultant",)))
    assert model.repeated(at(status, ANA), step, Actor(BOB, ("dispatcher",))) == anybody


@pytest.mark.parametrize(("status", "step"), list(product(STATUSES, STEPS)))
def test_repeats_nothing_that_the_table_would_do(status: Status, step: Step) -> None:
    """What counts as repeated is never a step that could be taken."""
    if model.repeated(at(status, ANA), step, Actor(ANA)):
        assert (status, step) not in model.TRANSITIONS


def test_gives_a_ticket_back_for_another_turn() -> None:
    """The one who had it is remembered, and is not asked again only where that is said."""
    held = at("waiting", ANA, turn=2, declined=(BOB,), waiting_for="parts")

    kept = model.release(held, "unassign", LATER, without=None)
    gone = model.release(replace(held, status="accepted"), "decline", LATER, without=ANA)
    same = model.release(replace(held, declined=(ANA,)), "unassign", LATER, without=ANA)

    assert (kept.status, kept.turn, kept.assignee, kept.previous) == ("new", 3, None, ANA)
    assert (kept.declined, kept.waiting_for) == ((BOB,), "")
    assert gone.declined == (BOB, ANA)
    assert same.declined == (ANA,)


def test_remembers_who_had_it_before() -> None:
    """A ticket that nobody has keeps its last consultant when it is given back."""
    reopened = model.release(at("resolved", None, previous=BOB), "reopen", LATER, without=None)

    assert reopened.previous == BOB


def test_waits_for_nobody_once_assigned() -> None:
    """A dispatcher who reassigns a waiting ticket ends the waiting for the customer's answer."""
    waiting = at("waiting", ANA, turn=2, waiting_for="customer")

    assigned = model.assign(waiting, LATER, consultant=BOB, turn=3)

    assert (assigned.status, assigned.assignee, assigned.turn) == ("assigned", BOB, 3)
    assert assigned.waiting_for == ""


@pytest.mark.parametrize("step", STEPS)
def test_sets_only_the_fields_of_a_step(step: Step) -> None:
    """Resolving keeps what was done; waiting keeps for whom; all else ends the waiting."""
    fields = model.changes(step, "swapped it", "parts")

    assert fields["waiting_for"] == ("parts" if step == "wait" else "")
    assert fields.get("resolution") == ("swapped it" if step == "resolve" else None)


class Life(RuleBasedStateMachine):
    """A ticket that takes any steps in any order, as the service takes them."""

    def __init__(self) -> None:
        super().__init__()
        self.ticket = fresh()
        self.now: datetime = NOON
        self.trail = [self.ticket]

    def went(self, step: Step, after: Ticket) -> None:
        """Checks what holds between any two versions."""
        before, self.ticket = self.ticket, after
        self.trail.append(after)
        assert after.version == before.version + 1
        assert after.updated_at > before.updated_at
        assert after.turn == before.turn + (step in RELEASES) or step == "assign"
        assert after.declined[: len(before.declined)] == before.declined
        assert model.TRANSITIONS[before.status, step] == after.status

    @rule(step=st.sampled_from(STEPS), by=st.sampled_from((ANA, BOB, CLEO)), more=st.integers(0, 2))
    def step(self, step: Step, by: str, more: int) -> None:
        """Takes a step, or sees it refused with nothing changed."""
        self.now += timedelta(seconds=1)
        try:
            after = self.taken(step, by, more)
        except Impossible:
            assert (self.ticket.status, step) not in model.TRANSITIONS
            return
        if after is not None:
            self.went(step, after)

    def taken(self, step: Step, by: str, more: int) -> Ticket | None:
        """Does what the service does for the step; None where it ignores it."""
        ticket, now = self.ticket, self.now
        if step == "assign":
            turn = ticket.turn + more
            fits = model.fits(ticket, turn)
            return model.assign(ticket, now, consultant=by, turn=turn) if fits else None
        if step in RELEASES:
            without = ticket.assignee if step == "decline" else None
            return model.release(ticket, step, now, without=without)
        return model.move(ticket, step, now, **model.changes(step, "done", "customer"))

    @rule(turn=st.integers(0, 30))
    def late(self, turn: int) -> None:
        """An assignment of a turn that is over never fits."""
        if turn < self.ticket.turn:
            assert not model.fits(self.ticket, turn)

    @invariant()
    def belongs(self) -> None:
        """Nobody has what is to be routed; somebody has what is worked on."""
        ticket = self.ticket
        assert ticket.status not in FREE or ticket.assignee is None
        assert ticket.status not in WORKED or ticket.assignee is not None

    @invariant()
    def waits(self) -> None:
        """Only what waits waits for somebody, and only what is solved has a solution."""
        ticket = self.ticket
        assert bool(ticket.waiting_for) == (ticket.status == "waiting")
        assert bool(ticket.resolution) == (ticket.status in ("resolved", "closed"))

    @invariant()
    def counts(self) -> None:
        """No version and no person who declined appears twice."""
        assert [t.version for t in self.trail] == list(range(1, len(self.trail) + 1))
        assert len(set(self.ticket.declined)) == len(self.ticket.declined)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@given(turns=st.lists(st.integers(1, 6), max_size=12))
def test_ends_the_same_when_assignments_come_twice(turns: list[int]) -> None:
    """Assignments in any order, each twice, leave the ticket with the one of the latest turn."""
    ticket = fresh()

    for turn in (*turns, *turns):
        if model.fits(ticket, turn):
            ticket = model.assign(ticket, NOON, consultant=str(turn), turn=turn)

    assert ticket.assignee == (str(max(turns)) if turns else None)
