"""What every table of places promises."""

import csv
import io
import math
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from squad.adapters.clock.frozen import Frozen
from squad.adapters.places import table
from squad.ports.places import Place, Places

ROOT = Path(__file__).parents[2]
SOURCE = ROOT.parent / "shared/data/geo"


@pytest.fixture(scope="module", params=["table"])
def places(request: pytest.FixtureRequest) -> Places:
    """Each source of places; they are read only, so one serves all tests."""
    return {"table": lambda: table._load(table._HERE)}[request.param]()


@pytest.mark.parametrize(
    ("typed", "code", "name", "region", "country", "zone"),
    [
        ("94103", "94103", "San Francisco", "CA", "US", "America/Los_Angeles"),
        ("94103-1234", "94103", "San Francisco", "CA", "US", "America/Los_Angeles"),
        ("941031234", "94103", "San Francisco", "CA", "US", "America/Los_Angeles"),
        (" 00501 ", "00501", "Holtsville", "NY", "US", "America/New_York"),
        ("85001", "85001", "Phoenix", "AZ", "US", "America/Phoenix"),
        ("00601", "00601", "Adjuntas Municipio", "PR", "US", "America/Puerto_Rico"),
        ("00802", "00802", "U.S. Virgin Islands", "VI", "US", "America/St_Thomas"),
        ("09001", "09001", "APO AE", "AE", "US", "Etc/UTC"),
        ("34002", "34002", "APO AA", "AA", "US", "Etc/UTC"),
        ("96960", "96960", "Marshall Islands", "MH", "US", "Pacific/Majuro"),
        ("T0A", "T0A", "Eastern Alberta (St. Paul)", "AB", "CA", "America/Edmonton"),
        ("t0a 0a0", "T0A0A0", "Abee", "AB", "CA", "America/Edmonton"),
        ("T0A-0A1", "T0A0A1", "Saddle Lake", "AB", "CA", "America/Edmonton"),
        ("t0A9z9", "T0A", "Eastern Alberta (St. Paul)", "AB", "CA", "America/Edmonton"),
        ("H0H 0H0", "H0H0H0", "Reserved (Santa Claus)", "QC", "CA", "America/Iqaluit"),
    ],
)
def test_finds_a_code_however_it_is_spelled(
    places: Places, typed: str, code: str, name: str, region: str, country: str, zone: str
) -> None:
    """ZIP, ZIP+4, Canadian area and rural code are found, whatever case, blanks and hyphens."""
    found = places.find(typed)

    assert found is not None
    seen = (found.code, found.name, found.region, found.country, found.zone)
    assert seen == (code, name, region, country, zone)


def test_tells_where_and_how_many(places: Places) -> None:
    """Coordinates are degrees, WGS 84, and the population is the code's own."""
    found = places.find("94103")

    assert found == Place(
        code="94103", name="San Francisco", region="CA", country="US", latitude=37.77298,
        longitude=-122.41134, zone="America/Los_Angeles", population=27170,
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    ["", " ", "-", "9410", "941033", "94103-12", "94103-12345", "00000", "99999", "K1", "K1A0",
     "K1A0B", "K1A 0B1X", "Z9Z", "Z9Z 9Z9", "W0W", "1A1", "AAA", "KIA", "94I03",
     "９４１０３", "٩٤١٠٣", "94103\x00", "94103;", "'94103'", "94_103", "4-", "none", "ß1A", "K١A",
     "-94103e0", "🚚" * 9, "9" * 100_000, " " * 100_000 + "94103"],
)  # fmt: skip
def test_finds_nothing_else(places: Places, typed: str) -> None:
    """Unknown codes, other shapes, foreign digits and floods of text are nowhere."""
    assert places.find(typed) is None


