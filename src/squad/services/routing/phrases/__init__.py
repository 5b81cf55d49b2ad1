"""The words of routing: English, French of Canada, Spanish of the Americas."""

from collections.abc import Mapping

from squad.services.routing.phrases.english import ENGLISH
from squad.services.routing.phrases.form import Phrases
from squad.services.routing.phrases.french import FRENCH
from squad.services.routing.phrases.spanish import SPANISH

PHRASES: Mapping[str, Phrases] = {"en": ENGLISH, "fr": FRENCH, "es": SPANISH}

__all__ = ["PHRASES", "Phrases"]
