"""The routing policy: a versioned document of weights that a manager can edit."""

import tomllib
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from squad.services.routing.model import Tier

MOST = 100_000.0  # any weight; keeps sums far from losing a thousandth of a minute


def _weight(unit: str, reason: str, *, least: float = 0.0, most: float = MOST) -> Meta:
    return Meta(ge=least, le=most, description=reason, extra_json_schema={"unit": unit})


Rate = Annotated[float, Meta(ge=0.0, le=MOST)]
PerPriority = tuple[Rate, Rate, Rate, Rate]
"""One weight each for P1, P2, P3, P4."""


class Tiers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much a broken promise weighs by the customer's contract, times."""

    bronze: Rate
    silver: Rate
    gold: Rate

    def of(self, tier: Tier) -> float:
        """This will give the factor of one tier."""
        return float(getattr(self, tier))


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every weight of a routing decision. Each has a unit and a reason, also in the JSON schema.

    The costs are minutes of paid consultant time. All fields are mandatory in a document, so
    that a forgotten weight is refused rather than guessed. Bounds are checked by `load` only.

    Raises:
        ValueError: weights contradict one another; the message starts with the field's name.
    """

    version: Annotated[int, Meta(ge=1, description="Rises with every change; is in each decision")]

    detour: Annotated[float, _weight("times", "Roads are longer than the great circle", least=1.0)]
    trip_min: Annotated[float, _weight("min", "Every trip: to the car, parking, to the door")]
    near_km: Annotated[float, _weight("km", "City part of a trip; beyond it roads are fast")]
    near_kmh: Annotated[float, _weight("km/h", "Speed in the city part", least=1.0)]
    far_kmh: Annotated[float, _weight("km/h", "Speed beyond; not below near_kmh", least=1.0)]

    waiting: Annotated[
        PerPriority, Meta(description="min per min: a customer's minute until work starts")
    ]
    breach: Annotated[
        PerPriority, Meta(description="min: a promise broken; times the tier, times P(late)")
    ]
    lateness: Annotated[
        PerPriority, Meta(description="min per min: every minute after the promise")
    ]
    tiers: Annotated[Tiers, Meta(description="times: what a breach weighs by contract")]
    spread_min: Annotated[
        float, _weight("min", "Uncertainty of any arrival: slack below it is a risk", least=0.1)
    ]
    spread_share: Annotated[
        float, _weight("share", "Uncertainty that grows with the lead time", most=1.0)
    ]

    level_saves: Annotated[
        float, _weight("share", "Work is shorter per level above the need", most=0.2)
    ]
    known_saves: Annotated[
        float, _weight("share", "Work is shorter for who knows the case", most=0.5)
    ]
    rework_min: Annotated[float, _weight("min", "A second visit: trip, work and apology")]
    rework_chance: Annotated[
        float, _weight("share", "P(second visit) at the level needed, rating 4", most=1.0)
    ]
    rework_level: Annotated[float, _weight("share", "P falls per level above the need", most=0.25)]
    rework_rating: Annotated[
        float, _weight("share", "P falls per rating point above 4 and rises below", most=0.25)
    ]

    overtime: Annotated[
        float, _weight("min per min", "Overtime is paid time and a half: half a minute more")
    ]
    language_required: Annotated[
        bool, Meta(description="True: who does not speak the customer's language is not eligible")
    ]
    language_min: Annotated[
        float, _weight("min", "Interpreter or colleague on the phone, where not required")
    ]
    continuity_min: Annotated[
        float, _weight("min", "Credit for who knows the case: the customer need not tell it twice")
    ]
    fairness_min: Annotated[
        float, _weight("min", "From none to all of somebody's capacity used: spreads the work")
    ]
    fairness_from: Annotated[
        float, _weight("share", "Use of capacity that counts as fair: neither cost nor credit")
    ]

    look_ahead_min: Annotated[
        float, _weight("min", "Who starts a shift this soon is as good as on shift")
    ]
    overrun_min: Annotated[
        float, _weight("min", "Work past its expected end is expected to take this much more")
    ]
    on_call_priority: Annotated[
        int, Meta(ge=0, le=4, description="Least urgent priority that people on call take; 0 none")
    ]
    offer_min: Annotated[
        PerPriority, Meta(description="working min: no answer to an offer means no")
    ]

    preempt_priority: Annotated[
        int, Meta(ge=0, le=4, description="Least urgent priority that may interrupt a trip; 0 none")
    ]
    preempt_min: Annotated[
        float, _weight("min", "A trip under way is interrupted only if that saves this much")
    ]
    relocate_min: Annotated[
        float, _weight("min", "Work changes hands only if that saves this much")
    ]
    relocate_again: Annotated[
        float, _weight("min", "As much more for each time that the work has changed hands")
    ]
    frozen_min: Annotated[float, _weight("min", "This close to its start, work stays where it is")]

    def __post_init__(self) -> None:
        # Concave travel obeys the triangle inequality, which sound pruning rests on.
        if self.far_kmh < self.near_kmh:
            raise ValueError("far_kmh: must not be below near_kmh")


DEFAULT = Policy(
    version=1,
    # ROUTER-PROTOCOL.md, "Travel for planning"
    detour=1.3,
    trip_min=4.0,
    near_km=15.0,
    near_kmh=35.0,
    far_kmh=80.0,
    # DESIGN §6, "Decisive constants"
    waiting=(0.50, 0.25, 0.10, 0.05),
    breach=(240.0, 120.0, 60.0, 30.0),
    lateness=(2.0, 1.0, 0.5, 0.25),
    tiers=Tiers(bronze=1.0, silver=1.2, gold=1.5),
    spread_min=12.0,
    spread_share=0.10,
    rework_min=75.0,
    overtime=0.5,
    fairness_min=10.0,
    fairness_from=0.6,
    # Assumed, not measured: to be learnt from closed tickets.
    level_saves=0.06,
    known_saves=0.10,
    rework_chance=0.12,
    rework_level=0.04,
    rework_rating=0.03,
    language_min=20.0,
    continuity_min=8.0,
    overrun_min=5.0,
    # ROUTER-PROTOCOL.md counts a missing language as a violation
    language_required=True,
    look_ahead_min=60.0,
    # Nobody waits for the morning: overtime makes people on call the last choice anyway.
    on_call_priority=4,
    # Issue 4, "offer time-out"
    offer_min=(2.0, 5.0, 15.0, 15.0),
    # Issue 4, "Engine"
    preempt_priority=2,
    preempt_min=15.0,
    relocate_min=6.0,
    relocate_again=12.0,
    frozen_min=10.0,
)


def load(text: str) -> Policy:
    """This will read a policy document: JSON if it starts with a brace, else TOML.

    Raises:
        ValueError: not a document, or a field is missing, unknown, of the wrong type or out of
            bounds; the message names the field and the reason.
    """
    try:
        raw = msgspec.json.decode(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        return msgspec.convert(raw, Policy)
    except (msgspec.MsgspecError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"policy: {error}") from error


def dump(policy: Policy) -> str:
    """This will write a policy as a JSON document that `load` reads back unchanged."""
    return msgspec.json.format(msgspec.json.encode(policy)).decode()


def schema() -> dict[str, Any]:
    """This will describe the document as JSON Schema, with units and reasons."""
    return msgspec.json.schema(Policy)
