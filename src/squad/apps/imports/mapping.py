"""What a row of another system becomes here. The rules, all in one place.

Incident log (UCI, 15,000 incidents of a ServiceNow installation, anonymous): its categories and
locations are bare numbers. Each pair of category and subcategory is given one of our categories by
its hash, in the proportions of `SHARES`; each location one of the most populous cities of the USA
and Canada, by population. Same number, same answer, in every import. Its times have no zone and
are read as UTC. Refused: no number, no location (a visit needs a place), a time or a priority that
is none, times out of order.

Texts (Endava, 48,000 tickets, anonymous): categories by `TOPICS`; a text has no place and gets a
city by its id.
"""

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate
from typing import Any

import msgspec

from squad.apps.imports.table import Refused, Row
from squad.kernel.ids import derive
from squad.kernel.reading import fault
from squad.ports.places import Places
from squad.services.tickets.api import Arrival

CITIES = 60  # most populous ones that locations are spread over
TITLE = 80  # characters of a text that make its title

# Of 100 of their pairs of category and subcategory, so many become ours.
SHARES: Mapping[str, int] = {
    "software": 20, "access": 16, "hardware": 14, "network": 12, "email": 10, "printer": 8,
    "phone": 6, "pos": 6, "storage": 4, "security": 4,
}  # fmt: skip
TOPICS: Mapping[str, str] = {
    "Access": "access",
    "Administrative rights": "access",
    "HR Support": "other",
    "Hardware": "hardware",
    "Internal Project": "software",
    "Miscellaneous": "other",
    "Purchase": "other",
    "Storage": "storage",
}
REMOTE = frozenset({"access", "email", "software"})  # done without a visit

INCIDENTS = (
    "number", "opened_at", "resolved_at", "closed_at", "impact_first", "urgency_first",
    "priority_first", "priority_last", "assignment_group_first", "contact_type", "location",
    "category", "subcategory", "u_symptom", "reassignment_count", "reopen_count", "made_sla",
    "closed_code", "resolved_by",
)  # fmt: skip
SOURCE = ("category", "subcategory")  # what a category is made of, where it has both
TEXTS = ("id", "text", "category")


class Unfit(ValueError):
    """The row is not taken. The message is the kind of fault, `detail` the value."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.detail = detail[:60]


class Fit(msgspec.Struct, frozen=True):
    """A row that can be sent.

    source: its category there. facts: an `Arrival` as plain values. words: what search finds it by.
    """

    line: int
    number: str
    source: str
    category: str
    facts: Mapping[str, Any]
    words: str


def share(*parts: str) -> float:
    """This will give the point between 0 and 1 that belongs to these parts for ever."""
    return int(derive("import", *parts)[:8], 16) / 2**32


def weighted(point: float, weights: Sequence[int]) -> int:
    """This will find whose stretch the point lies in, when each is as long as its weight."""
    ends = list(accumulate(weights))
    return bisect(ends, point * ends[-1], hi=len(ends) - 1)


class Atlas:
    """Gives what has no place a postal code in a large city, by population."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._cities = places.cities(CITIES)
        self._weights = [city.population for city in self._cities]
        self._code = cache(self._nearest)

    def code(self, *parts: str) -> str:
        """This will give the postal code that belongs to these parts."""
        return self._code(weighted(share(*parts), self._weights))

    def _nearest(self, city: int) -> str:
        found = self._cities[city]
        return self._places.nearest(found.latitude, found.longitude).code


def fit(row: Row, kind: str, atlas: Atlas, *, past: bool) -> Fit | Refused:
    """This will make a ticket of a row, checked by the rules of `POST /api/tickets/import`.

    kind: "incidents" or "tickets". past: with its past, as finished there, where it is.
    """
    number = row.fields["number" if kind == "incidents" else "id"]
    try:
        if not (number.isascii() and number.isalnum() and len(number) <= 40):
            raise Unfit("the number is not one", repr(number))
        make: Callable[[Row, Atlas, bool], dict[str, Any]] = _MAKERS[kind]
        facts = {"id": derive("import", kind, number), **make(row, atlas, past)}
        msgspec.convert(facts, Arrival)
    except Unfit as unfit:
        return Refused(row.line, str(unfit), unfit.detail, number[:40])
    except msgspec.ValidationError as error:
        wrong = fault(str(error))
        return Refused(row.line, f"{wrong.path}: {wrong.message}", "", number[:40])
    words = f"INC{number}" if kind == "incidents" else facts["title"].removesuffix(" …")
    source = " / ".join(row.fields[name] for name in SOURCE if row.fields.get(name))
    return Fit(row.line, number, source, facts["category"], facts, words)