@given(typed=st.text(max_size=12))
def test_never_fails_on_text(places: Places, typed: str) -> None:
    """Any text is either found by its own code or not found."""
    found = places.find(typed)

    assert found is None or typed.upper().replace(" ", "").replace("-", "").startswith(
        found.code[:3]
    )


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "region"),
    [(37.77, -122.41, "US", "CA"), (45.42, -75.69, "CA", "ON"), (19.7, -155.1, "US", "HI"),
     (64.84, -147.72, "US", "AK"), (52.9, 173.0, "US", "AK"), (13.45, 144.75, "US", "GU"),
     (46.31, -79.46, "CA", "ON"), (19.9064, -75.2069, "US", "FL")],
)  # fmt: skip
def test_finds_the_nearest(
    places: Places, latitude: float, longitude: float, country: str, region: str
) -> None:
    """A point lies where its nearest code does; bases of the armed forces do not count."""
    found = places.nearest(latitude, longitude)

    assert (found.country, found.region) == (country, region)
    assert found.zone != "Etc/UTC"


@given(latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))
def test_finds_no_nearer_one(places: Places, latitude: float, longitude: float) -> None:
    """No large city's code is nearer than the one found, all over the globe."""
    found = places.nearest(latitude, longitude)

    near = _distance(found, latitude, longitude)
    for code in ("94103", "10001", "M5V", "K1A", "99501", "96813", "T0A0A0", "96910"):
        other = places.find(code)
        assert other is not None
        assert near <= _distance(other, latitude, longitude) + 0.001


def _distance(place: Place, latitude: float, longitude: float) -> float:
    """Kilometers by great circle (haversine)."""
    one, two = math.radians(place.latitude), math.radians(latitude)
    half = math.radians(longitude - place.longitude) / 2
    chord = math.sin((two - one) / 2) ** 2 + math.cos(one) * math.cos(two) * math.sin(half) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(chord)))


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(91, 0), (-90.1, 0), (0, 181), (0, -180.5), (math.nan, 0), (0, math.nan), (math.inf, 0)],
)
def test_refuses_what_is_no_point(places: Places, latitude: float, longitude: float) -> None:
    """Out of bounds and not a number are errors, not somewhere in Kansas."""
    with pytest.raises(ValueError, match="not a point"):
        places.nearest(latitude, longitude)


def test_lists_cities_by_size(places: Places) -> None:
    """Largest first, both countries, without code, as many as asked for or as there are."""
    few, all_ = places.cities(5), places.cities(10**9)

    sizes = [city.population for city in all_]
    assert [city.name for city in few[:3]] == ["New York City", "Los Angeles", "Toronto"]
    assert few == all_[:5]
    assert sizes == sorted(sizes, reverse=True)
    assert {city.country for city in all_} == {"US", "CA"}
    assert {city.code for city in all_} == {""}
    assert len(all_) > 3000
    assert places.cities(0) == places.cities(-1) == []


def test_knows_only_zones_that_are(places: Places) -> None:
    """Every zone is one that the time zone database has."""
    zones = {city.zone for city in places.cities(10**9)}
    zones |= {places.nearest(latitude, -100).zone for latitude in range(-90, 91, 5)}

    assert all(ZoneInfo(zone) for zone in zones)


def test_says_whose_data_it_is(places: Places) -> None:
    """The attribution that the license asks for is at hand."""
    assert places.attribution == "Postal code and place data © GeoNames.org, CC BY 4.0"


def test_is_small_and_quick() -> None:
    """1.2 MB in the package, 15 MB of memory, 50 ms to load; bounds doubled for a busy machine."""
    tracemalloc.start()
    loaded = table._load(table._HERE)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    load = _fastest(lambda: table._load(table._HERE), 3)
    find = _fastest(lambda: loaded.find("t0a-0a0"), 100)
    near = _fastest(lambda: loaded.nearest(40.0, -100.0), 20)

    assert table._HERE.stat().st_size < 1.2e6
    assert size < 15e6
    assert load < 0.1
    assert find < 40e-6
    assert near < 2e-3


