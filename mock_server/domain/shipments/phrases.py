"""Phrases: what tracking events say, in every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing a carrier can say: its event type, the status it gives a shipment, and its words by language."""

    key: str
    type: str
    status: str
    texts: Mapping[str, str]

    @property
    def words(self) -> str:
        """Its words in the first language, which every phrase has."""
        return next(iter(self.texts.values()))

    def text(self, language: str) -> str:
        """Its words in that language; those of the first language where it has none."""
        words = self.texts.get(language)
        return self.words if words is None else words


class Phrases:
    """The phrases of fixtures/phrases.json; it never changes."""

    def __init__(self, fixture: Mapping[str, Any], status_of: Mapping[str, str]) -> None:
        """`status_of` is the contract's event types with the status each gives; KeyError for a type it has not."""
        self._status_of = status_of
        self._phrases = {key: self._phrase(key, record) for key, record in fixture["phrases"].items()}
        self._default: str = fixture["default"]
        self.languages: tuple[str, ...] = tuple(next(iter(self._phrases.values())).texts)
        spoken = {tag.lower(): tag for tag in self.languages}
        self._tags: dict[str, str] = spoken | {alias: spoken[tag.lower()] for alias, tag in fixture["aliases"].items()}

    def __getitem__(self, key: str) -> Phrase:
        """KeyError for a phrase nobody wrote."""
        return self._phrases[key]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._phrases)

    def text(self, key: str, language: str) -> str:
        return self._phrases[key].text(language)

    def saying(self, text: str, event_type: str) -> Phrase:
        """The phrase with these words in the default language, or one that says them alike in every language."""
        for phrase in self._phrases.values():
            if (phrase.type, phrase.texts[self._default]) == (event_type, text):
                return phrase
        return Phrase("", event_type, self._status_of[event_type], {self._default: text})

    def match(self, tag: str) -> str:
        """The language for a BCP 47 tag: subtags are dropped from its end until one fits (RFC 4647 section 3.4)."""
        wanted = tag.strip().lower().replace("_", "-")
        while wanted:
            if wanted in self._tags:
                return self._tags[wanted]
            wanted = wanted.rpartition("-")[0]
        return self._default

    def _phrase(self, key: str, record: Mapping[str, Any]) -> Phrase:
        event_type = record.get("type")
        if event_type is None:
            return Phrase(key, "", record["status"], record["text"])
        return Phrase(key, event_type, self._status_of[event_type], record["text"])
