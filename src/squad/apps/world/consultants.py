"""The demo world's consultants, metro area by metro area."""

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
from msgspec.structs import replace

from squad.apps.world import chance, names, rota, skills
from squad.apps.world.cast import Member
from squad.apps.world.metros import Metro, metros, teams, territory
from squad.contracts.people import Base, Country, Language, Person
from squad.ports.places import Place

JITTER = 0.01  # degrees between a home and the point that stands for its city: about 1 km
CAPACITY = 6  # open tickets at once
TRAVEL = 120  # min from home that everybody travels
CERTIFIED = 0.25  # share of consultants who have a certification
FOREIGN = 0.3  # share whose own language is one or the other of those spoken
CERTIFICATIONS = ("payment-terminals", "fiber", "low-voltage", "airport", "hospital")


def consultants(cities: Sequence[Place], count: int) -> Iterator[Member]:
    """This will give so many consultants. cities: of both countries, most populous first.

    Somebody who is in a small world is the same person in every larger one.
    """
    areas = metros(cities)
    for metro, size in teams(areas, count):
        for place in range(size):
            yield _consultant(metro, place, number=place * len(areas) + metro.rank)


def _consultant(metro: Metro, place: int, number: int) -> Member:
    key = "consultant", metro.name, str(place)
    dice, general = chance.dice(*key), place < rota.GENERALISTS
    person = Person(
        id=chance.identity(*key),
        version=1,
        roles=("consultant",),
        contact=names.contact(dice, number=number),
        zone=metro.center.zone,
        territories=metro.territories,
        skills=skills.generalist(dice) if general else skills.specialist(place, dice),
        certifications=tuple(name for name in CERTIFICATIONS if dice.random() < CERTIFIED),
        home=_home(dice, metro.near if general else metro.cities),
        language=_language(dice, metro),
        languages=metro.languages,
        capacity=CAPACITY,
        rating=round(3.4 + 1.5 * dice.random(), 1),
        max_travel=TRAVEL,
    )
    if metro.headquarters and place == 0:
        return _senior(person, metro)
    return Member(person, rota.schedule(place))


def _senior(person: Person, metro: Metro) -> Member:
    """consultant@: so good, and so near, that most tickets in town come to whoever signs in."""
    mail = f"consultant@{names.DOMAIN}"
    senior = replace(
        person,
        contact=replace(person.contact, mail=mail),
        skills=dict.fromkeys(skills.SKILLS, skills.BEST),
        certifications=CERTIFICATIONS,
        home=_base(metro.center),
        rating=5.0,
    )
    return Member(senior, rota.schedule(0, always=True))


def _home(dice: Random, cities: Sequence[Place]) -> Base:
    """Near the point of a city, chosen by its people."""
    sums = np.cumsum([city.population for city in cities])
    city = cities[int(np.searchsorted(sums, dice.random() * sums[-1], "right"))]
    return _base(city, JITTER * (2 * dice.random() - 1), JITTER * (2 * dice.random() - 1))


def _base(city: Place, north: float = 0.0, east: float = 0.0) -> Base:
    """north, east: of the city's point, degrees."""
    country: Country = "CA" if city.country == "CA" else "US"
    return Base(
        latitude=round(city.latitude + north, 5),
        longitude=round(city.longitude + east, 5),
        country=country,
        region=city.region,
    )


def _language(dice: Random, metro: Metro) -> Language:
    """Their own: French in Québec, English elsewhere but for some."""
    if territory(metro.center) == "CA-QC":
        return "fr"
    return chance.pick(dice, metro.languages) if dice.random() < FOREIGN else "en"