@pytest.mark.skipif(not SOURCE.is_dir(), reason="the source files are not here")
def test_is_what_the_script_makes_of_its_sources(tmp_path: Path, places: Places) -> None:
    """The file in the package is built out of the sources, and every code in them is found."""
    built = tmp_path / "places.bin"
    command = [sys.executable, str(ROOT / "scripts/places.py"), str(SOURCE), str(built)]
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, env=os.environ | path, check=True, capture_output=True)

    codes = []
    for file, column in (("us_zip", "zip"), ("ca_fsa", "fsa"), ("ca_rural6", "postal_code")):
        text = zstandard.decompress((SOURCE / f"{file}.csv.zst").read_bytes()).decode()
        codes += [(row[column], row) for row in csv.DictReader(io.StringIO(text))]

    assert zstandard.decompress(built.read_bytes()) == zstandard.decompress(
        table._HERE.read_bytes()
    )
    assert len(codes) == 52_353
    for code, row in codes:
        found = places.find(code)
        assert found is not None
        assert (found.code, found.latitude, found.longitude) == (
            code, float(row["lat"]), float(row["lon"]),
        )  # fmt: skip
        assert found.name
        assert len(found.region) == 2


def _fastest(call: object, times: int) -> float:
    """Seconds of the quickest of some calls."""
    assert callable(call)
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return min(spent)


async def test_opens_its_own_table_or_another(tmp_path: Path, clock: Frozen) -> None:
    """`table:` is the product's own; a path names another; a broken file is an error at start."""
    other = tmp_path / "other.bin"
    other.write_bytes(table._HERE.read_bytes())

    own = await table.open("table:", clock)
    same = await table.open(f"table:{other}", clock)

    assert own.find("K1A") == same.find("K1A") is not None
    other.write_bytes(b"something else")
    with pytest.raises(ValueError, match="not a table"):
        await table.open(f"table:{other}", clock)


@pytest.mark.parametrize("url", ["", "places:", "table://h/x", "table:?x=1"])
async def test_refuses_a_foreign_url(url: str, clock: Frozen) -> None:
    """A URL that means something else is an error at start."""
    with pytest.raises(ValueError, match="not a table"):
        await table.open(url, clock)


@pytest.mark.parametrize(
    ("start", "country", "found"),
    [
        ("0210", "", [("02108", "Boston"), ("02109", "Boston")]),
        ("94103-12", "", [("94103", "San Francisco")]),
        ("h2x", "", [("H2X", "Plateau Mont-Royal Southeast")]),
        ("H2X 1Y4", "CA", [("H2X", "Plateau Mont-Royal Southeast")]),
        ("t0a 0a", "", [("T0A0A0", "Abee"), ("T0A0A1", "Saddle Lake")]),
        ("bOST", "", [("02128", "Boston"), ("28018", "Bostic")]),
        ("st. lou", "US", [("63129", "Saint Louis")]),
        ("québec city e", "", [("G1R", "Quebec City East")]),
        ("H2X", "US", []),
        ("021", "CA", []),
        ("99999", "", []),
        ("--", "", []),
        ("zzz", "", []),
        ("\0", "", []),
        ("x" * 10_000, "", []),
    ],
)
def test_completes_codes_and_names(
    places: Places, start: str, country: str, found: list[tuple[str, str]]
) -> None:
    """Codes in their order, names with most people first; whatever case, accents and marks."""
    places_ = places.complete(start, country=country, limit=2)

    assert [(place.code, place.name) for place in places_][: len(found) or 2] == found
    assert all(places.find(place.code) == place for place in places_)


def test_completes_at_once(places: Places) -> None:
    """While somebody types: under 5 ms, also where thousands begin so."""
    places.complete("s", limit=1)
    for start in ("s", "sa", "9", "A"):
        began = time.perf_counter()

        found = places.complete(start, limit=8)

        assert time.perf_counter() - began < 0.005
        assert len(found) == 8
    assert places.complete("sa", limit=0) == []
