"""Keys: missing, invented, nearly good, taken back, or in the wrong place."""

import string
from collections.abc import Iterator
from random import Random

from contract_tests.api import Api
from contract_tests.exchange import Exchange, Key
from contract_tests.expect import described, refused
from contract_tests.facts import Facts
from contract_tests.ledger import Ledger
from contract_tests.numbers import MEMBER
from contract_tests.proving import proves
from contract_tests.target import Number
from contract_tests.webhook_lab import WebhookLab

_TOO_LONG = 65
_ANY_IN_SQL = "_"  # fits any character, where a key is looked for with LIKE


@proves("errors.401", rank=5)
def test_a_request_without_a_good_key_is_refused(api: Api, ledger: Ledger) -> None:
    number, chance = Number(api.page_number()), f"{api.random('key').randrange(10**9):09}"
    # One that looks like a key of a plan that nobody has, and one that looks like none.
    invented = [Key(each, "", good=False) for each in (f"tf_live_nobodys_{chance}", MEMBER)]
    message = api.contract.refusals["unauthorized"].message
    for exchange in (api.track(number, keyless=True), *(api.track(number, key=each) for each in invented)):
        if refused(api.contract, ledger, ["errors.401"], exchange, "unauthorized"):
            told = exchange.response.text
            ledger.judge("errors.messages", exchange, f"the message {message!r}", told, holds=message in told)
    refused(api.contract, ledger, ["errors.401"], api.carriers(keyless=True), "unauthorized")


@proves("errors.401", rank=27)
def test_a_key_that_is_nearly_good_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    number, good = Number(api.page_number()), api.session.key.text
    wrong = [Key("", "", good=False)]
    if good.swapcase() != good:
        wrong.append(facts.altered(good.swapcase()))
    # Not of the form of any key: so long that no account has it, and with a character that none has.
    wrong.append(facts.altered(f"{good}{'~' * _TOO_LONG}"))
    another = facts.altered(_another(good, api.random("another key")))
    taken = api.track(number, key=another)
    # Where any key of that form is taken, as mocks do, a longer or a shorter one may be somebody's too.
    if taken.status in api.contract.refusals["unauthorized"].statuses:
        wrong += [facts.altered(f"{good}x"), facts.altered(good[:-1])]
    elif not _is_mock(api, facts):
        refused(api.contract, ledger, ["errors.401"], taken, "unauthorized")
    for each in wrong:
        refused(api.contract, ledger, ["errors.401"], api.track(number, key=each), "unauthorized")


@proves("errors.401", rank=30)
def test_no_operation_is_open(lab: WebhookLab, api: Api, facts: Facts, ledger: Ledger) -> None:
    facts.writes()
    number = {"tracking_number": api.page_number()}
    hook = {**number, "url": "https://example.com/hooks/trackflow"}
    for exchange in (
        api.post(api.operation("trackBatch"), {"shipments": [number]}, keyless=True),
        api.post(api.operation("createWebhook"), hook, keyless=True),
        api.post(api.operation("createWebhook"), hook, key=Key("no-key-of-anyone", "", good=False)),
        *_deletions(lab, api),
    ):
        refused(api.contract, ledger, ["errors.401"], exchange, "unauthorized")


@proves("auth.revoked", "errors.401", rank=12)
def test_a_revoked_key_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    exchange = api.track(Number(api.page_number()), key=facts.revoked_key())
    refused(api.contract, ledger, ["auth.revoked"], exchange, "unauthorized")
    # The page's "invalid" leaves open how a key that was taken back is refused, not that it is.
    holds = not exchange.response.succeeded
    ledger.judge("errors.401", exchange, "no answer to a key that was taken back", described(exchange), holds=holds)


@proves("auth.header-only", rank=31)
def test_a_key_counts_in_its_header_only(api: Api, ledger: Ledger) -> None:
    number, key = Number(api.page_number()), api.session.key.text
    bearer = (("Authorization", f"Bearer {key}"),)
    exchange = api.track(number, query={"api_key": key}, headers=bearer, keyless=True)
    refused(api.contract, ledger, ["auth.header-only"], exchange, "unauthorized")


@proves("order.route-first", rank=42)
def test_an_unknown_route_is_not_found_even_without_a_key(api: Api, ledger: Ledger) -> None:
    exchange = api.call(None, "/no-such-route", keyless=True)
    refused(api.contract, ledger, ["order.route-first"], exchange, "not_found")


@proves("order.key-before-method", "order.key-before-request", rank=43)
def test_strangers_learn_nothing(api: Api, facts: Facts, ledger: Ledger) -> None:
    facts.writes()
    wrong_method = api.call(
        api.operation("listCarriers"), api.operation("listCarriers").path, method="PUT", keyless=True
    )
    malformed = api.post(api.operation("trackBatch"), b'{"shipments": ', keyless=True)
    _unauthorized(api, ledger, "order.key-before-method", wrong_method)
    _unauthorized(api, ledger, "order.key-before-request", malformed)


def _deletions(lab: WebhookLab, api: Api) -> Iterator[Exchange]:
    """The deletion, without a key, of a webhook that is there: a router may refuse an id that none has."""
    identifier = lab.spare[0] if lab.spare else lab.hook("all", ["all"]).id
    if identifier is not None:
        yield api.unsubscribe(identifier, keyless=True)


def _is_mock(api: Api, facts: Facts) -> bool:
    """Whether the target reads the plan off a key that nobody has made, as mocks do for every plan."""
    plan = next(each for each in reversed(list(api.contract.plans)) if each != facts.key.plan)
    invented = facts.altered(f"tf_test_{plan}_{api.random('mock').randrange(10**9):09}")
    return api.track(Number(api.page_number()), key=invented).status not in (
        api.contract.refusals["unauthorized"].statuses
    )


def _another(key: str, chance: Random) -> str:
    """A key of the same form that hardly anybody has, and that some databases take for a pattern of the good one."""
    if key[-1] != _ANY_IN_SQL:
        return key[:-1] + _ANY_IN_SQL
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    others = next((kind.replace(key[-1], "") for kind in kinds if key[-1] in kind), string.digits)
    return key[:-1] + chance.choice(others)


def _unauthorized(api: Api, ledger: Ledger, clause: str, exchange: Exchange) -> None:
    statuses = api.contract.refusals["unauthorized"].statuses
    ledger.judge(clause, exchange, f"{statuses[0]}", described(exchange), holds=exchange.status in statuses)
