"""What a job costs, term by term, in minutes of paid consultant time.

Each function takes numbers or numpy arrays of any one shape and gives the same shape back.
Times are minutes from now. The weights and their reasons are in `policy.py`.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from squad.services.routing.policy import Policy

Array = NDArray[np.float64]
Numbers = Any
"""A float or an Array."""

EARTH_KM = 6371.0088  # mean radius, IUGG
LONGEST_WAIT = 60.0  # min; a longer gap before a window will be filled by work still to come
TERMS = (
    "travel",
    "service",
    "rework",
    "waiting",
    "breach",
    "lateness",
    "overtime",
    "others",
    "language",
    "continuity",
    "fairness",
    "idle",
)
"""The order in which terms are added up: fields of `model.Terms`."""


def total(terms: Array) -> Array:
    """This will add up terms along axis 0, each to the thousandth of a minute.

    Whole thousandths add up exactly, so a sum does not depend on how many are costed at a time.
    """
    thousandths = np.rint(terms * 1000.0)
    minutes: Array = np.add.reduce(thousandths) / 1000.0
    return minutes


def point(latitude: Numbers, longitude: Numbers) -> Array:
    """This will turn degrees into a point on the unit sphere: shape (3, …)."""
    north, east = np.radians(latitude), np.radians(longitude)
    level = np.cos(north)
    return np.array((level * np.cos(east), level * np.sin(east), np.sin(north)))


def spot(latitude: float, longitude: float) -> tuple[float, float, float]:
    """This will do what `point` does for a single place, sooner."""
    north, east = math.radians(latitude), math.radians(longitude)
    level = math.cos(north)
    return level * math.cos(east), level * math.sin(east), math.sin(north)


def distance_km(a: Array, b: Array) -> Array:
    """This will give the great circle between points of the unit sphere, km; axis 0 is x, y, z."""
    gap = a - b
    gap *= gap
    chord = np.sqrt(gap[0] + gap[1] + gap[2])
    arc: Array = np.arcsin(np.minimum(chord * 0.5, 1.0))
    return 2.0 * EARTH_KM * arc


def travel(km: Numbers, policy: Policy) -> Numbers:
    """Driving: a fixed start, then slow in town and fast beyond, over the detour of roads.

    km: great circle. Source: ROUTER-PROTOCOL.md, travel for planning.
    """
    slow, fast = 60.0 / policy.near_kmh, 60.0 / policy.far_kmh
    head_start = policy.near_km * (slow - fast)
    road = km * policy.detour
    return np.minimum(road * slow, road * fast + head_start) + policy.trip_min


def trip(here: tuple[float, float], there: tuple[float, float], policy: Policy) -> float:
    """This will give the planned minutes from one place to another, both in degrees."""
    return float(travel(distance_km(point(*here), point(*there)), policy))


def service(expected: Numbers, surplus: Numbers, known: Numbers, policy: Policy) -> Numbers:
    """Work on the job: shorter for the highly skilled, and for who knows the case.

    expected: minutes for somebody just skilled enough. surplus: mean levels above the need.
    """
    return expected * (1.0 - policy.level_saves * surplus) * (1.0 - policy.known_saves * known)


def rework(surplus: Numbers, rating: Numbers, policy: Policy) -> Numbers:
    """Risk of a second visit: falls with skill above the need and with the rating."""
    chance = (
        policy.rework_chance - policy.rework_level * surplus - policy.rework_rating * (rating - 4.0)
    )
    return policy.rework_min * np.minimum(np.maximum(chance, 0.0), 1.0)


def waiting(arrival: Numbers, rate: Numbers) -> Numbers:
    """The customer's time until work starts, from now on. rate: by priority."""
    return rate * arrival


def late(arrival: Numbers, due: Numbers, policy: Policy) -> Numbers:
    """P(late): logistic in the slack over the uncertainty of the arrival (DESIGN §6).

    The lead is the time to the arrival or to the promise, whichever is sooner: so a later
    arrival is never less of a risk, which sound pruning rests on.
    """
    lead = np.maximum(np.minimum(arrival, due), 0.0)
    odds = (due - arrival) / (policy.spread_min + policy.spread_share * lead)
    return 1.0 / (1.0 + np.exp(np.minimum(odds, 60.0)))


def breach(arrival: Numbers, due: Numbers, weight: Numbers, policy: Policy) -> Numbers:
    """Risk of breaking the promise. weight: by priority, times the customer's tier."""
    return weight * late(arrival, due, policy)


def lateness(arrival: Numbers, due: Numbers, rate: Numbers) -> Numbers:
    """Every minute after the promise. rate: by priority."""
    return rate * np.maximum(arrival - due, 0.0)


def delays(arrival: Numbers, due: Numbers, weights: Array, policy: Policy) -> list[Numbers]:
    """All that a customer's wait costs: waiting, breach, lateness. weights: for each of them."""
    return [
        waiting(arrival, weights[0]),
        breach(arrival, due, weights[1], policy),
        lateness(arrival, due, weights[2]),
    ]


def idle(gap: Numbers) -> Numbers:
    """Paid minutes in which the consultant waits for a window to open. gap: minutes, one wait."""
    return np.minimum(gap, LONGEST_WAIT)


def overtime(end: Numbers, closes: Numbers, policy: Policy) -> Numbers:
    """What paid minutes after the shift cost more than others."""
    return policy.overtime * np.maximum(end - closes, 0.0)


def language(speaks: Numbers, policy: Policy) -> Numbers:
    """An interpreter, where the policy allows who does not speak the customer's language."""
    return policy.language_min * (1.0 - speaks)


def continuity(known: Numbers, policy: Policy) -> Numbers:
    """A credit for the consultant who knows the case."""
    return -policy.continuity_min * known


def fairness(used: Numbers, policy: Policy) -> Numbers:
    """A cost for who has much to do already, a credit for who has little. used: of capacity."""
    return policy.fairness_min * (used - policy.fairness_from)
