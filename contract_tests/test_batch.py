"""Several shipments at once."""

from typing import Any

from contract_tests.api import Api, shipments
from contract_tests.batches import check_room, filling, largest, paired, results_of
from contract_tests.contract.document import PlanLimits
from contract_tests.contract.operations import examples
from contract_tests.exchange import Exchange
from contract_tests.expect import declined, described, has_status, is_there, refused, succeeds
from contract_tests.facts import Facts
from contract_tests.keyring import Need
from contract_tests.ledger import Ledger
from contract_tests.proving import proves
from contract_tests.target import Number
from contract_tests.test_tracking import mismatches

_SMALL_BATCHES = Need(least="batch")
_SPOILS_NOTHING = ("batch.independent",)  # a shipment without data does not spoil the others


@proves(
    "batch.path",
    "batch.example",
    "batch.request",
    "batch.200",
    "batch.length",
    "batch.count",
    "batch.order",
    rank=6,
    given={"batch.example": _SPOILS_NOTHING, "batch.request": _SPOILS_NOTHING},
)
def test_the_pages_own_batch_is_answered(api: Api, ledger: Ledger) -> None:
    operation = api.operation("trackBatch")
    content = operation.node["requestBody"]["content"]["application/json"]
    body = examples(content)["documented"]
    exchange = api.post(operation, body, cost=len(next(iter(body.values()))))
    is_there(ledger, "batch.path", exchange)
    numbers = [Number(each["tracking_number"], each.get("carrier")) for each in body["shipments"]]
    for each in numbers:
        if each.tracking_number.isdigit():  # which a server may take for a JSON number; every answer is looked at
            api.once(each)
    given = () if exchange.response.succeeded or _all_known(api, numbers) else _SPOILS_NOTHING
    if succeeds(ledger, ["batch.example", "batch.request"], exchange, given=given):
        has_status(ledger, "batch.200", exchange)
        paired(api, ledger, exchange, [each.tracking_number for each in numbers])


@proves(
    "batch.independent", "batch.refusal", "batch.refusal.code", "batch.duplicates", "batch.detected",
    "batch.same-as-single",
    rank=7,
)  # fmt: skip
def test_each_shipment_has_its_own_result(api: Api, facts: Facts, ledger: Ledger) -> None:
    known, missing = facts.known(), facts.missing()
    misfit = mismatches(api, facts)[0]
    # The one that names no carrier comes after one with a carrier that would not do.
    asked = [known, missing, misfit, Number(known.tracking_number), known]
    exchange = api.batch(shipments(asked))
    if not exchange.response.succeeded:
        _why(api, ledger, exchange, known)
        return
    has_status(ledger, "batch.200", exchange)
    results = results_of(api, exchange)
    paired(api, ledger, exchange, [each.tracking_number for each in asked])
    found = [each for each in results if each.get("tracking_number") == known.tracking_number and each.get("status")]
    ledger.judge("batch.independent", exchange, "the known shipment beside refused ones", len(found), holds=bool(found))
    ledger.judge("batch.duplicates", exchange, "every repetition answered", len(found), holds=len(found) == 3)
    if len(results) != len(asked):
        return
    single = api.once(known)
    for place, clause in ((0, "batch.same-as-single"), (3, "batch.detected")):
        same = _same(api, single, results[place])
        ledger.judge(clause, exchange, "what trackShipment answers", results[place], holds=same)
    for place, name in ((1, "not_found"), (2, "invalid_tracking_number")):
        told, code = str(results[place]), api.contract.refusals[name].code
        ledger.judge("batch.refusal.code", exchange, f"the code {code}", told, holds=code in told or name in told)
        if results[place].get("status"):
            ledger.breach("batch.same-as-single", exchange, f"a refusal, {code}", told)


@proves("batch.size", "batch.oversized", rank=8)
def test_a_batch_is_as_large_as_the_plan_allows(api: Api, facts: Facts, ledger: Ledger) -> None:
    """With the key whose plan has the smallest batches, which cost the least."""
    key, plan = facts.key_for(_SMALL_BATCHES)
    check_room(plan, plan.batch_size)
    full, over = largest(api, plan.batch_size, key=key)
    if succeeds(ledger, ["batch.size"], full):
        paired(api, ledger, full, [each.tracking_number for each in filling(api, plan.batch_size)])
    _too_large(api, ledger, plan, over)
    if facts.plan is not None and facts.plan is not plan:
        over = api.batch(shipments(filling(api, facts.plan.batch_size + 1)), expected_cost=1)
        _too_large(api, ledger, facts.plan, over)


