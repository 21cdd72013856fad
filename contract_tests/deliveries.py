"""One delivery under the contract: where it came, how it is signed, what it says."""

from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

from contract_tests.api import Api
from contract_tests.contract.document import Contract
from contract_tests.contract.loading import resolve
from contract_tests.contract.pointers import follow, pointer
from contract_tests.exchange import JSON, Exchange, SentRequest, media_type
from contract_tests.ledger import Ledger
from contract_tests.passive.history import classes
from contract_tests.receiver import ReceivedDelivery
from contract_tests.signatures import examine
from contract_tests.subscriptions import Hook
from contract_tests.target import bare
from contract_tests.webhook_lab import WebhookLab

_SCHEMA = pointer(("webhooks", "trackingEvent", "post", "requestBody", "content", JSON, "schema"))
_PARAMETERS = pointer(("webhooks", "trackingEvent", "post", "parameters"))


def event_of(contract: Contract, delivery: ReceivedDelivery) -> dict[str, Any]:
    """The delivery's body under the contract's names."""
    facts = contract.read(_SCHEMA, delivery.message.facts)
    return facts if isinstance(facts, dict) else {}


def filters(contract: Contract) -> dict[str, list[str]]:
    """The statuses that each filter lets through."""
    words = contract.document["components"]["schemas"]["Webhook"]["$defs"]["events"]["items"]["oneOf"]
    return {each.get("x-value", each["const"]): each.get("x-statuses", []) for each in words}


def examined(contract: Contract, ledger: Ledger, hook: Hook, delivery: ReceivedDelivery) -> None:
    """Method, media type, signature and body of one delivery."""
    seen, message = _seen(hook, delivery), delivery.message
    meant = f"{hook.url.partition('://')[2].partition('/')[2]}"
    way = f"{delivery.method} {delivery.path}"
    ledger.judge("delivery.operation", seen, f"POST /{meant}", way, holds=_same_way(way, f"POST /{meant}"))
    kind = media_type(message.header("Content-Type"))
    ledger.judge("delivery.content-type", seen, JSON, kind or "none", holds=kind == JSON)
    _signed(contract, ledger, hook, seen)
    complaints = contract.schemas.complaints(message.value, _SCHEMA, "delivery.body")
    for each in complaints:
        ledger.breach(each.clause, seen, each.sentence, each.found)
    for clause in contract.schemas.exercised(message.value, _SCHEMA) - {each.clause for each in complaints}:
        ledger.hold(clause, seen)
    found = event_of(contract, delivery).get("webhook_id")
    ledger.judge("delivery.webhook_id", seen, f"webhook_id {hook.id}", found, holds=found == hook.id)


def _same_way(one: str, other: str) -> bool:
    """Whether both are the same path and the same query, however its letters are escaped."""
    (path, _, query), (other_path, _, other_query) = one.partition("?"), other.partition("?")
    return path == other_path and parse_qsl(query, keep_blank_values=True) == parse_qsl(
        other_query, keep_blank_values=True
    )


def about(api: Api, ledger: Ledger, hook: Hook, delivery: ReceivedDelivery) -> None:
    """Enters whether a delivery that names a shipment names the one subscribed to, wherever in the body."""
    own, named = bare(hook.number.tracking_number), _numbers(delivery.message.value)
    if not named:
        return
    holds = of_its_own(hook, delivery)
    ledger.judge("delivery.operation", _seen(hook, delivery), f"an event of {own}", named, holds=holds)
    current = event_of(api.contract, delivery).get("data")
    if isinstance(current, dict) and isinstance(current.get("tracking_number"), str):
        found = current["tracking_number"]
        ledger.judge("delivery.data.current", _seen(hook, delivery), f"data of {own}", found, holds=bare(found) == own)


def of_its_own(hook: Hook, delivery: ReceivedDelivery) -> bool:
    """Whether the delivery names the shipment that was subscribed to."""
    own = bare(hook.number.tracking_number)
    return any(bare(each) == own for each in _numbers(delivery.message.value))


def _numbers(value: Any) -> list[str]:
    """What stands under the page's own name for a tracking number, anywhere in a JSON value."""
    if isinstance(value, list):
        return [found for each in value for found in _numbers(each)]
    if not isinstance(value, dict):
        return []
    own = [str(value["tracking_number"])] if isinstance(value.get("tracking_number"), (str, int)) else []
    return own + [found for each in value.values() for found in _numbers(each)]


