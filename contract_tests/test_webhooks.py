"""Subscriptions: made, refused, ended."""

from typing import Any

from contract_tests.api import Api
from contract_tests.contract.operations import examples
from contract_tests.exchange import Exchange
from contract_tests.expect import declined, described, has_status, is_at_its_place, refused, succeeds
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.keyring import Need
from contract_tests.ledger import Ledger
from contract_tests.numbers import pasted
from contract_tests.proving import proves
from contract_tests.spoilt import AGAIN
from contract_tests.subscriptions import Hook, webhook_id
from contract_tests.target import bare
from contract_tests.webhook_lab import ELSEWHERE, WebhookLab

_FILTERS: dict[str, list[str] | None] = {
    "default": None,
    "all": ["all"],
    "delivered": ["delivered"],
    "exception": ["exception"],
}
_STRANGER = Need(other=True)
_EACH = ["delivered", "exception", "all"]


@proves(
    "webhook.path", "webhook.201", "webhook.request.events", "webhook.echo", "webhook.events.default",
    "webhook.request.url.loopback", "webhook.secret.fresh", "webhook.duplicates",
    rank=9,
)  # fmt: skip
def test_a_webhook_is_made(lab: WebhookLab, api: Api, ledger: Ledger) -> None:
    hooks = [lab.hook(name, events) for name, events in _FILTERS.items()]
    hooks.append(lab.hook("each", _EACH))
    made = [hook for hook in hooks if hook.exchange.response.succeeded]
    for hook in hooks:
        told = f"a webhook for {hook.events or 'whatever comes'}"
        accepted = hook.exchange.response.succeeded
        ledger.judge("webhook.request.events", hook.exchange, told, described(hook.exchange), holds=accepted)
    if not made:
        is_at_its_place(api, ledger, hooks[0].exchange)
        return
    has_status(ledger, "webhook.201", made[0].exchange)
    _loopback(ledger, lab, made[0])
    for hook in made:
        _echoed(lab.api, ledger, hook)
    _twins(lab, api, ledger, made)
    secrets = [hook.secret for hook in made]
    if lab.secret is not None:
        ledger.obstacle("webhook.secret.fresh", "one secret serves the whole account, by [webhooks] secret")
    elif len(made) > 1 and all(secrets):
        fresh = len(set(secrets)) == len(made)
        ledger.judge("webhook.secret.fresh", made[-1].exchange, "a secret of its own for each", "repeated", holds=fresh)


@proves(
    "webhook.id", "webhook.delete.path", "webhook.delete.operation", "webhook.delete.204", "webhook.delete.404", rank=11
)
def test_a_webhook_is_deleted_by_its_id(lab: WebhookLab, api: Api, ledger: Ledger) -> None:
    for _ in range(AGAIN):
        hook = lab.hook("each", _EACH)
        if not hook.exchange.response.succeeded:
            raise UnverifiableError("no webhook could be made")
        if not ledger.judge(
            "webhook.id", hook.exchange, "an id in the body", described(hook.exchange), holds=hook.id is not None
        ):
            is_at_its_place(api, ledger, hook.exchange)
            return
        exchange = api.unsubscribe(str(hook.id))
        if not exchange.again:
            break
        del lab.hooks["each"]  # a first answer was spoilt on the way: perhaps it was deleted then
    else:
        raise UnverifiableError("each answer to a deletion was spoilt on the way")
    if not succeeds(ledger, ["webhook.delete.operation", "webhook.id"], exchange):
        is_at_its_place(api, ledger, exchange)
        return
    has_status(ledger, "webhook.delete.204", exchange)
    if exchange.response.body:
        ledger.breach("webhook.delete.204", exchange, "no body", exchange.response.text)
    again = api.unsubscribe(str(hook.id))
    refused(api.contract, ledger, ["webhook.delete.404"], again, "not_found")
    lab.deleted(lab.hooks.pop("each"))
    _no_other(lab, api, ledger)


@proves("errors.fields", rank=97)
def test_a_webhook_for_a_number_of_another_type_is_refused(api: Api, ledger: Ledger) -> None:
    mistyped = _posted(api, {"tracking_number": 12345678, "url": ELSEWHERE})
    refused(api.contract, ledger, ["errors.fields"], mistyped, "invalid_request")


@proves("webhook.delete.404", rank=97)
def test_an_unknown_webhook_is_not_found(api: Api, facts: Facts, ledger: Ledger) -> None:
    facts.writes()
    operation = api.operation("deleteWebhook")
    shape = next(iter(examples(next(iter(api.contract.document["paths"][operation.path]["parameters"]))).values()))
    exchange = api.unsubscribe(str(shape)[:-1] + "0")
    refused(api.contract, ledger, ["webhook.delete.404"], exchange, "not_found")


@proves("webhook.foreign", rank=13)
def test_another_keys_webhook_cannot_be_deleted(lab: WebhookLab, api: Api, facts: Facts, ledger: Ledger) -> None:
    stranger, hook = facts.key_for(_STRANGER)[0], lab.hook("all", _FILTERS["all"])
    if hook.id is None:
        raise UnverifiableError("no webhook could be made")
    exchange = api.unsubscribe(hook.id, key=stranger)
    refused(api.contract, ledger, ["webhook.foreign"], exchange, "not_found")
    if exchange.response.succeeded:
        del lab.hooks["all"]


