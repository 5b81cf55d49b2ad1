"""Metro areas: cities around a large one, and how many consultants each has."""

import heapq
import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from squad.apps.world.regions import languages
from squad.apps.world.rota import PAIR
from squad.contracts.people import Language
from squad.ports.places import Place

Array = NDArray[np.float64]
EARTH = 6371.0  # km, mean radius
RADIUS = 60.0  # km around a metro's centre that belong to it
NEAR = 20.0  # km from the centre that its generalists live at most
REACH = 90.0  # km around the centre that its consultants work in
DENSITY = 4_000  # people per km² of a city: what is inside it is a part, counted with it
LARGE = 250_000  # people in a city that must always find somebody
CENTER = 100_000  # people in a city that may be a metro's centre
HEADQUARTERS = ("Chicago", "IL")  # where consultant@ is at home; first in line


class Metro(msgspec.Struct, frozen=True):
    """A metro area. cities: of its own, most populous first. near: where generalists live.

    rank: by its largest city, from 0. territories: within reach, sorted. languages: spoken with
    customers in its own cities. population: people in them. vital: has a large city.
    """

    rank: int
    center: Place
    cities: Sequence[Place]
    near: Sequence[Place]
    territories: Sequence[str]
    languages: Sequence[Language]
    population: int
    vital: bool

    @property
    def name(self) -> str:
        """A name that no other metro has."""
        return f"{self.center.country}-{self.center.region}-{self.center.name}"

    @property
    def headquarters(self) -> bool:
        """Whether consultant@ works here."""
        return (self.center.name, self.center.region) == HEADQUARTERS


def territory(place: Place) -> str:
    """This will give the territory code that a ticket there carries."""
    return f"{place.country}-{place.region}"


def metros(cities: Sequence[Place]) -> list[Metro]:
    """This will gather cities around the largest that are in no metro yet, country by country.

    cities: most populous first.
    """
    points = _points(cities)
    countries = np.array([city.country for city in cities])
    codes = np.array([territory(city) for city in cities])
    free = np.ones(len(cities), bool)
    found: list[Metro] = []
    for index, center in enumerate(cities):
        if center.population < CENTER:
            break
        if free[index]:
            km = np.where(countries == center.country, _km(points, points[:, index]), np.inf)
            mine = np.flatnonzero(free & (km <= RADIUS))
            free[mine] = False
            reached = sorted(set(codes[km <= REACH].tolist()))
            found.append(_metro(len(found), [cities[i] for i in mine.tolist()], km[mine], reached))
    return found


def _metro(rank: int, cities: Sequence[Place], km: Array, territories: Sequence[str]) -> Metro:
    """km: from the centre, of each city."""
    center, people = cities[0], np.array([city.population for city in cities])
    apart = km > math.sqrt(center.population / DENSITY / math.pi)
    return Metro(
        rank=rank,
        center=center,
        cities=cities,
        near=[cities[i] for i in np.flatnonzero(km <= NEAR).tolist()],
        territories=territories,
        languages=languages({territory(city) for city in cities}),
        population=center.population + int(people[apart].sum()),
        vital=center.population >= LARGE,
    )


def teams(metros: Sequence[Metro], count: int) -> list[tuple[Metro, int]]:
    """This will share consultants out: a pair for each metro with a large city, then by people.

    By highest averages (D'Hondt); a metro begins with a pair, because a pair covers the week.
    """
    line = [(_turn(metro, 0), metro.rank) for metro in metros]
    heapq.heapify(line)
    seats = dict.fromkeys((metro.rank for metro in metros), 0)
    while count > 0:
        _, rank = heapq.heappop(line)
        taken = min(count, 1 if seats[rank] else PAIR)
        seats[rank] += taken
        count -= taken
        heapq.heappush(line, (_turn(metros[rank], seats[rank]), rank))
    return [(metro, seats[metro.rank]) for metro in metros if seats[metro.rank]]


def _turn(metro: Metro, seats: int) -> tuple[int, float]:
    """The smallest is next: large cities first, then most people per consultant."""
    first = not seats and (metro.vital or metro.headquarters)
    average = metro.population / max(seats + 1, PAIR)
    return (0 if first and metro.headquarters else 1 if first else 2), -average


def _points(places: Sequence[Place]) -> Array:
    """On the unit sphere, shape (3, n)."""
    phi = np.array([place.latitude for place in places]) * (math.pi / 180)
    lam = np.array([place.longitude for place in places]) * (math.pi / 180)
    return np.stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))


def _km(points: Array, point: Array) -> Array:
    distance: Array = EARTH * np.arccos(np.clip(point @ points, -1.0, 1.0))
    return distance
