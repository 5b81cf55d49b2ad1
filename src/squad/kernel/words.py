"""Words for people: texts by language, filled with what is known."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from string import Formatter
from typing import Annotated

import msgspec
from msgspec import Meta


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message: its title, and sentences with {facts}."""

    title: str
    text: Sequence[str]


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a language says a moment. weekdays: Monday first. halves: of a day, morning first."""

    moment: str
    halves: Annotated[Sequence[str], Meta(min_length=2, max_length=2)]
    weekdays: Annotated[Sequence[str], Meta(min_length=7, max_length=7)]
    months: Annotated[Sequence[str], Meta(min_length=12, max_length=12)]


class Tongue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is said in one language. code: BCP 47."""

    code: str
    calendar: Calendar
    phrases: Mapping[str, str]
    kinds: Mapping[str, Text]


class Words:
    """Texts of one service, from a JSON file: Tongue by language.

    A sentence that asks for a fact that is "" or missing is left out. Facts are put in as they
    are: braces in them mean nothing.

    raw: the file. Raises msgspec.ValidationError: it is not such a file.
    """

    def __init__(self, raw: bytes) -> None:
        self.tongues = msgspec.json.decode(raw, type=dict[str, Tongue])
        self._needs = {
            sentence: needs(sentence)
            for tongue in self.tongues.values()
            for text in tongue.kinds.values()
            for sentence in text.text
        }

    def code(self, language: str) -> str:
        """This will give the language's BCP 47 code."""
        return self.tongues[language].code

    def phrase(self, language: str, name: str, /, **facts: str) -> str:
        """This will say one phrase."""
        return self.tongues[language].phrases[name].format_map(facts)

    def title(self, language: str, kind: str, facts: Mapping[str, str]) -> str:
        """This will give a message's title. Raises KeyError: a fact of the title is missing."""
        return self.tongues[language].kinds[kind].title.format_map(facts)

    def text(self, language: str, kind: str, facts: Mapping[str, str]) -> str:
        """This will give a message's text: the sentences whose facts are known."""
        return " ".join(
            sentence.format_map(facts)
            for sentence in self.tongues[language].kinds[kind].text
            if all(facts.get(name) for name in self._needs[sentence])
        )

    def moment(self, language: str, at: datetime, zone: tzinfo) -> str:
        """This will say a moment as people in the zone do."""
        local, calendar = at.astimezone(zone), self.tongues[language].calendar
        return calendar.moment.format(
            weekday=calendar.weekdays[local.weekday()],
            month=calendar.months[local.month - 1],
            day=local.day,
            hour=local.hour,
            hour12=local.hour % 12 or 12,
            minute=f"{local.minute:02}",
            half=calendar.halves[local.hour // 12],
            zone=local.tzname(),
        )


def needs(sentence: str) -> Sequence[str]:
    """This will list the facts that a sentence asks for."""
    return tuple(name for _, name, _, _ in Formatter().parse(sentence) if name)
