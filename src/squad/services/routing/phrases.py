"""The words of explanations: English, French of Canada, Spanish of the Americas."""

from collections.abc import Mapping
from typing import NamedTuple


class Phrases(NamedTuple):
    """One language. colon: what stands before one. thousands: what stands between them.

    The keys are the same in every language; braces name what is filled in, minutes as numbers.
    """

    colon: str
    thousands: str
    sentences: Mapping[str, str]
    terms: Mapping[str, str]
    excluded: Mapping[str, str]
    lacks: Mapping[str, str]
    languages: Mapping[str, str]


ENGLISH = Phrases(
    colon="",
    thousands=",",
    sentences={
        "chosen": "{who} does ticket {ticket} at a cost of {cost} min; "
        "{eligible} of {roster} consultants could do it.",
        "parts": "Largest parts: {parts}.",
        "arrival": "Work starts in {minutes} min, number {place} in their plan.",
        "not": "Not {who}: {more} min more, mostly {parts}.",
        "as_good": "{who} would be as good; the order of ids decides.",
        "excluded": "Not eligible: {excluded}.",
        "nobody": "Nobody of {roster} consultants is eligible for ticket {ticket}.",
        "yours": "Ticket {ticket} is yours.",
        "your_arrival": "Work starts in {minutes} min, number {place} in your plan.",
        "only_you": "Nobody else can do it now.",
        "others_too": "Others who could do it: {n}.",
        "you_save": "Against the next best you save: {parts}.",
        "nobody_yet": "Nobody can take ticket {ticket} yet; a dispatcher looks after it.",
        "looking": "We are looking for the right person; a dispatcher looks after your request.",
        "our_consultant": "Our consultant",
        "looks_after": "{who} looks after your request.",
        "comes": "Expected on site in about {minutes} min.",
        "begins": "Work should begin in about {minutes} min.",
        "knows": "They know your case already.",
        "skilled": "They have the skills that your request needs.",
    },
    terms={
        "travel": "travel",
        "service": "work",
        "rework": "risk of a second visit",
        "waiting": "customer's wait",
        "breach": "risk of a broken promise",
        "lateness": "late start",
        "overtime": "overtime",
        "others": "delay of other customers",
        "language": "interpreter",
        "continuity": "knowledge of the case",
        "fairness": "workload",
    },
    excluded={
        "travel": "{n} too far away",
        "country": "{n} in another country",
        "territory": "{n} outside the territory",
        "skill": "{n} without the skill",
        "certification": "{n} without the certification",
        "language": "{n} without the language",
        "leave": "{n} on leave",
        "shift": "{n} not on shift",
        "capacity": "{n} with no room",
        "declined": "{n} who declined",
    },
    lacks={
        "travel": "{have} min away, goes {need} at most",
        "country": "does not work in {name}",
        "territory": "does not work in {name}",
        "skill": "needs {name} at level {need}, has {have}",
        "certification": "needs the certification {name}",
        "language": "does not speak {name}",
        "leave": "on leave",
        "leave_until": "on leave, works in {have} min",
        "shift": "no shift planned",
        "shift_until": "next shift in {have} min",
        "capacity": "has {have} tickets of at most {need}",
        "declined": "declined this ticket",
    },
    languages={"en": "English", "fr": "French", "es": "Spanish"},
)

