"""Invented people: names mixed by chance, mail addresses that nobody has, numbers for films."""

import unicodedata
from random import Random

from squad.apps.world.chance import pick
from squad.contracts.people import Contact

DOMAIN = "demo.example"  # a name that nobody can own (RFC 2606)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_AREAS = (212, 312, 213, 713, 305, 416, 514, 604, 206, 404, 617, 602)
_GIVEN = _words(
    """Aaliyah Adrien Aiko Alejandra Amara Amélie Andre Anjali Beatriz Benoît Bo Camila Carter
    Chloe Dalia Daniel Deepak Elena Eli Emeka Émile Esther Fatima Felix Gabriela Grace Hana
    Hugo Ibrahim Imani Inés Isaac Jamal Jasmine Joaquín Jordan Julie Kai Keisha Kenji Laila
    Leo Linh Louis Lucía Luc Maëlle Marcus Mateo Maya Mei Miriam Nadia Naomi Noah Nora
    Odette Omar Paola Pierre Priya Quinn Rafael Rosa Ryan Samira Santiago Simone Sofia Tariq
    Teresa Thomas Uma Valérie Vikram Wanda Xavier Yara Yusuf Zoe"""
)
_FAMILY = _words(
    """Abara Adeyemi Ahmadi Alvarado Baptiste Barlow Beaulieu Bergström Bianchi Bouchard Calloway
    Castellanos Chaudhry Cho Côté Dalton Delacroix Desrosiers Diallo Drummond Echeverría
    Ellison Escobedo Farrow Fontaine Fuentes Gagnon Galloway Ghosh Greer Guerrero Hakimi
    Hargrove Hayashi Hollis Ibarra Iyer Jardine Kaplan Kaur Kessler Kowalczyk Lachance Lam
    Lindqvist Lockhart Macías Marchetti Mbeki McAllister Mercado Moreau Nakagawa Navarrete
    Nguyen Novak Oduya Okafor Ortega Paquette Park Pelletier Pham Pruitt Quintana Rahimi
    Redfern Rinaldi Rousseau Salazar Sandoval Sato Sheridan Silva Singh Solano Tanaka
    Tessier Thibault Tran Underhill Valdez Vance Varga Walcott Whitaker Winslow Yamada
    Yazzie Zamora Zielinski"""
)


def contact(dice: Random, *, number: int, mail: str = "") -> Contact:
    """This will invent somebody. number: sets apart who has the same name. mail: or made of it."""
    given, family = pick(dice, _GIVEN), pick(dice, _FAMILY)
    local = f"{_plain(given)}.{_plain(family)}.{number:02}"
    # 555-0100 to 555-0199 are kept for invented people, in every area.
    phone = f"+1 {pick(dice, _AREAS)} 555 01{int(dice.random() * 100):02}"
    return Contact(name=f"{given} {family}", mail=mail or f"{local}@{DOMAIN}", phone=phone)


def _plain(name: str) -> str:
    """Lower case, without accents."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