@proves("webhook.request.required", "webhook.request.url", "webhook.url.code", "errors.fields", rank=14)
def test_a_webhook_without_a_good_number_and_url_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    number = facts.known().tracking_number
    for url in (
        "http://https.example.com/https:/?to=https://example.com/hooks",
        "httpsfoo://example.com/hooks/trackflow",
    ):
        exchange = api.subscribe(number, url)
        declined(ledger, "webhook.request.url", exchange)
        refused(api.contract, ledger, ["webhook.url.code"], exchange, "invalid_request")
    for incomplete in ({"tracking_number": number}, {"url": ELSEWHERE}):
        exchange = _posted(api, incomplete)
        declined(ledger, "webhook.request.required", exchange)
        refused(api.contract, ledger, ["errors.fields"], exchange, "invalid_request")


@proves("webhook.events.unknown", "webhook.events.nonempty", rank=35)
def test_a_filter_that_can_never_fire_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    number = facts.known()
    for clause, events in (("webhook.events.unknown", ["deliverd"]), ("webhook.events.nonempty", [])):
        refused(api.contract, ledger, [clause], api.subscribe(number, ELSEWHERE, events), "invalid_request")


@proves("webhook.number.malformed", rank=37)
def test_a_webhook_for_a_malformed_number_is_refused(api: Api, ledger: Ledger) -> None:
    refused(
        api.contract, ledger, ["webhook.number.malformed"], api.subscribe("??", ELSEWHERE), "invalid_tracking_number"
    )  # fmt: skip


@proves(
    "webhook.number.unknown", "webhook.plans", "webhook.echo", "track.detection.specific", rank=38
)  # fmt: skip
def test_the_smallest_plan_can_subscribe_to_a_number_that_nobody_knows(api: Api, facts: Facts, ledger: Ledger) -> None:
    """At once, and each by itself if that is refused."""
    try:
        key, plan = facts.key_for(Need(plan=next(iter(api.contract.plans))))
    except UnverifiableError as error:
        ledger.obstacle("webhook.plans", str(error))
        key, plan = facts.key, None
    text = "".join(api.random("specific").choices("QVWXYZ", k=11))
    exchange = api.subscribe(pasted(text), ELSEWHERE, key=key)
    told, number = api.read(exchange), text
    if exchange.response.succeeded:
        clauses = ["webhook.number.unknown", *(["webhook.plans"] if plan else [])]
        succeeds(ledger, clauses, exchange)
        if "carrier" in told:
            found = told["carrier"]
            expected = f"carrier null for {text}, which fits a format that takes anything"
            ledger.judge("track.detection.specific", exchange, expected, found, holds=found is None)
        else:
            ledger.obstacle("track.detection.specific", "a new webhook's answer names no carrier")
    else:
        ledger.obstacle("track.detection.specific", f"no webhook for a number of no carrier: {described(exchange)}")
        if plan is not None:
            succeeds(ledger, ["webhook.plans"], api.subscribe(facts.known(), ELSEWHERE, key=key))
        succeeds(ledger, ["webhook.number.unknown"], api.subscribe(text, ELSEWHERE))
        number = facts.missing().tracking_number
        exchange = api.subscribe(pasted(number), ELSEWHERE)
        if not succeeds(ledger, ["webhook.number.unknown"], exchange):
            return
    found = api.read(exchange).get("tracking_number")
    ledger.judge("webhook.echo", exchange, f"tracking_number {number}", found, holds=found == number)


def _no_other(lab: WebhookLab, api: Api, ledger: Ledger) -> None:
    """Enters that the deletion of one webhook has not deleted another, which is deleted now."""
    if not lab.spare:
        return
    other = api.unsubscribe(lab.spare.pop(0))
    gone = other.status in api.contract.refusals["not_found"].statuses
    if gone and other.again:  # the DELETE whose answer was spoilt may have ended it
        return
    expected = "another webhook to be there still, which its own DELETE ends"
    ledger.judge("webhook.delete.operation", other, expected, described(other), holds=not gone)
    if gone:
        lab.one_ends_all = True
        lab.hooks.clear()


def _posted(api: Api, body: dict[str, Any]) -> Exchange:
    return api.post(api.operation("createWebhook"), body)


def _loopback(ledger: Ledger, lab: WebhookLab, hook: Hook) -> None:
    if hook.url.startswith("http://"):
        ledger.hold("webhook.request.url.loopback", hook.exchange)
    else:
        ledger.obstacle("webhook.request.url.loopback", lab.arrivals.why_none or "this is for mocks")


def _twins(lab: WebhookLab, api: Api, ledger: Ledger, made: list[Hook]) -> None:
    """The same request twice, to an HTTPS endpoint."""
    events = made[0].events
    first, second = (api.subscribe(lab.number(), ELSEWHERE, events) for _ in range(2))
    lab.spare += [each for each in map(webhook_id, (api.read(first), api.read(second))) if each is not None]
    accepted = first.response.succeeded
    ledger.judge("webhook.request.url", first, f"a webhook to {ELSEWHERE}", described(first), holds=accepted)
    identifiers = [*(hook.id for hook in made), webhook_id(api.read(first)), webhook_id(api.read(second))]
    distinct = second.response.succeeded and len(set(identifiers)) == len(identifiers)
    if accepted:
        expected = "another webhook, with an id of its own"
        ledger.judge("webhook.duplicates", second, expected, described(second), holds=distinct)


def _echoed(api: Api, ledger: Ledger, hook: Hook) -> None:
    facts = api.read(hook.exchange)
    told: tuple[object, ...] = (facts.get("tracking_number"), facts.get("url"))
    sent: tuple[object, ...] = (bare(hook.number.tracking_number), hook.url)
    if hook.events is None:
        found = facts.get("events")
        ledger.judge("webhook.events.default", hook.exchange, "events ['all']", found, holds=found == ["all"])
    else:
        told, sent = (*told, facts.get("events")), (*sent, hook.events)
    ledger.judge("webhook.echo", hook.exchange, f"{sent} repeated", told, holds=told == sent)
