"""Requests that Schemathesis makes up from the contract."""

import json
from dataclasses import replace

from contract_tests.api import Api
from contract_tests.exchange import Exchange
from contract_tests.expect import declined, described, refused
from contract_tests.generated import MadeUpRequest, cases, spread
from contract_tests.ledger import Ledger
from contract_tests.proving import proves
from contract_tests.run import Run

_MOST = 24  # of some hundred cases; directed probes find more per request
_LATER = 12  # requests that probes after this one need


@proves("errors.fields", "errors.json", "track.number.form", "track.languages", rank=90)
def test_requests_made_up_from_the_contract(api: Api, run: Run, ledger: Ledger) -> None:
    left = run.session.budget.left - _LATER
    if left <= 0:  # making them up takes a second
        return
    methods = {"GET"} if run.options.safe else {each.method for each in run.contract.operations.values()}
    made = [each for each in cases(run.contract, run.options.seed, methods=methods) if _telling(each)]
    for case in spread(made, min(_MOST if run.options.max_requests is None else left, left)):
        _judged(api, ledger, case, _sent(api, case))


def _telling(case: MadeUpRequest) -> bool:
    """Whether the answer tells something: refusals, and reading; what makes webhooks is left to other probes."""
    return case.refused or case.operation == "trackShipment"


def _sent(api: Api, case: MadeUpRequest) -> Exchange:
    operation = api.operation(case.operation)
    if "requestBody" in operation.node:
        return api.post(operation, case.body or b"")
    odd = case.refused and operation.path_parameter  # a framework may refuse it before the API sees it
    return api.call(None if odd else operation, case.target, method=operation.method, headers=case.headers)


def _judged(api: Api, ledger: Ledger, case: MadeUpRequest, exchange: Exchange) -> None:
    shown = replace(exchange, probe=f"{exchange.probe}: {case.description}")
    operation = api.operation(case.operation)
    if not case.refused:
        holds = exchange.status < 500
        ledger.judge("track.languages", shown, "the shipment, or a refusal", described(exchange), holds=holds)
    elif operation.path_parameter:
        if operation.id == "trackShipment":
            refused(api.contract, ledger, ["track.number.form"], shown, "invalid_tracking_number")
    elif case.body is None or not isinstance(_value(case.body), dict):
        refused(api.contract, ledger, ["errors.json"], shown, "invalid_request")
    else:
        for complaint in api.contract.schemas.complaints(_value(case.body), operation.request_schema_place)[:1]:
            if complaint.keyword in {"required", "type"}:
                refused(api.contract, ledger, ["errors.fields"], shown, "invalid_request")
            elif complaint.clause is not None:
                declined(ledger, complaint.clause, shown)


def _value(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
