"""What the demo world's consultants can do: the catalogue, and who has which skills."""

from collections.abc import Mapping, Sequence
from random import Random

from squad.apps.world import chance
from squad.contracts.people import Level
from squad.services.identity.model.catalog import NewSkill

_NAMES: Mapping[str, tuple[str, str, str]] = {
    "hardware": ("Hardware", "Matériel", "Equipos"),
    "network": ("Network", "Réseau", "Redes"),
    "printer": ("Printers", "Imprimantes", "Impresoras"),
    "software": ("Software", "Logiciels", "Programas"),
    "access": ("Access", "Accès", "Accesos"),
    "storage": ("Storage", "Stockage", "Almacenamiento"),
    "security": ("Security", "Sécurité", "Seguridad"),
    "phone": ("Telephony", "Téléphonie", "Telefonía"),
    "pos": ("Point of sale", "Points de vente", "Puntos de venta"),
    "support": ("Support", "Assistance", "Asistencia"),
}  # English, French, Spanish
SKILLS = tuple(_NAMES)
BEST: Level = 5
GENERAL: Mapping[str, Level] = dict.fromkeys(SKILLS, 3)
"""Enough for any category of ticket (services/tickets/model.py, CATEGORIES)."""

_SPECIAL: Sequence[Mapping[str, Level]] = (
    {"network": 4, "security": 4, "phone": 3, "access": 3, "support": 2},
    {"pos": 4, "hardware": 4, "printer": 3, "support": 3, "software": 2},
    {"hardware": 4, "printer": 4, "software": 3, "access": 2, "support": 3},
    {"storage": 4, "security": 3, "network": 3, "software": 3, "access": 3},
    {"software": 4, "access": 4, "phone": 3, "support": 4, "printer": 2},
    {"hardware": 3, "storage": 3, "pos": 3, "phone": 4, "network": 2},
)


def catalog() -> list[NewSkill]:
    """This will give the skills with their names."""
    return [
        NewSkill(id=id, name=english, french=french, spanish=spanish)
        for id, (english, french, spanish) in _NAMES.items()
    ]


def generalist(dice: Random) -> dict[str, Level]:
    """This will give somebody every skill, one of them at its best."""
    return {**GENERAL, chance.pick(dice, SKILLS): BEST}


def specialist(place: int, dice: Random) -> dict[str, Level]:
    """This will give somebody one of a few professions, in turn by their place in the team."""
    profession = _SPECIAL[place % len(_SPECIAL)]
    return {**profession, chance.pick(dice, tuple(profession)): BEST}
