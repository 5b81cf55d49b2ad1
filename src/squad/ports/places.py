"""Places: where a postal code is, without a network."""

import math
from typing import Protocol

import msgspec

EARTH_KM = 6371.0088  # mean radius, IUGG
FAR_KM = 150.0  # from any postal code: at sea, or in a country that is not served


class Place(msgspec.Struct, frozen=True):
    """A point that stands for a postal code.

    code: as found ("94103", "K1A", "T0A0A0"). latitude, longitude: degrees, WGS 84.
    region: USPS state or Canadian province code ("CA", "QC"). country: "US" or "CA".
    zone: IANA time zone; "Etc/UTC" for codes without a ground of their own (armed forces).
    population: people in the code's area where known, else 0.
    """

    code: str
    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    zone: str
    population: int = 0


class Places(Protocol):
    """Postal codes of the USA and Canada."""

    attribution: str
    """What the product must show where it uses this data."""

    def find(self, postal_code: str) -> Place | None:
        """This will find a US ZIP (5 digits, or ZIP+4) or a Canadian code (3 or 6 characters).

        Case, spaces and hyphens do not matter. A Canadian code unknown at 6 characters is
        found by its first 3. None: no such code.
        """
        ...

    def nearest(self, latitude: float, longitude: float) -> Place:
        """This will find the place whose point is nearest by great circle.

        Raises ValueError: no point on Earth (out of bounds, or not a number).
        """
        ...

    def complete(self, start: str, *, country: str = "", limit: int) -> list[Place]:
        """This will find places whose code or name begins so; each has a code that `find` knows.

        start: of a code, with which comes every such code in the codes' own order, or of a name,
            where case and accents do not matter: each place of a region once, with the code of
            most people, and the most populous place first. A Canadian code that is known by its
            first 3 characters alone is found by them. country: "US", "CA" or "": both.
        """
        ...

    def cities(self, limit: int) -> list[Place]:
        """This will list the most populous cities, largest first; `code` is "" for them."""
        ...


def distance_km(place: Place, latitude: float, longitude: float) -> float:
    """This will give the great circle from a place to a point (degrees), by the haversine."""
    south, north = math.radians(place.latitude), math.radians(latitude)
    east = math.radians(longitude - place.longitude)
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin(east / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))
