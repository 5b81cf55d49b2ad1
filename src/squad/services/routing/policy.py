"""The routing policy: every weight of a decision, with its unit, its meaning and its reason."""

from typing import Annotated

import msgspec
from msgspec import Meta

from squad.services.routing.model import Tier

MOST = 100_000.0  # any weight; keeps sums far from losing a thousandth of a minute
_PROTOCOL = "the planning speeds of ROUTER-PROTOCOL.md"
_DESIGN = "decisive in our simulations (DESIGN §6)"
_ISSUE = "given with the order (issue 4), from simulations"
_ASSUMED = "assumed, not measured: to be learnt from closed tickets"


def _weight(unit: str, means: str, why: str, *, least: float = 0.0, most: float = MOST) -> Meta:
    return Meta(ge=least, le=most, description=means, extra_json_schema={"unit": unit, "why": why})


def _each(unit: str, means: str, why: str) -> Meta:
    """For several numbers at once, each with bounds of its own."""
    return Meta(description=means, extra_json_schema={"unit": unit, "why": why})


Rate = Annotated[float, Meta(ge=0.0, le=MOST)]
PerPriority = tuple[Rate, Rate, Rate, Rate]
"""One weight each for P1, P2, P3, P4."""
LEAST_URGENT = Meta(ge=0, le=4)


