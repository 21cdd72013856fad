"""Whose number is it? Told by new webhooks, because they name a carrier even where there is no shipment."""

from typing import Any

from contract_tests.api import Api
from contract_tests.contract.operations import examples
from contract_tests.exchange import Exchange
from contract_tests.expect import described
from contract_tests.facts import UnverifiableError
from contract_tests.lab import ELSEWHERE
from contract_tests.ledger import Ledger
from contract_tests.numbers import carrier_row, matches
from contract_tests.passive.directory import carriers_of
from contract_tests.proving import proves

# Twelve digits that fit FedEx and Purolator; the last is Purolator's check digit (Luhn) and not FedEx's (modulo 11).
_PUROLATORS = ("451535727551", "purolator", "fedex")
# Fifteen digits that fit FedEx and DPD, and the check digit of neither.
_NOBODYS = ("391662463313720", "fedex", "dpd")


@proves("track.detection.specific", rank=48)
def test_a_format_that_takes_anything_detects_nothing(api: Api, ledger: Ledger) -> None:
    text = "".join(api.random("specific").choices("QVWXYZ", k=11))
    _told(api, ledger, "track.detection.specific", text, None)


@proves("track.detection.check-digit", rank=48)
def test_a_right_check_digit_decides(api: Api, ledger: Ledger) -> None:
    text, expected, other = _PUROLATORS
    _both_fit(api, text, expected, other)
    _told(api, ledger, "track.detection.check-digit", text, expected)


@proves("track.detection.order", rank=48)
def test_remaining_ties_go_by_priority(api: Api, ledger: Ledger) -> None:
    text, expected, other = _NOBODYS
    _both_fit(api, text, expected, other)
    parameters = api.operation("trackShipment").node["parameters"]
    order = next(each["x-detection-priority"] for each in parameters if "x-detection-priority" in each)
    _told(api, ledger, "track.detection.order", text, min(expected, other, key=order.index))


@proves("track.detection.post", rank=48)
def test_the_country_at_the_end_picks_the_post(api: Api, ledger: Ledger) -> None:
    content = api.operation("trackShipment").success.node["content"]["application/json"]
    text = str(examples(content)["delivered"]["tracking_number"])
    exchange = api.subscribe(text, ELSEWHERE)
    row = carrier_row(carriers_of(api.carriers()), _carrier(api, exchange)) or {}
    found = (row.get("country"), row.get("type"))
    expected = (text[-2:], "postal")
    ledger.judge("track.detection.post", exchange, f"the post of {text[-2:]}", row or "none", holds=found == expected)


def _both_fit(api: Api, text: str, *codes: str) -> None:
    rows = carriers_of(api.carriers())
    for code in codes:
        row = carrier_row(rows, code)
        if row is None or not matches(row, text):
            raise UnverifiableError(f"the directory has no {code} whose tracking_format {text} matches")


def _told(api: Api, ledger: Ledger, clause: str, text: str, expected: str | None) -> None:
    exchange = api.subscribe(text, ELSEWHERE)
    if expected is None and not exchange.response.succeeded:
        ledger.breach("webhook.number.unknown", exchange, "a webhook for a number of no carrier", described(exchange))
    found = _carrier(api, exchange)
    ledger.judge(clause, exchange, f"carrier {expected or 'null'} for {text}", found or "null", holds=found == expected)


def _carrier(api: Api, exchange: Exchange) -> Any:
    """The carrier that a new webhook names."""
    facts = api.read(exchange)
    if not exchange.response.succeeded or "carrier" not in facts:
        raise UnverifiableError("a new webhook's answer names no carrier")
    return facts["carrier"]