def _incident(row: Row, atlas: Atlas, past: bool) -> dict[str, Any]:
    field = row.fields
    times = _times(field)
    if not field["location"]:
        raise Unfit("no location")
    category = _category(field["category"], field["subcategory"])
    return {
        "title": f"Incident INC{field['number']}: {_kind(field)}",
        "description": _story(field),
        "category": category,
        "mode": "remote" if category in REMOTE else "onsite",
        "priority": _priority(field, "priority_last" if past else "priority_first"),
        "location": {"postal_code": atlas.code("location", field["location"])},
        "past": _past(field, times) if past and times["closed_at"] else None,
    }


def _text(row: Row, atlas: Atlas, past: bool) -> dict[str, Any]:
    text = " ".join(row.fields["text"].split())
    category = TOPICS.get(row.fields["category"])
    if not text:
        raise Unfit("no text")
    if category is None:
        raise Unfit("unknown category", repr(row.fields["category"]))
    head = text if len(text) <= TITLE else text[: TITLE + 1].rsplit(" ", 1)[0][:TITLE] + " …"
    return {
        "title": head,
        "description": text,
        "category": category,
        "mode": "remote" if category in REMOTE else "onsite",
        "location": {"postal_code": atlas.code("text", row.fields["id"])},
    }


_MAKERS = {"incidents": _incident, "tickets": _text}


def _category(number: str, under: str) -> str:
    if not number:
        return "other"
    return list(SHARES)[weighted(share("category", number, under), list(SHARES.values()))]


def _priority(field: Mapping[str, str], column: str) -> int:
    if field[column] not in ("1", "2", "3", "4"):
        raise Unfit(f"{column} is not 1 to 4", repr(field[column]))
    return int(field[column])


def _times(field: Mapping[str, str]) -> dict[str, datetime | None]:
    columns = ("opened_at", "resolved_at", "closed_at")
    times = {column: _time(column, field[column]) for column in columns}
    if times["opened_at"] is None:
        raise Unfit("no opened_at")
    known = [time for time in times.values() if time is not None]
    if known != sorted(known):
        raise Unfit("opened_at, resolved_at and closed_at are out of order")
    return times


def _time(column: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unfit(f"{column} is not a time such as 2016-02-29T01:16", repr(text)) from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _past(field: Mapping[str, str], times: Mapping[str, datetime | None]) -> dict[str, Any]:
    return {**times, "resolution": f"Closed with code {field['closed_code'] or 'none'} in the log."}


def _kind(field: Mapping[str, str]) -> str:
    parts = [f"category {field['category'] or 'none'}"]
    if field["subcategory"]:
        parts[0] += f" / {field['subcategory']}"
    if field["u_symptom"]:
        parts.append(f"symptom {field['u_symptom']}")
    return ", ".join(parts)


def _story(field: Mapping[str, str]) -> str:
    met = {"true": "met", "false": "missed"}.get(field["made_sla"], "unknown")
    return (
        f"{_kind(field).capitalize()}. Logged {field['opened_at']} by {field['contact_type']} at"
        f" location {field['location']}, impact {field['impact_first']}, urgency"
        f" {field['urgency_first']}, priority {field['priority_first']}, first group"
        f" {field['assignment_group_first'] or 'none'}.\nIn the log: resolved"
        f" {field['resolved_at'] or 'never'} by {field['resolved_by'] or 'nobody'}, closed"
        f" {field['closed_at'] or 'never'} with code {field['closed_code'] or 'none'}, priority"
        f" {field['priority_last']} at the end, reassigned {field['reassignment_count']} times,"
        f" reopened {field['reopen_count']} times, SLA {met}."
    )
