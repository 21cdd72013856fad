"""Phrases: complete in twenty languages, and the right language for every tag."""

import unicodedata

import pytest

from mock_server.domain.shipments.phrases import Phrases
from mock_server.tests.domain.shipments.shipping import PHRASES, SPECIFICATION

LANGUAGES = [
    *[
        "en",
        "es",
        "fr",
        "de",
        "it",
        "pt",
        "nl",
        "pl",
        "cs",
        "sv",
        "da",
        "nb",
        "fi",
        "tr",
        "ru",
        "uk",
        "ar",
        "zh-CN",
        "ja",
        "ko",
    ]
]
SCRIPTS = {
    "ru": {"CYRILLIC"},
    "uk": {"CYRILLIC"},
    "ar": {"ARABIC"},
    "zh-CN": {"CJK"},
    "ja": {"CJK", "HIRAGANA", "KATAKANA"},
    "ko": {"HANGUL"},
}
FOREIGN_TO = {"ru": "іїєґ", "uk": "ыэъё"}  # letters that the one alphabet has and the other has not


def scripts(text: str) -> set[str]:
    return {unicodedata.name(sign).partition(" ")[0] for sign in text if sign.isalpha()} - {"KATAKANA-HIRAGANA"}


def test_the_languages_are_the_twenty_of_the_contract() -> None:
    assert list(PHRASES.languages) == LANGUAGES


@pytest.mark.parametrize("key", PHRASES.keys)
def test_every_phrase_is_there_in_every_language(key: str) -> None:
    texts = PHRASES[key].texts
    assert list(texts) == LANGUAGES
    assert all(text == text.strip() and len(text) > 1 for text in texts.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_phrases_of_a_language_read_the_same(language: str) -> None:
    texts = [PHRASES.text(key, language).casefold() for key in PHRASES.keys]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_written_in_the_script_of_its_language(language: str) -> None:
    for key in PHRASES.keys:
        text = PHRASES.text(key, language)
        assert scripts(text) <= SCRIPTS.get(language, {"LATIN"}), text
        assert not set(text.lower()) & set(FOREIGN_TO.get(language, "")), text


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_nothing_was_left_in_english(language: str) -> None:
    for key in PHRASES.keys:
        assert PHRASES.text(key, language) != PHRASES.text(key, "en")


def test_every_event_type_of_the_contract_can_be_said() -> None:
    assert {PHRASES[key].type for key in PHRASES.keys} - {""} == set(SPECIFICATION.status_of_event)


def test_a_phrase_gives_the_status_that_the_contract_gives_its_type() -> None:
    assert PHRASES["customs_cleared"].type == "customs"
    assert PHRASES["customs_cleared"].status == "in_transit"
    assert PHRASES["pending"].status == "pending"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("DE", "de"),
        ("pt-BR", "pt"),
        ("pt_br", "pt"),
        ("de-AT-1996", "de"),
        ("zh", "zh-CN"),
        ("ZH-cn", "zh-CN"),
        ("zh-Hans-CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("no", "nb"),
        ("no-NO", "nb"),
        ("nn", "nb"),
        ("sw", "en"),
        ("deu", "en"),
        ("", "en"),
        ("-", "en"),
        (" ja ", "ja"),
    ],
)
def test_a_tag_falls_back_to_its_language_then_to_english(tag: str, language: str) -> None:
    assert PHRASES.match(tag) == language


def test_known_words_are_translated_and_others_stay_as_they_are() -> None:
    known = PHRASES.saying("Package transferred to destination facility", "transit")
    assert known.text("fr") == "Colis transféré vers le centre de destination"
    odd = PHRASES.saying("Eaten by a bear", "exception")
    assert (odd.text("fr"), odd.type, odd.status) == ("Eaten by a bear", "exception", "exception")


def test_a_phrase_of_an_event_type_that_the_contract_has_not_is_refused() -> None:
    with pytest.raises(KeyError, match="teleport"):
        Phrases({"default": "en", "aliases": {}, "phrases": {"a": {"type": "teleport", "text": {"en": "A"}}}}, {})
