"""Methods and bodies that the operations do not take."""

import json

from contract_tests.api import Api
from contract_tests.contract.operations import Operation
from contract_tests.exchange import JSON, Exchange
from contract_tests.expect import described, refused, refused_as
from contract_tests.facts import Facts
from contract_tests.ledger import Ledger
from contract_tests.proving import proves
from contract_tests.subscriptions import webhook_id
from contract_tests.webhook_lab import ELSEWHERE, WebhookLab

_BY_ACCIDENT = {"POST": "GET", "GET": "POST", "DELETE": "POST"}  # what a framework's router answers too, if let
_DOING_THE_SAME = {"POST": ("PUT", "PATCH"), "DELETE": ("GET",)}  # what a careless handler does as well
_ECHO = "TRACE"
_ALWAYS_ALLOWED = {"HEAD", "OPTIONS"}  # HTTP itself offers them; listing them or not is no lie


@proves("errors.405", "errors.405.allow", rank=41)
def test_a_method_that_a_path_does_not_answer_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    facts.writes()
    paths = {each.path: each for each in api.contract.operations.values()}
    directory = api.operation("listCarriers")
    paths.pop(api.operation("trackBatch").path)  # it has a probe of its own
    asked = [(each, _ECHO if each is directory else _BY_ACCIDENT.get(each.method, "PUT")) for each in paths.values()]
    for operation, method in asked:
        target = operation.target({operation.path_parameter: api.page_number()}, {})
        _not_allowed(api, ledger, operation, api.call(operation, target, method=method), "errors.405")


@proves("errors.405", rank=41)
def test_another_method_does_not_do_the_same(lab: WebhookLab, api: Api, ledger: Ledger) -> None:
    """On a webhook that is there, and with a body that is good, so that the method alone is wrong."""
    api.facts.writes()
    made, ended = (api.operation(each) for each in ("createWebhook", "deleteWebhook"))
    body = {"tracking_number": api.page_number(), "url": ELSEWHERE}
    for method in _DOING_THE_SAME[made.method]:
        exchange = api.call(
            made, made.target({}, {}), method=method, body=json.dumps(body).encode(), headers=(("Content-Type", JSON),)
        )
        _no_success(ledger, exchange)
        identifier = webhook_id(exchange.facts) if exchange.response.succeeded else None
        if identifier is not None:
            api.unsubscribe(identifier)
    hook = next((each for each in lab.hooks.values() if each.id), None)
    if hook is not None:
        for method in _DOING_THE_SAME[ended.method]:
            _no_success(ledger, api.call(ended, ended.target({ended.path_parameter: str(hook.id)}, {}), method=method))


def _no_success(ledger: Ledger, exchange: Exchange) -> None:
    """Enters that a method which the page does not give changes nothing; how it is refused is entered elsewhere."""
    holds = not exchange.response.succeeded
    ledger.judge("errors.405", exchange, f"no {exchange.request.method} here", described(exchange), holds=holds)


@proves("errors.batch-is-no-number", rank=18)
def test_get_track_batch_is_no_tracking_number(api: Api, ledger: Ledger) -> None:
    operation = api.operation("trackBatch")
    exchange = api.call(operation, operation.target({}, {}), method="GET")
    _not_allowed(api, ledger, operation, exchange, "errors.batch-is-no-number")


@proves("errors.415", rank=33)
def test_a_body_that_is_not_declared_as_json_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    facts.writes()
    operation = api.operation("trackBatch")
    exchange = api.post(operation, {"shipments": [{"tracking_number": api.page_number()}]}, content_type="text/plain")
    refused_as(api.contract, ledger, "errors.415", exchange, like="errors.415")


@proves("errors.413", rank=38)
def test_a_body_that_is_too_large_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    facts.writes()
    operation = api.operation("trackBatch")
    limit = operation.node["requestBody"]["x-max-bytes"]
    body = b'{"shipments": [{"tracking_number": "' + b"9" * limit + b'"}]}'
    exchange = api.post(operation, body)
    refused_as(api.contract, ledger, "errors.413", exchange, like="errors.413")


@proves("errors.json", "errors.400.request", rank=32)
def test_a_body_that_is_no_json_object_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    facts.writes()
    for operation, body in (("trackBatch", b"shipments=1Z"), ("trackBatch", b"[1]"), ("createWebhook", b"null")):
        exchange = api.post(api.operation(operation), body)
        refused(api.contract, ledger, ["errors.json", "errors.400.request"], exchange, "invalid_request")


def _not_allowed(api: Api, ledger: Ledger, operation: Operation, exchange: Exchange, clause: str) -> None:
    if not refused_as(api.contract, ledger, clause, exchange, like="errors.405"):
        return
    api.judged_as(exchange, operation)
    name = api.contract.header("allow")
    allow = {each.strip() for each in (exchange.response.header(name) or "").split(",")} - {""}
    expected = {each.method for each in api.contract.operations.values() if each.path == operation.path}
    found = ", ".join(sorted(allow)) or "none"
    ledger.judge(
        "errors.405.allow", exchange, f"{name}: {', '.join(sorted(expected))}", found,
        holds=allow - _ALWAYS_ALLOWED == expected,
    )  # fmt: skip