FRENCH = Phrases(
    colon="\N{NO-BREAK SPACE}",
    thousands="\N{NO-BREAK SPACE}",
    sentences={
        "chosen": "{who} s’occupe du billet {ticket} pour un coût de {cost} min; "
        "admissibles : {eligible} sur {roster}.",
        "parts": "Parts principales : {parts}.",
        "arrival": "Début du travail dans {minutes} min, numéro {place} de son horaire.",
        "not": "Pas {who} : {more} min de plus, surtout {parts}.",
        "as_good": "{who} conviendrait aussi bien; l’ordre des identifiants décide.",
        "excluded": "Non admissibles : {excluded}.",
        "nobody": "Personne n’est admissible pour le billet {ticket} ({roster} examinés).",
        "yours": "Le billet {ticket} est à vous.",
        "your_arrival": "Début du travail dans {minutes} min, numéro {place} de votre horaire.",
        "only_you": "Personne d’autre ne peut le faire maintenant.",
        "others_too": "Autres personnes qui pourraient le faire : {n}.",
        "you_save": "Par rapport à la suivante, vous épargnez : {parts}.",
        "nobody_yet": "Personne ne peut encore prendre le billet {ticket}; "
        "la répartition s’en occupe.",
        "looking": "Nous cherchons la bonne personne; la répartition s’occupe de votre demande.",
        "our_consultant": "Notre équipe",
        "looks_after": "{who} s’occupe de votre demande.",
        "comes": "Arrivée prévue dans environ {minutes} min.",
        "begins": "Le travail devrait commencer dans environ {minutes} min.",
        "knows": "Cette personne connaît déjà votre dossier.",
        "skilled": "Cette personne a les compétences que demande votre dossier.",
    },
    terms={
        "travel": "trajet",
        "service": "travail",
        "rework": "risque d’une deuxième visite",
        "waiting": "attente du client",
        "breach": "risque de manquer à l’engagement",
        "lateness": "retard",
        "overtime": "heures supplémentaires",
        "others": "retard d’autres clients",
        "language": "interprète",
        "continuity": "connaissance du dossier",
        "fairness": "charge de travail",
    },
    excluded={
        "travel": "{n} trop loin",
        "country": "{n} dans un autre pays",
        "territory": "{n} hors du territoire",
        "skill": "{n} sans la compétence",
        "certification": "{n} sans la certification",
        "language": "{n} sans la langue",
        "leave": "{n} en congé",
        "shift": "{n} hors quart de travail",
        "capacity": "{n} sans place libre",
        "declined": "{n} ayant refusé",
    },
    lacks={
        "travel": "à {have} min, se déplace {need} au plus",
        "country": "ne travaille pas dans ce pays ({name})",
        "territory": "ne travaille pas dans ce territoire ({name})",
        "skill": "il faut {name} au niveau {need}, a {have}",
        "certification": "il faut la certification {name}",
        "language": "ne parle pas {name}",
        "leave": "en congé",
        "leave_until": "en congé, travaille dans {have} min",
        "shift": "aucun quart prévu",
        "shift_until": "prochain quart dans {have} min",
        "capacity": "a {have} billets, {need} au plus",
        "declined": "a refusé ce billet",
    },
    languages={"en": "anglais", "fr": "français", "es": "espagnol"},
)

SPANISH = Phrases(
    colon="",
    thousands=",",
    sentences={
        "chosen": "{who} se ocupa del caso {ticket} con un costo de {cost} min; "
        "aptos: {eligible} de {roster}.",
        "parts": "Partes principales: {parts}.",
        "arrival": "El trabajo empieza en {minutes} min, número {place} de su plan.",
        "not": "No {who}: {more} min más, sobre todo {parts}.",
        "as_good": "{who} sería igual de apto; decide el orden de los identificadores.",
        "excluded": "No aptos: {excluded}.",
        "nobody": "Nadie es apto para el caso {ticket} ({roster} examinados).",
        "yours": "El caso {ticket} es suyo.",
        "your_arrival": "El trabajo empieza en {minutes} min, número {place} de su plan.",
        "only_you": "Nadie más puede hacerlo ahora.",
        "others_too": "Otras personas que podrían hacerlo: {n}.",
        "you_save": "Frente a la siguiente persona usted ahorra: {parts}.",
        "nobody_yet": "Nadie puede tomar todavía el caso {ticket}; despacho se ocupa.",
        "looking": "Buscamos a la persona adecuada; despacho se ocupa de su solicitud.",
        "our_consultant": "Nuestro equipo",
        "looks_after": "{who} se ocupa de su solicitud.",
        "comes": "Llegada prevista en unos {minutes} min.",
        "begins": "El trabajo debería empezar en unos {minutes} min.",
        "knows": "Esta persona ya conoce su caso.",
        "skilled": "Esta persona tiene las habilidades que su solicitud requiere.",
    },
    terms={
        "travel": "trayecto",
        "service": "trabajo",
        "rework": "riesgo de una segunda visita",
        "waiting": "espera del cliente",
        "breach": "riesgo de incumplir el plazo",
        "lateness": "retraso",
        "overtime": "horas extra",
        "others": "retraso de otros clientes",
        "language": "intérprete",
        "continuity": "conocimiento del caso",
        "fairness": "carga de trabajo",
    },
    excluded={
        "travel": "{n} demasiado lejos",
        "country": "{n} en otro país",
        "territory": "{n} fuera del territorio",
        "skill": "{n} sin la habilidad",
        "certification": "{n} sin la certificación",
        "language": "{n} sin el idioma",
        "leave": "{n} de licencia",
        "shift": "{n} fuera de turno",
        "capacity": "{n} sin lugar libre",
        "declined": "{n} que rechazaron",
    },
    lacks={
        "travel": "a {have} min, viaja {need} como máximo",
        "country": "no trabaja en este país ({name})",
        "territory": "no trabaja en este territorio ({name})",
        "skill": "hace falta {name} de nivel {need}, tiene {have}",
        "certification": "hace falta la certificación {name}",
        "language": "no habla {name}",
        "leave": "de licencia",
        "leave_until": "de licencia, trabaja en {have} min",
        "shift": "ningún turno previsto",
        "shift_until": "próximo turno en {have} min",
        "capacity": "tiene {have} casos de {need} como máximo",
        "declined": "rechazó este caso",
    },
    languages={"en": "inglés", "fr": "francés", "es": "español"},
)

PHRASES: Mapping[str, Phrases] = {"en": ENGLISH, "fr": FRENCH, "es": SPANISH}