def typed(contract: Contract, ledger: Ledger, hook: Hook, delivery: ReceivedDelivery, kind: str) -> dict[str, Any]:
    """The event's type after the filter that it fits; answers the event."""
    event = event_of(contract, delivery)
    status = classes(contract)[kind]
    schema = resolve(contract.document, follow(contract.document, _SCHEMA))
    types = schema["properties"]["type"]["oneOf"]
    fitting = [each.get("x-value", each["const"]) for each in types if status in each.get("x-statuses", ())]
    rest = [each.get("x-value", each["const"]) for each in types if "x-statuses" not in each]
    expected = (fitting or rest)[0]
    found = event.get("type")
    ledger.judge("delivery.type", _seen(hook, delivery), f"type {expected} for {kind}", found, holds=found == expected)
    return event


def distinct(contract: Contract, ledger: Ledger, hook: Hook, deliveries: list[ReceivedDelivery]) -> None:
    identifiers = [event_of(contract, each).get("id") for each in deliveries]
    if len(identifiers) > 1:
        distinct = len(set(map(str, identifiers))) == len(identifiers)
        ledger.judge("delivery.id.distinct", hook.exchange, "an id for each event", identifiers, holds=distinct)


def ended(lab: WebhookLab, contract: Contract, ledger: Ledger) -> None:
    """Enters, after an event that came to a webhook, that it came to none of those that were deleted before.

    What came before the deletion may be repeated after it, which the page does not speak of.
    """
    lab.arrivals.quiet()
    for hook, seen in lab.ended:
        fresh, again = lab.arrivals.fresh(hook, seen)
        if again:
            expected = "no retry after deletion"
            ledger.breach("webhook.delete.pending", hook.exchange, expected, f"{len(again)} of it")
        named = [event_of(contract, each).get("webhook_id") for each in fresh]
        others = [each for each in named if isinstance(each, str) and each != hook.id]
        if others:  # what was deleted was not this webhook
            ledger.breach("webhook.id", hook.exchange, f"the id that its deliveries name, {others[0]}", hook.id)
            continue
        given = ("delivery.id.stable",) if seen else ()  # how else would one know a retry
        found = f"{len(fresh)} more"
        ledger.judge("webhook.delete.silent", hook.exchange, "nothing delivered", found, holds=not fresh, given=given)


def kept(contract: Contract, ledger: Ledger, hook: Hook, deliveries: list[ReceivedDelivery]) -> None:
    """Each delivery after the first tells all that the one before it told."""
    told = [event_of(contract, each).get("data") for each in deliveries]
    histories = [each["events"] for each in told if isinstance(each, dict) and isinstance(each.get("events"), list)]
    for old, new in pairwise(sorted(histories, key=len)):
        if old:
            lost = [each for each in old if each not in new]
            expected = "every event that was told before"
            ledger.judge("track.events.grow", hook.exchange, expected, f"lost {lost[:1]}", holds=not lost)


def _seen(hook: Hook, delivery: ReceivedDelivery) -> Exchange:
    """A delivery as evidence: the request that asked for it, and the message that came."""
    made = hook.exchange
    request = SentRequest("POST", hook.url, delivery.message.headers, delivery.message.body)
    return Exchange(made.number, request, delivery.message, None, None, 0, made.probe, seconds=made.seconds)


def _signed(contract: Contract, ledger: Ledger, hook: Hook, seen: Exchange) -> None:
    parameter = follow(contract.document, _PARAMETERS)[0]
    name, place = parameter["name"], f"{_PARAMETERS}/0/schema"
    value = seen.response.header(name)
    if (
        not ledger.judge("delivery.signature", seen, f"a header {name}", value or "none", holds=bool(value))
        or value is None
    ):
        return
    complaints = contract.schemas.complaints(value, place)
    for clause in contract.schemas.exercised(value, place):
        broken = [each for each in complaints if each.clause == clause]
        ledger.judge(clause, seen, broken[0].expected if broken else "", value, holds=not broken)
    if hook.secret is None:
        ledger.obstacle("delivery.signature.hmac", "the new webhook's answer shows no secret")
        return
    signed = examine(value, hook.secret, seen.response, hook.url)
    ledger.judge("delivery.signature.hmac", seen, "an HMAC-SHA256 with the webhook's secret", value, holds=signed.hmac)
    if signed.hmac:
        ledger.judge("delivery.signature.raw", seen, "a signature of the raw body alone", value, holds=signed.raw)
