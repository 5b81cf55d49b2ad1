"""States and provinces: their names, and the languages their people ask for help in."""

from collections.abc import Iterable, Mapping

from squad.contracts.people import Language

_STATES = """AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut
DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana
IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan
MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire
NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma
OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas
UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming"""
_PROVINCES = """AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick
NL Newfoundland and Labrador|NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario
PE Prince Edward Island|QC Québec|SK Saskatchewan|YT Yukon"""


def _read(country: str, text: str) -> dict[str, str]:
    pairs = (line.split(" ", 1) for line in text.replace("\n", "|").split("|"))
    return {f"{country}-{code}": name for code, name in pairs}


NAMES: Mapping[str, str] = _read("US", _STATES) | _read("CA", _PROVINCES)
"""By territory code, as tickets carry it: country and region ("US-IL", "CA-QC")."""

FRENCH = frozenset({"CA-QC", "CA-NB"})
SPANISH = frozenset(
    f"US-{state}"
    for state in (
        *("AZ", "CA", "CO", "ID", "NM", "NV", "OR", "UT", "WA"),  # West
        *("DC", "FL", "GA", "LA", "MD", "NC", "OK", "SC", "TN", "TX", "VA"),  # South
        *("IL", "NJ", "NY"),
    )
)


def languages(territories: Iterable[str]) -> tuple[Language, ...]:
    """This will give what is spoken with customers in any of the territories, English first."""
    codes = set(territories)
    spoken: list[Language] = ["en"]
    if codes & FRENCH:
        spoken.append("fr")
    if codes & SPANISH:
        spoken.append("es")
    return tuple(spoken)
