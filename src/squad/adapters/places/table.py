"""Places out of one file that comes with the product; `scripts/places.py` builds it."""

import asyncio
import math
import re
from array import array
from bisect import bisect_left, bisect_right
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from squad.adapters.engines.titles import Titles
from squad.ports.clock import Clock
from squad.ports.places import Place

_HERE: Final = Path(__file__).with_name("places.bin")
_BLANKS: Final = re.compile(r"[\s-]+")
_ZIP: Final = re.compile(r"(\d{5})(\d{4})?", re.ASCII).fullmatch
_POSTAL: Final = re.compile(r"([A-Z]\d[A-Z])(\d[A-Z]\d)?", re.ASCII).fullmatch
_BEGUN: Final = re.compile(r"\d+|[A-Z]\d([A-Z](\d([A-Z]\d?)?)?)?", re.ASCII).fullmatch
_LONGEST = 40  # characters worth looking at
_NOWHERE = "Etc/UTC"


class Rows(msgspec.Struct, frozen=True):
    """The file, packed by MessagePack and zstd: columns of little-endian numbers.

    The first rows are postal codes in the order of `codes`; the rest are cities, most populous
    first. Each column holds the differences from row to row, which pack better.

    codes: `pack` of the code, 8 bytes. latitudes, longitudes: 1e-5 degrees, WGS 84, 4 bytes.
    names, regions, zones: index into the list of that name, 4 bytes. populations: 4 bytes.
    """

    attribution: str
    name: list[str]
    region: list[str]
    zone: list[str]
    codes: bytes
    latitudes: bytes
    longitudes: bytes
    names: bytes
    regions: bytes
    zones: bytes
    populations: bytes


def pack(code: str) -> int:
    """This will give a number for a code of up to 6 ASCII characters, in the codes' own order."""
    return int.from_bytes(code.encode("ascii").ljust(6, b"\0"), "big")


class TablePlaces:
    """Finds a code by binary search and the nearest point by comparing with all of them.

    Codes of the armed forces and of diplomats have no place of their own: zone `Etc/UTC`, and
    they are never the nearest.
    """

    def __init__(self, rows: Rows) -> None:
        self.attribution = rows.attribution
        self._names: Final = rows.name
        self._regions: Final = rows.region
        self._zones: Final = rows.zone
        self._codes: Final = array("q", _sums(rows.codes, "<i8").tobytes())
        self._latitude: Final = _sums(rows.latitudes, "<i4") / 1e5
        self._longitude: Final = _sums(rows.longitudes, "<i4") / 1e5
        self._name: Final = _sums(rows.names, "<i4")
        self._region: Final = _sums(rows.regions, "<i4").astype(np.uint8)
        self._zone: Final = _sums(rows.zones, "<i4").astype(np.uint8)
        self._population: Final = _sums(rows.populations, "<i4")
        codes = len(self._codes)
        abroad = self._zones.index(_NOWHERE)
        self._ground: Final = np.flatnonzero(self._zone[:codes] != abroad).astype(np.int32)
        self._points: Final = _unit(self._latitude[self._ground], self._longitude[self._ground])

    def find(self, postal_code: str) -> Place | None:
        """This will find a US ZIP or a Canadian code, however it is spelled."""
        if len(postal_code) > _LONGEST:
            return None
        text = _BLANKS.sub("", postal_code).upper()
        if american := _ZIP(text):
            return self._at(american[1])
        if canadian := _POSTAL(text):
            return self._at(text) or self._at(canadian[1])
        return None

    def nearest(self, latitude: float, longitude: float) -> Place:
        """This will find the code whose point is nearest. Raises ValueError: no point on Earth."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise ValueError("not a point on Earth")
        here = _unit(np.array([latitude]), np.array([longitude]))[:, 0]
        row = int(self._ground[np.argmax(here @ self._points)])
        return self._place(row, _unpack(self._codes[row]))

    def complete(self, start: str, *, country: str = "", limit: int) -> list[Place]:
        """This will find codes that begin so, or else places whose names do."""
        if limit < 1 or not 0 < len(start) <= _LONGEST:
            return []
        text = _BLANKS.sub("", start).upper()
        if not _BEGUN(text):
            rows = self._titles.find(start, country, limit)
            return [self._place(row, _unpack(self._codes[row])) for row in rows]
        text = text[:5] if text[0].isdigit() else text
        if country and (country == "US") != text[0].isdigit():
            return []
        first, last = pack(text), int.from_bytes(text.encode().ljust(6, b"\xff"), "big")
        row, end = bisect_left(self._codes, first), bisect_right(self._codes, last)
        found = [self._place(at, _unpack(self._codes[at])) for at in range(row, end)[:limit]]
        area = self._at(text[:3]) if not found and len(text) > 3 and text[0].isalpha() else None
        return [area] if area else found

    @cached_property
    def _titles(self) -> Titles:
        """Made when first asked for: 60 ms."""
        rows = self._ground
        regions = np.array([ord(region[0]) for region in self._regions])[self._region[rows]]
        american = regions == ord("U")
        people = np.where(american, self._population[rows], self._guess(rows))
        return Titles(self._names, rows, self._name[rows], self._region[rows], people, american)

    def _guess(self, rows: NDArray[Any]) -> NDArray[Any]:
        """People of Canadian codes, which come without: an area of 3 characters, or a village."""
        villages = np.array(self._codes)[rows] & 0xFFFF != 0
        return np.where(villages, 500, 20_000)

    def cities(self, limit: int) -> list[Place]:
        """This will list the most populous cities of both countries, largest first."""
        first = len(self._codes)
        last = min(first + max(limit, 0), len(self._name))
        return [self._place(row, "") for row in range(first, last)]

    def _at(self, code: str) -> Place | None:
        number = pack(code)
        row = bisect_left(self._codes, number)
        if row == len(self._codes) or self._codes[row] != number:
            return None
        return self._place(row, code)

    def _place(self, row: int, code: str) -> Place:
        region = self._regions[self._region[row]]
        return Place(
            code=code,
            name=self._names[self._name[row]],
            region=region[3:],
            country=region[:2],
            latitude=float(self._latitude[row]),
            longitude=float(self._longitude[row]),
            zone=self._zones[self._zone[row]],
            population=int(self._population[row]),
        )


def _unpack(number: int) -> str:
    return number.to_bytes(6, "big").rstrip(b"\0").decode("ascii")


def _sums(column: bytes, kind: str) -> NDArray[Any]:
    return np.cumsum(np.frombuffer(column, kind), dtype=kind)


def _unit(latitude: NDArray[Any], longitude: NDArray[Any]) -> NDArray[np.float64]:
    """Degrees to points on the unit sphere, shape (3, n): the largest dot product is nearest."""
    phi, lam = latitude * (math.pi / 180), longitude * (math.pi / 180)
    return np.stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))


def _load(path: Path) -> TablePlaces:
    try:
        raw = zstandard.decompress(path.read_bytes())
        return TablePlaces(msgspec.msgpack.decode(raw, type=Rows))
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise ValueError(f"not a table of places: {path}") from error


async def open(url: str, clock: Clock) -> TablePlaces:
    """This will open `table:`, the product's own, or `table:/another/file`.

    Raises:
        ValueError: not such a URL, or not such a file.
        OSError: the file cannot be read.
    """
    parts = urlsplit(url)
    if parts.scheme != "table" or parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"not a table of places: {url!r}")
    path = Path(unquote(parts.path)).absolute() if parts.path else _HERE
    return await asyncio.to_thread(_load, path)
