"""Builds the table of places out of CSV files: `scripts/places.py ../shared/data/geo`.

Reads `us_zip`, `ca_fsa`, `ca_rural6` and `cities15000_us_ca` (`.csv.zst`); the README beside them
tells their sources. Writes `src/squad/adapters/places/places.bin`, or the second argument.
"""

import csv
import io
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import zstandard

from squad.adapters.places.table import Rows, pack

ATTRIBUTION = "Postal code and place data © GeoNames.org, CC BY 4.0"
TARGET = Path(__file__).parents[1] / "src/squad/adapters/places/places.bin"
FORCES = {"0": "AE", "3": "AA", "9": "AP"}  # USPS: armed forces, by the first digit of the ZIP
NOWHERE = "Etc/UTC"
# No place in these territories has a name in the data.
ISLANDS = {
    "US-AS": "American Samoa",
    "US-GU": "Guam",
    "US-MP": "Northern Mariana Islands",
    "US-VI": "U.S. Virgin Islands",
}
# Two ZIPs of the Marshall Islands have no zone in the data; tzdata has one zone for each atoll.
ZONES = {"96960": "Pacific/Majuro", "96970": "Pacific/Kwajalein"}
PROVINCES = {
    "Alberta": "AB",
    "British Columbia": "BC",
    "Manitoba": "MB",
    "New Brunswick": "NB",
    "Newfoundland and Labrador": "NL",
    "Northwest Territory": "NT",
    "Nova Scotia": "NS",
    "Nunavut Territory": "NU",
    "Ontario": "ON",
    "Prince Edward Island": "PE",
    "Quebec": "QC",
    "Saskatchewan": "SK",
    "Yukon": "YT",
}


class Row(msgspec.Struct, frozen=True):
    """One place. region: with its country, "US-CA". code: "" for a city."""

    code: str
    name: str
    region: str
    latitude: float
    longitude: float
    zone: str
    population: int = 0


def read(path: Path) -> list[dict[str, str]]:
    """This will read a compressed CSV file with a header."""
    raw = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    return list(csv.DictReader(io.StringIO(raw.decode())))


def american(row: dict[str, str]) -> Row:
    """This will make a row of a ZIP."""
    code, region, name = row["zip"], row["state"], row["place"] or row["county"]
    if not region:
        region = FORCES[code[0]]
        name = f"{name[:3]} {region}"  # the data has "APO AA" in Sicily
    return Row(
        code=code,
        name=name or ISLANDS.get(f"US-{region}", ""),
        region=f"US-{region}",
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        zone=row["tz"] or ZONES.get(code, NOWHERE),
        population=int(row["pop2010"] or 0),
    )


def canadian(row: dict[str, str]) -> Row:
    """This will make a row of a forward sortation area."""
    return Row(
        code=row["fsa"],
        name=row["place"],
        region=f"CA-{row['province']}",
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        zone=row["tz"],
    )


def rural(row: dict[str, str], areas: dict[str, Row]) -> Row:
    """This will make a row of a full rural code, in the zone of its area, else of the nearest."""
    latitude, longitude = float(row["lat"]), float(row["lon"])
    area = areas.get(row["postal_code"][:3]) or min(areas.values(), key=away(latitude, longitude))
    return Row(
        code=row["postal_code"],
        name=row["place"],
        region=f"CA-{PROVINCES[row['province']]}",
        latitude=latitude,
        longitude=longitude,
        zone=area.zone,
    )


def city(row: dict[str, str]) -> Row:
    """This will make a row of a city."""
    return Row(
        code="",
        name=row["name"],
        region=f"{row['country']}-{row['region']}",
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        zone=row["tz"],
        population=int(row["population"]),
    )


def away(latitude: float, longitude: float) -> Callable[[Row], float]:
    """This will give the distance from here as a function, degrees, good enough to compare."""
    narrow = math.cos(math.radians(latitude))
    return lambda row: math.hypot(row.latitude - latitude, (row.longitude - longitude) * narrow)


def named(rows: Sequence[Row]) -> list[Row]:
    """This will name the nameless after the nearest place of their region."""
    whole = []
    for row in rows:
        name = row.name
        if not name:
            near = [other for other in rows if other.name and other.region == row.region]
            name = min(near, key=away(row.latitude, row.longitude)).name
        whole.append(msgspec.structs.replace(row, name=name))
    return whole


def column(values: Sequence[int], kind: str) -> bytes:
    """This will pack numbers as differences from row to row."""
    return np.diff(np.array(values, kind), prepend=np.zeros(1, kind)).tobytes()


def table(codes: Sequence[Row], cities: Sequence[Row]) -> Rows:
    """This will lay the rows out in columns."""
    rows = [*codes, *cities]
    names = sorted({row.name for row in rows})
    regions = sorted({row.region for row in rows})
    zones = sorted({row.zone for row in rows} | {NOWHERE})
    name, region, zone = ({v: n for n, v in enumerate(of)} for of in (names, regions, zones))
    return Rows(
        attribution=ATTRIBUTION,
        name=names,
        region=regions,
        zone=zones,
        codes=column([pack(row.code) for row in codes], "<i8"),
        latitudes=column([round(row.latitude * 1e5) for row in rows], "<i4"),
        longitudes=column([round(row.longitude * 1e5) for row in rows], "<i4"),
        names=column([name[row.name] for row in rows], "<i4"),
        regions=column([region[row.region] for row in rows], "<i4"),
        zones=column([zone[row.zone] for row in rows], "<i4"),
        populations=column([row.population for row in rows], "<i4"),
    )


def build(folder: Path) -> bytes:
    """This will make the table, packed but not compressed: the same bytes of the same files."""
    areas = {row["fsa"]: canadian(row) for row in read(folder / "ca_fsa.csv.zst")}
    codes = [american(row) for row in read(folder / "us_zip.csv.zst")]
    codes += areas.values()
    codes += [rural(row, areas) for row in read(folder / "ca_rural6.csv.zst")]
    cities = [city(row) for row in read(folder / "cities15000_us_ca.csv.zst")]
    codes = sorted(named(codes), key=lambda row: row.code)
    cities.sort(key=lambda row: (-row.population, row.region, row.name))
    return msgspec.msgpack.encode(table(codes, cities))


def main(folder: str, target: str = str(TARGET)) -> None:
    """This will build the file and say how large it is."""
    packed = zstandard.ZstdCompressor(level=22).compress(build(Path(folder)))
    Path(target).write_bytes(packed)
    print(f"{target}: {len(packed):,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