class Tiers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much a broken promise weighs by the customer's contract, times."""

    bronze: Rate
    silver: Rate
    gold: Rate

    def of(self, tier: Tier) -> float:
        """This will give the factor of one tier."""
        return float(getattr(self, tier))


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every weight of a routing decision: what it means, its unit, and why its default is so.

    The costs are minutes of paid consultant time. All fields are mandatory in a document, so
    that a forgotten weight is refused rather than guessed. Bounds are checked by
    `document.check` only. The words for people are in `phrases`, one for each field.

    Raises:
        ValueError: weights contradict one another; the message starts with the field's name.
    """

    version: Annotated[
        int,
        Meta(ge=1, le=1_000_000_000),
        _each("number", "Rises with every change; is in each decision", "the first one"),
    ]

    detour: Annotated[
        float,
        _weight("times", "Roads are longer than the great circle", _PROTOCOL, least=1.0, most=10),
    ]
    trip_min: Annotated[
        float, _weight("min", "Every trip: to the car, parking, to the door", _PROTOCOL)
    ]
    near_km: Annotated[
        float, _weight("km", "City part of a trip; beyond it roads are fast", _PROTOCOL)
    ]
    near_kmh: Annotated[
        float, _weight("km/h", "Speed in the city part", _PROTOCOL, least=1.0, most=1_000)
    ]
    far_kmh: Annotated[
        float,
        _weight("km/h", "Speed beyond; not below near_kmh", _PROTOCOL, least=1.0, most=1_000),
    ]

    waiting: Annotated[
        PerPriority, _each("min per min", "A customer's minute until work starts", _DESIGN)
    ]
    breach: Annotated[
        PerPriority, _each("min", "A promise broken; times the tier, times P(late)", _DESIGN)
    ]
    lateness: Annotated[
        PerPriority, _each("min per min", "Every minute after the promise", _DESIGN)
    ]
    tiers: Annotated[Tiers, _each("times", "What a breach weighs by contract", _DESIGN)]
    spread_min: Annotated[
        float,
        _weight("min", "Uncertainty of any arrival: slack below it is a risk", _DESIGN, least=0.1),
    ]
    spread_share: Annotated[
        float, _weight("share", "Uncertainty that grows with the lead time", _DESIGN, most=1.0)
    ]

    level_saves: Annotated[
        float, _weight("share", "Work is shorter per level above the need", _ASSUMED, most=0.2)
    ]
    known_saves: Annotated[
        float, _weight("share", "Work is shorter for who knows the case", _ASSUMED, most=0.5)
    ]
    rework_min: Annotated[float, _weight("min", "A second visit: trip, work and apology", _DESIGN)]
    rework_chance: Annotated[
        float,
        _weight("share", "P(second visit) at the level needed, rating 4", _ASSUMED, most=1.0),
    ]
    rework_level: Annotated[
        float, _weight("share", "P falls per level above the need", _ASSUMED, most=0.25)
    ]
    rework_rating: Annotated[
        float,
        _weight("share", "P falls per rating point above 4 and rises below", _ASSUMED, most=0.25),
    ]

    overtime: Annotated[
        float,
        _weight(
            "min per min",
            "A minute after the shift, besides being paid",
            "overtime is paid time and a half (DESIGN §6)",
        ),
    ]
    language_required: Annotated[
        bool,
        _each(
            "yes or no",
            "Who does not speak the customer's language is not eligible",
            "ROUTER-PROTOCOL.md counts a missing language as a violation",
        ),
    ]
    language_min: Annotated[
        float, _weight("min", "Interpreter or colleague on the phone, where not required", _ASSUMED)
    ]
    continuity_min: Annotated[
        float,
        _weight(
            "min", "Credit for who knows the case: the customer need not tell it twice", _ASSUMED
        ),
    ]
    fairness_min: Annotated[
        float, _weight("min", "From none to all of somebody's capacity used: spreads work", _DESIGN)
    ]
    fairness_from: Annotated[
        float,
        _weight("share", "Use of capacity that is fair: neither cost nor credit", _DESIGN),
    ]

    look_ahead_min: Annotated[
        float, _weight("min", "Who starts a shift this soon is as good as on shift", _ISSUE)
    ]
    overrun_min: Annotated[
        float,
        _weight("min", "Work past its expected end is expected to take this much more", _ASSUMED),
    ]
    on_call_priority: Annotated[
        int,
        LEAST_URGENT,
        _each(
            "priority",
            "Least urgent priority that people on call take; 0: none",
            "nobody waits for the morning; overtime makes people on call the last choice anyway",
        ),
    ]
    offer_min: Annotated[
        PerPriority, _each("working min", "No answer to an offer for so long means no", _ISSUE)
    ]
    escalate_min: Annotated[
        PerPriority,
        _each(
            "min",
            "Nobody eligible for so long: dispatchers are told again; for twice as long: managers",
            _ASSUMED,
        ),
    ]

    preempt_priority: Annotated[
        int,
        LEAST_URGENT,
        _each("priority", "Least urgent priority that may interrupt a trip; 0: none", _ISSUE),
    ]
    preempt_min: Annotated[
        float,
        _weight("min", "A trip under way is interrupted only if that saves this much", _ISSUE),
    ]
    relocate_min: Annotated[
        float, _weight("min", "Work changes hands only if that saves this much", _ISSUE)
    ]
    relocate_again: Annotated[
        float,
        _weight("min", "As much more for each time that the work has changed hands", _ISSUE),
    ]
    frozen_min: Annotated[
        float, _weight("min", "This close to its start, work stays where it is", _ISSUE)
    ]

    def __post_init__(self) -> None:
        # Concave travel obeys the triangle inequality, which sound pruning rests on.
        if self.far_kmh < self.near_kmh:
            raise ValueError("far_kmh: must not be below near_kmh")


DEFAULT = Policy(
    version=1,
    detour=1.3,
    trip_min=4.0,
    near_km=15.0,
    near_kmh=35.0,
    far_kmh=80.0,
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
    level_saves=0.06,
    known_saves=0.10,
    rework_chance=0.12,
    rework_level=0.04,
    rework_rating=0.03,
    language_min=20.0,
    continuity_min=8.0,
    overrun_min=5.0,
    language_required=True,
    look_ahead_min=60.0,
    on_call_priority=4,
    offer_min=(2.0, 5.0, 15.0, 15.0),
    escalate_min=(5.0, 15.0, 60.0, 240.0),
    preempt_priority=2,
    preempt_min=15.0,
    relocate_min=6.0,
    relocate_again=12.0,
    frozen_min=10.0,
)
