"""What people of the demo world write: trouble by category, and what solved it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from squad.apps.busy.texts.english import ENGLISH
from squad.apps.busy.texts.french import FRENCH
from squad.apps.busy.texts.spanish import SPANISH


class Trouble(NamedTuple):
    """A trouble in somebody's words. solved: what the consultant writes in the end."""

    title: str
    description: str
    solved: str


class Phrases(NamedTuple):
    """What is said around the work, in a language."""

    coming: str
    answer: str
    parts: str
    decline: str
    cause: str
    advice: str
    praise: Sequence[str]


TROUBLES: Mapping[str, Mapping[str, Sequence[Trouble]]] = {
    language: {category: [Trouble(*one) for one in told] for category, told in book.items()}
    for language, book in (("en", ENGLISH), ("fr", FRENCH), ("es", SPANISH))
}
PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        "I am on my way. Who will let me in?",
        "Ask for me at the front desk, please.",
        "The spare part is on order. It arrives tomorrow morning.",
        "My van is in the workshop until noon.",
        "Wear of a part that was due for replacement.",
        "Replace the other devices of this age within the year.",
        ("Quick and friendly.", "Works again, thank you!", "It took a while, but it is solved."),
    ),
    "fr": Phrases(
        "Je suis en route. Qui pourra m’ouvrir ?",
        "Demandez-moi à l’accueil, s’il vous plaît.",
        "La pièce est commandée. Elle arrive demain matin.",
        "Ma camionnette est au garage jusqu’à midi.",
        "Usure d’une pièce qui était à remplacer.",
        "Remplacer les autres appareils du même âge d’ici un an.",
        ("Rapide et sympathique.", "Tout fonctionne, merci !", "Un peu long, mais c’est réglé."),
    ),
    "es": Phrases(
        "Voy en camino. ¿Quién me puede abrir?",
        "Pregunte por mí en recepción, por favor.",
        "La pieza está pedida. Llega mañana por la mañana.",
        "Mi camioneta está en el taller hasta el mediodía.",
        "Desgaste de una pieza que ya tocaba cambiar.",
        "Cambiar los demás equipos de la misma edad dentro de un año.",
        ("Rápido y amable.", "Ya funciona, ¡gracias!", "Tardó un poco, pero quedó resuelto."),
    ),
}
PARTS: Mapping[str, Sequence[tuple[str, int]]] = {
    "hardware": (("Power supply 650 W", 8_900), ("SSD 1 TB", 7_450), ("Memory 16 GB", 5_200)),
    "network": (("Patch cable Cat 6, 5 m", 850), ("Switch, 8 ports", 6_900)),
    "printer": (("Fuser unit", 18_900), ("Pickup roller kit", 2_950)),
    "storage": (("Hard disk 8 TB", 21_900), ("Backup tape LTO-8", 7_900)),
    "phone": (("Desk phone", 12_900), ("Handset cord", 650)),
    "pos": (("Receipt printer head", 9_400), ("Barcode scanner", 11_500)),
    "security": (("Smart card reader", 3_400),),
}  # price of one, cents
