"""Who else lives in the demo world: customers and their companies, stores, and the staff."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from squad.apps.world import chance, names
from squad.apps.world.metros import territory
from squad.apps.world.regions import NAMES, languages
from squad.contracts.people import Language, Person, Role, Tier
from squad.ports.places import Place, Places
from squad.services.identity.model.catalog import NewOrganisation, NewStore
from squad.services.identity.model.hours import Schedule

PASSWORD = "squad-demo-2026"  # noqa: S105 - of invented people on one machine
SIGNINS: Mapping[str, str] = {
    name: f"{name}@{names.DOMAIN}"
    for name in (
        "customer", "store", "receptionist", "consultant", "dispatcher", "manager", "admin",
        "auditor",
    )
}  # fmt: skip
CUSTOMERS = 5  # of each company
CLERKS = 2  # of each store
MAILS = 10_000  # from here on numbers in mail addresses are not those of consultants
Key = tuple[str, str]
"""Name and region of a city."""

# The first city is home to customer@, to store@ and to the staff.
_CHICAGO: Key = ("Chicago", "IL")
_COMPANIES: Mapping[str, tuple[Tier, Key]] = {
    "Lakeshore Markets": ("gold", _CHICAGO),
    "Hudson Freight": ("gold", ("New York City", "NY")),
    "Bayou Clinics": ("silver", ("Houston", "TX")),
    "Boréal Assurances": ("silver", ("Montréal", "QC")),
    "Maple Ridge Credit": ("silver", ("Toronto", "ON")),
    "Sunline Hotels": ("bronze", ("Miami", "FL")),
    "Pacific Print Works": ("bronze", ("Los Angeles", "CA")),
    "Cascade Outfitters": ("bronze", ("Vancouver", "BC")),
}
_STORES: Sequence[Key] = (
    _CHICAGO, ("New York City", "NY"), ("Los Angeles", "CA"), ("Houston", "TX"),
    ("Phoenix", "AZ"), ("Miami", "FL"), ("Seattle", "WA"), ("Toronto", "ON"),
    ("Montréal", "QC"), ("Calgary", "AB"),
)  # fmt: skip

# Name, role, country looked after ("": both), language.
_STAFF: Sequence[tuple[str, Role, str, Language]] = (
    ("receptionist", "receptionist", "", "en"),
    ("receptionist 2", "receptionist", "", "fr"),
    ("dispatcher", "dispatcher", "", "en"),
    ("dispatcher 2", "dispatcher", "US", "es"),
    ("dispatcher 3", "dispatcher", "CA", "fr"),
    ("manager", "manager", "", "en"),
    ("manager 2", "manager", "", "fr"),
    ("admin", "administrator", "", "en"),
    ("auditor", "auditor", "", "en"),
)


class Member(msgspec.Struct, frozen=True):
    """Somebody to enroll, with working hours if a consultant."""

    person: Person
    schedule: Schedule | None = None

    @property
    def password(self) -> str | None:
        """What they sign in with; most never do."""
        return PASSWORD if self.person.contact.mail in SIGNINS.values() else None


class Cast:
    """Companies and stores, and everybody but the consultants."""

    def __init__(self, places: Places, cities: Sequence[Place]) -> None:
        """cities: at least the large ones."""
        self._places = places
        self._cities = {(city.name, city.region): city for city in reversed(cities)}

    def companies(self) -> list[NewOrganisation]:
        """This will give the customers' companies."""
        return [
            NewOrganisation(id=chance.identity("company", name), name=name, tier=tier)
            for name, (tier, _) in _COMPANIES.items()
        ]

    def stores(self) -> list[NewStore]:
        """This will give the stores."""
        return [self._store(number, self._cities[key]) for number, key in enumerate(_STORES)]

    def members(self) -> list[Member]:
        """This will give everybody: customers, store staff, and those who keep it going."""
        return [
            Member(person)
            for kind in (self._customers(), self._clerks(), self._staff())
            for person in kind
        ]

    def _store(self, number: int, city: Place) -> NewStore:
        return NewStore(
            id=chance.identity("store", str(number)),
            name=f"Store {number + 101}, {city.name}",
            territory=territory(city),
            postal_code=self._places.nearest(city.latitude, city.longitude).code,
            zone=city.zone,
        )

    def _customers(self) -> Iterator[Person]:
        for name, (_, key) in _COMPANIES.items():
            for number in range(CUSTOMERS):
                signin = "customer" if key == _CHICAGO and number == 0 else ""
                yield self._person(
                    "customer", ("customer", name, str(number)), key, signin,
                    organisation=chance.identity("company", name),
                )  # fmt: skip

    def _clerks(self) -> Iterator[Person]:
        for shop, key in enumerate(_STORES):
            for number in range(CLERKS):
                signin = "store" if key == _CHICAGO and number == 0 else ""
                yield self._person(
                    "store", ("clerk", str(shop), str(number)), key, signin,
                    store=chance.identity("store", str(shop)),
                )  # fmt: skip

    def _staff(self) -> Iterator[Person]:
        for name, role, country, language in _STAFF:
            area = tuple(code for code in NAMES if country and code.startswith(country))
            signin = name if name in SIGNINS else ""
            yield self._person(
                role, ("staff", name), _CHICAGO, signin,
                territories=area, language=language, languages=_both(language),
            )  # fmt: skip

    def _person(
        self, role: Role, key: Sequence[str], at: Key, signin: str, **more: object
    ) -> Person:
        city, dice = self._cities[at], chance.dice(*key)
        language = "en" if signin else chance.pick(dice, languages([territory(city)]))
        found = {"language": language, "languages": _both(language), **more}
        number = MAILS + int(dice.random() * MAILS)
        return Person(
            id=chance.identity(*key),
            version=1,
            roles=(role,),
            contact=names.contact(dice, number=number, mail=SIGNINS.get(signin, "")),
            zone=city.zone,
            **found,  # type: ignore[arg-type]
        )


def _both(language: Language) -> tuple[Language, ...]:
    return tuple(dict.fromkeys((language, "en")))
