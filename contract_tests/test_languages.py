"""Texts in another language, and nothing else in another language."""

from typing import Any

from contract_tests.api import Api
from contract_tests.exchange import Exchange
from contract_tests.expect import described
from contract_tests.facts import Facts
from contract_tests.ledger import Ledger
from contract_tests.proving import proves

_UNSPOKEN = "tlh"  # Klingon has a language tag, and no carrier speaks it


@proves(
    "track.parameter.lang",
    "track.lang.translates",
    "track.lang.texts-only",
    "track.content-language",
    "api.utf8",
    rank=10,
)
def test_another_language_changes_the_texts_and_nothing_else(api: Api, facts: Facts, ledger: Ledger) -> None:
    number = facts.known()
    plain, english = api.once(number), api.once(number, lang="en")
    _same_texts(api, ledger, "track.parameter.lang", english, plain)
    _named(api, ledger, plain, "en")
    for language in ("fr", "ja"):
        foreign = api.once(number, lang=language)
        if not _answered(ledger, "track.parameter.lang", foreign):
            continue
        _named(api, ledger, foreign, language)
        texts, before = _texts(api, foreign), _texts(api, plain)
        kept = [each for each, was in zip(texts, before, strict=False) if each == was]
        ledger.judge("track.lang.translates", foreign, f"no text as in {before[:1]}", kept[:1], holds=not kept)
        other, was = _without_texts(api, foreign), _without_texts(api, plain)
        changed = {name: each for name, each in other.items() if was.get(name) != each}
        ledger.judge("track.lang.texts-only", foreign, "everything but texts as before", changed, holds=not changed)


@proves(
    "track.lang.alone", "track.parameter.lang", "track.lang.case", "track.lang.subtag", "track.lang.fallback", rank=25
)
def test_a_language_falls_back_to_the_nearest(api: Api, facts: Facts, ledger: Ledger) -> None:
    number = facts.known()
    french = api.once(number, lang="fr")
    english = api.once(number, lang="en")
    browsers = api.track(number, headers=(("Accept-Language", "fr"),))
    if _same_texts(api, ledger, "track.lang.alone", browsers, english):
        ledger.hold("track.parameter.lang", browsers)
    else:  # the header may be honoured, as in much middleware, or whatever was asked for last
        _same_texts(api, ledger, "track.parameter.lang", api.track(number), english)
    both = api.track(number, lang="FR-CA")
    if both.response.succeeded and _texts(api, both) == _texts(api, french):
        ledger.hold("track.lang.case", both)
        ledger.hold("track.lang.subtag", both)
    else:
        _same_texts(api, ledger, "track.lang.case", api.track(number, lang="FR"), french)
        _same_texts(api, ledger, "track.lang.subtag", api.track(number, lang="fr-CA"), french)
    unspoken = api.track(number, lang=_UNSPOKEN)
    _same_texts(api, ledger, "track.lang.fallback", unspoken, english)
    if unspoken.response.succeeded:
        _named(api, ledger, unspoken, "en")


def _answered(ledger: Ledger, clause: str, exchange: Exchange) -> bool:
    """A language may be refused; asking for it must not break the server."""
    ledger.judge(clause, exchange, "an answer, or a refusal", described(exchange), holds=exchange.status < 500)
    return exchange.response.succeeded


def _same_texts(api: Api, ledger: Ledger, clause: str, exchange: Exchange, other: Exchange) -> bool:
    found, expected = _texts(api, exchange), _texts(api, other)
    # Events of one moment may come in any order.
    same = found[0] == expected[0] and sorted(map(str, found)) == sorted(map(str, expected))
    holds = exchange.response.succeeded and same
    ledger.judge(clause, exchange, f"the texts {expected[:2]}", found[:2] or described(exchange), holds=holds)
    return holds


def _named(api: Api, ledger: Ledger, exchange: Exchange, language: str) -> None:
    header = api.contract.header("language")
    found = exchange.response.header(header)
    holds = found is not None and found.lower() == language
    ledger.judge("track.content-language", exchange, f"{header}: {language}", found or "none", holds=holds)


def _texts(api: Api, exchange: Exchange) -> list[Any]:
    facts = api.read(exchange)
    events = facts.get("events")
    told = [each.get("status") for each in events if isinstance(each, dict)] if isinstance(events, list) else []
    return [facts.get("status_description"), *told]


def _without_texts(api: Api, exchange: Exchange) -> dict[str, Any]:
    facts = dict(api.read(exchange))
    facts.pop("status_description", None)
    facts.pop("last_updated", None)  # the carrier may have been asked in between
    events = facts.get("events")
    if isinstance(events, list):
        facts["events"] = [
            {name: each for name, each in event.items() if name != "status"} if isinstance(event, dict) else event
            for event in events
        ]
    return facts
