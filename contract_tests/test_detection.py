"""Whose number is it? Told by a shipment's answer, or by a new webhook, which names a carrier without one too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from contract_tests.api import Api, shipments
from contract_tests.batches import results_of
from contract_tests.contract.operations import examples
from contract_tests.exchange import Exchange
from contract_tests.facts import UnverifiableError
from contract_tests.ledger import Ledger
from contract_tests.numbers import carrier_row, matches, number_like
from contract_tests.passive.directory import carriers_of
from contract_tests.proving import proves
from contract_tests.target import Number
from contract_tests.webhook_lab import ELSEWHERE

# Twelve digits that fit FedEx and Purolator; the last is Purolator's check digit (Luhn) and not FedEx's (modulo 11).
_PUROLATORS = ("451535727551", "purolator", "fedex")
# Fifteen digits that fit FedEx and DPD, and the check digit of neither.
_NOBODYS = ("391662463313720", "fedex", "dpd")

_SMALL = 5  # shipments that a batch of any plan may have
_LIVES = 6  # made-up numbers
# Long ones: one begins with zeros, and has more digits than a floating-point number keeps; the other has more
# characters than some tables have room for. It is USPS's, with the ZIP code that its labels have before it.
_LONG = ("00340434161094042557", "420221539400111899223197428490")


@dataclass(frozen=True, slots=True)
class _Case:
    """A number that several carriers could have, and what is true of the one that has it."""

    clause: str
    text: str
    fits: tuple[str, ...]
    expected: object
    of: Callable[[Any], object] = lambda carrier: carrier


@proves(
    "track.detection.check-digit", "track.detection.order", "track.detection.post", "batch.detected", rank=48
)  # fmt: skip
def test_the_carrier_of_a_number_that_fits_several_is_no_chance(api: Api, ledger: Ledger) -> None:
    cases = list(_cases(api))
    together, told = _together(api, [each.text for each in cases])
    _seldom(api, told)
    carriers = {text: each.get("carrier") for text, each in told.items()}
    named = {text: each["code"] for text, each in carriers.items() if isinstance(each, dict) and "code" in each}
    for case in cases:
        try:
            _fit(api, case)
            carrier, exchange = named.get(case.text), together
            if case.of(carrier) != case.expected:  # asked by itself before it is told
                exchange, carrier = _alone(api, case.text)
        except UnverifiableError as error:
            ledger.obstacle(case.clause, str(error))
            continue
        found = case.of(carrier)
        expected = f"carrier {case.expected} for {case.text}"
        ledger.judge(case.clause, exchange, expected, found or "null", holds=found == case.expected)
        if case.text in named:
            same = named[case.text] == carrier
            ledger.judge("batch.detected", together, f"carrier {carrier}", named[case.text], holds=same)


def _cases(api: Api) -> Iterator[_Case]:
    text, right, other = _PUROLATORS
    yield _Case("track.detection.check-digit", text, (right, other), right)
    parameters = api.operation("trackShipment").node["parameters"]
    order = next(each["x-detection-priority"] for each in parameters if "x-detection-priority" in each)
    text, *both = _NOBODYS
    yield _Case("track.detection.order", text, (*both,), min(both, key=order.index))
    content = api.operation("trackShipment").success.node["content"]["application/json"]
    text = str(examples(content)["delivered"]["tracking_number"])

    def country_and_type(carrier: Any) -> object:
        row = carrier_row(carriers_of(api.carriers()), carrier)
        return (row.get("country"), row.get("type")) if row else None

    yield _Case("track.detection.post", text, (), (text[-2:], "postal"), country_and_type)


def _fit(api: Api, case: _Case) -> None:
    rows = carriers_of(api.carriers())
    for code in case.fits:
        row = carrier_row(rows, code)
        if row is None or not matches(row, case.text):
            raise UnverifiableError(f"the directory has no {code} whose tracking_format {case.text} matches")


def _together(api: Api, texts: list[str]) -> tuple[Exchange, dict[str, Any]]:
    """A batch of the numbers and some more, to see other lives, and what is told of each that has data."""
    others = [
        *_LONG,
        *(number_like(api, api.facts.target.known, f"life {each}").tracking_number for each in range(_LIVES)),
    ]
    room = (api.facts.plan.batch_size if api.facts.plan else _SMALL) - len(texts)
    asked = [*texts, *others[: max(0, room)]]
    exchange = api.batch(shipments([Number(each) for each in asked]))
    results = results_of(api, exchange)
    pairs = zip(asked, results, strict=True) if len(results) == len(asked) else ()
    return exchange, {text: each for text, each in pairs if each.get("status")}


def _seldom(api: Api, told: dict[str, Any]) -> None:
    """Asks for one to which nothing has happened yet, and for the long ones; every answer is looked at."""
    unscanned = [text for text, each in told.items() if not each.get("events")]
    for text in dict.fromkeys([*unscanned[:1], *(each for each in _LONG if each in told)]):
        api.once(Number(text))


def _alone(api: Api, text: str) -> tuple[Exchange, Any]:
    """A new webhook for the number, and the carrier that it names."""
    exchange = api.subscribe(text, ELSEWHERE)
    facts = api.read(exchange)
    if not exchange.response.succeeded or "carrier" not in facts:
        raise UnverifiableError("neither a shipment's answer nor a new webhook's names a carrier")
    return exchange, facts["carrier"]
