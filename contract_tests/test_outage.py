"""A carrier that does not answer."""

from contract_tests.api import Api
from contract_tests.exchange import Exchange
from contract_tests.expect import described, refused, succeeds
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.ledger import Ledger
from contract_tests.numbers import carrier_row, matches, page_numbers
from contract_tests.passive.directory import carriers_of
from contract_tests.proving import proves
from contract_tests.states import States
from contract_tests.target import Number


@proves("errors.503", "quota.retry-after", rank=16)
def test_a_carrier_that_is_down_is_unavailable(api: Api, facts: Facts, ledger: Ledger) -> None:
    refused(
        api.contract, ledger, ["errors.503"], api.track(facts.unavailable(), wanting_5xx=True), "carrier_unavailable"
    )


@proves("track.unavailable", "errors.503", "order.request-before-lookup", rank=33)
def test_a_carrier_that_is_back_answers_again(api: Api, facts: Facts, ledger: Ledger, states: States) -> None:
    known = facts.known()
    carrier = known.carrier or _carrier(api, api.once(known))
    misfit = Number(known.tracking_number[:-2], carrier)
    states.ask("carrier unavailable", carrier=carrier)
    try:
        if not refused(api.contract, ledger, ["errors.503"], api.track(known, wanting_5xx=True), "carrier_unavailable"):
            return
        _others_answer(api, ledger, carrier)
        if not matches(carrier_row(carriers_of(api.carriers()), carrier), misfit.tracking_number):
            refused(
                api.contract, ledger, ["order.request-before-lookup"], api.track(misfit), "invalid_tracking_number"
            )  # fmt: skip
    finally:
        states.ask("carrier available", carrier=carrier)
    succeeds(ledger, ["track.unavailable"], api.track(known))


@proves("errors.500", rank=44)
def test_a_failure_to_order_is_told_as_one(api: Api, facts: Facts, ledger: Ledger) -> None:
    """RFC 7240 lets a server ignore a preference it does not know, and one that does has shown nothing."""
    status = api.contract.refusals["internal_error"].statuses[0]
    answer = api.track(facts.known(), headers=(("Prefer", f"code={status}"),), wanting_5xx=True)
    if answer.response.succeeded:
        raise UnverifiableError(f"the target does not fail to order: it ignores Prefer: code={status}")
    refused(api.contract, ledger, ["errors.500"], answer, "internal_error")


def _others_answer(api: Api, ledger: Ledger, down: str) -> None:
    """Enters that shipments of other carriers are answered meanwhile, by one of the page's that was answered before."""
    unavailable = api.contract.refusals["carrier_unavailable"].statuses
    for number in page_numbers(api):
        if number.carrier != down and api.answered(number):
            answer, expected = api.track(number), f"an answer while only {down} is down"
            holds = answer.status not in unavailable
            ledger.judge("errors.503", answer, expected, described(answer), holds=holds)
            return


def _carrier(api: Api, exchange: Exchange) -> str:
    carrier = api.read(exchange).get("carrier")
    code = carrier.get("code") if isinstance(carrier, dict) else None
    if not isinstance(code, str):
        raise UnverifiableError("the known number's answer names no carrier to take down")
    return code