@proves("batch.size", rank=92)
def test_a_batch_of_the_keys_own_plan_is_answered(api: Api, facts: Facts, ledger: Ledger) -> None:
    """The last of all where it is dear, if there are lookups left."""
    _, smallest = facts.key_for(_SMALL_BATCHES)
    if facts.plan is None or facts.plan is smallest:
        return
    check_room(facts.plan, facts.plan.batch_size)
    full, _ = largest(api, facts.plan.batch_size)
    if succeeds(ledger, ["batch.size"], full):
        paired(api, ledger, full, [each.tracking_number for each in filling(api, facts.plan.batch_size)])


@proves("batch.request.nonempty", "errors.fields", rank=34)
def test_a_malformed_batch_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    facts.writes()
    empty = api.batch([])
    declined(ledger, "batch.request.nonempty", empty)
    refused(api.contract, ledger, ["errors.400.request"], empty, "invalid_request")
    operation = api.operation("trackBatch")
    for body in ({}, {"shipments": [None]}, {"shipments": [{"carrier": "ups"}]},
                 {"shipments": [{"tracking_number": 12345678}]}):  # fmt: skip
        refused(api.contract, ledger, ["errors.fields"], api.post(operation, body), "invalid_request")


@proves("api.unknown-fields", "errors.415", "batch.length", rank=46)
def test_an_unknown_property_and_a_charset_are_ignored(api: Api, facts: Facts, ledger: Ledger) -> None:
    """In a batch of one, which some writers of JSON put into no list."""
    known = facts.known()
    body = {"shipments": [{**known.shipment, "x_unknown": True}], "x_unknown": {"a": 1}}
    exchange = api.post(api.operation("trackBatch"), body, content_type="application/json; charset=utf-8")
    answer = exchange.operation.answer(exchange.status) if exchange.operation else None
    labelled = answer is None or answer.clause != "errors.415"
    ledger.judge("errors.415", exchange, "application/json with a charset", described(exchange), holds=labelled)
    if labelled and succeeds(ledger, ["api.unknown-fields"], exchange):
        paired(api, ledger, exchange, [known.tracking_number])


@proves("batch.unavailable", "batch.same-as-single", rank=39)
def test_a_carrier_that_is_down_is_refused_in_its_result(api: Api, facts: Facts, ledger: Ledger) -> None:
    known, down = facts.known(), facts.unavailable()
    exchange = api.batch(shipments([down, known]))
    code = "carrier_unavailable"  # as our own name, which an overlay's word is read as
    results = results_of(api, exchange)
    holds = (
        exchange.response.succeeded and len(results) == 2 and code in str(results[0]) and code not in str(results[1])
    )
    ledger.judge("batch.unavailable", exchange, f"{code} in the first result only", described(exchange), holds=holds)
    if holds:
        same = _same(api, api.track(known), results[1])
        ledger.judge("batch.same-as-single", exchange, "what trackShipment answers now", results[1], holds=same)


def _too_large(api: Api, ledger: Ledger, plan: PlanLimits, over: Exchange) -> None:
    if declined(ledger, "batch.size", over):
        refused(api.contract, ledger, ["batch.oversized"], over, "invalid_request")
        named = str(plan.batch_size) in over.response.text and plan.name in over.response.text.lower()
        expected = f"a message that names the plan {plan.name} and its limit {plan.batch_size}"
        ledger.judge("batch.oversized", over, expected, described(over), holds=named)


def _all_known(api: Api, numbers: list[Number]) -> bool:
    """Whether the target has data for each shipment of the page's batch, so that none of them can spoil it."""
    return all(api.once(each).response.succeeded for each in numbers)


def _same(api: Api, single: Exchange, result: dict[str, Any]) -> bool:
    """Whether both tell of the same shipment, in the page's words; the time of the last poll may differ."""
    content = api.operation("trackShipment").success.node["content"]["application/json"]
    page, told = examples(content)["documented"].keys() - {"last_updated"}, api.read(single)
    return all(result.get(name) == told.get(name) for name in page)


def _why(api: Api, ledger: Ledger, exchange: Exchange, known: Number) -> None:
    """Why the whole batch was refused: for a missing carrier, for a repetition, or for its bad numbers."""
    expected, found, blamed = "a 2xx", described(exchange), False
    smaller = (("batch.detected", [Number(known.tracking_number)]), ("batch.duplicates", [known, known]))
    for clause, numbers in smaller:
        answer = api.batch(shipments(numbers))
        blamed |= not ledger.judge(clause, answer, expected, described(answer), holds=answer.response.succeeded)
    if not blamed:
        for clause in ("batch.independent", "batch.200"):
            ledger.breach(clause, exchange, expected, found)
