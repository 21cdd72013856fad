import json

import pytest

from contract_tests.budget import Budget, BudgetSpentError
from contract_tests.contract.document import Contract
from contract_tests.exchange import Response, SentRequest
from contract_tests.session import UnsafeError
from contract_tests.spoilt import AGAIN, SpoiltError, oddity
from contract_tests.tests.fakes import KEY, a_run, reply
from contract_tests.transport import NoAnswerError

HOOK = {"webhook_id": "wh_1", "secret": "whsec_1"}


def webhooks(request: SentRequest) -> Response:
    return reply(201, HOOK) if request.method == "POST" else reply(204)


def test_what_was_created_is_deleted_at_the_end(contract: Contract) -> None:
    run, script = a_run(contract, webhooks)
    run.api.subscribe("1Z204E380338943508", "https://example.com/")
    run.session.close()
    assert [each.method for each in script.asked] == ["POST", "DELETE"]
    assert script.asked[1].url == "http://target/v2/webhooks/wh_1"
    assert dict(script.asked[1].headers)["X-API-Key"] == KEY


def test_what_was_deleted_before_is_not_deleted_again(contract: Contract) -> None:
    run, script = a_run(contract, webhooks)
    run.api.subscribe("1Z204E380338943508", "https://example.com/")
    run.api.unsubscribe("wh_1")
    run.session.close()
    assert [each.method for each in script.asked] == ["POST", "DELETE"]


def test_the_budget_keeps_a_request_for_each_deletion(contract: Contract) -> None:
    run, script = a_run(contract, webhooks, max_requests=3)
    run.api.subscribe("1Z204E380338943508", "https://example.com/")
    run.api.carriers(again=True)
    with pytest.raises(BudgetSpentError, match="3 requests"):
        run.api.carriers(again=True)
    run.session.close()
    assert len(script.asked) == 3


def test_a_budget_counts_lookups_too() -> None:
    budget = Budget(requests=10, lookups=5)
    budget.take(5)
    with pytest.raises(BudgetSpentError, match="5 lookups"):
        budget.take(1)
    assert budget.spent_requests == 1


@pytest.mark.parametrize(("status", "lookups"), [(200, 4), (400, 1), (401, 0), (429, 0)])
def test_lookups_are_counted_as_the_contract_charges_them(contract: Contract, status: int, lookups: int) -> None:
    run, _ = a_run(contract, lambda _: reply(status, {}))
    run.api.batch([{"tracking_number": "1Z"}] * 4, wanting_429=True)
    assert run.session.budget.spent_lookups == lookups


def test_a_request_without_a_key_costs_no_lookup(contract: Contract) -> None:
    run, script = a_run(contract, lambda _: reply(401, {}))
    run.api.carriers(keyless=True)
    assert run.session.budget.spent_lookups == 0
    assert "X-API-Key" not in dict(script.asked[0].headers)


def test_safe_sends_only_get(contract: Contract) -> None:
    run, script = a_run(contract, webhooks, safe=True)
    with pytest.raises(UnsafeError, match="POST is not sent"):
        run.api.batch([{"tracking_number": "1Z"}])
    assert script.asked == []


@pytest.mark.parametrize("base", ["http://target", "http://target/", "http://target/v2", "http://target/v2/"])
def test_the_base_path_is_added_once(contract: Contract, base: str) -> None:
    run, script = a_run(contract, lambda _: reply(200, {}), base_url=base)
    run.api.carriers()
    assert script.asked[0].url == "http://target/v2/carriers"


def test_curl_repeats_the_request_without_telling_the_key(contract: Contract) -> None:
    run, _ = a_run(contract, lambda _: reply(200, {}))
    exchange = run.api.post(contract.operations["trackBatch"], {"shipments": [{"tracking_number": "it's"}]})
    curl = exchange.request.curl(run.mask)
    assert KEY not in curl
    assert '-H "X-API-Key: $TRACKFLOW_API_KEY"' in curl
    assert curl.startswith("curl -i -X POST http://target/v2/track/batch ")
    body = '{"shipments": [{"tracking_number": "it\'"\'"\'s"}]}'
    assert f"--data-binary '{body}'" in curl
    assert json.loads(exchange.request.body or b"")["shipments"][0]["tracking_number"] == "it's"


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Tue, 14 Jul 2026 09:00:00 GMT", 29 * 86_400),
        ("Mon, 15 Jun 2026 09:00:01 GMT", 0),
        ("yesterday", 0),
        (None, 0),
    ],
)
def test_a_target_that_lives_in_another_time_is_met_there(contract: Contract, date: str | None, ahead: float) -> None:
    run, _ = a_run(contract, lambda _: reply(200, {}, {"Date": date} if date else {}))
    run.api.carriers()
    assert int(run.sleeper.now() - run.sleeper.clock.now()) == ahead


class _Gateway:
    """Answers with the first of these while there are some, and then with what the target says."""

    def __init__(self, *spoilt: Response | NoAnswerError) -> None:
        self.spoilt = list(spoilt)

    def __call__(self, _: SentRequest) -> Response:
        if not self.spoilt:
            return reply(200, {"count": 0, "carriers": []})
        found = self.spoilt.pop(0)
        if isinstance(found, NoAnswerError):
            raise found
        return found


PAGE = Response(502, (("Content-Type", "text/html"),), b"<h1>Bad Gateway</h1>")
CUT = Response(200, (("Content-Type", "application/json"),), b'{"count": 7')


@pytest.mark.parametrize("spoilt", [(PAGE,), (CUT, PAGE), (NoAnswerError("reset"), CUT, PAGE, PAGE)])
def test_what_a_gateway_spoils_is_asked_again_and_told(
    contract: Contract, spoilt: tuple[Response | NoAnswerError, ...]
) -> None:
    run, script = a_run(contract, _Gateway(*spoilt))
    exchange = run.api.carriers()
    assert (exchange.status, exchange.again, len(script.asked)) == (200, len(spoilt), 1 + len(spoilt))
    assert len(run.session.exchanges) == 1
    assert len(run.session.spoilt) == len(spoilt)
    assert [each.clause for each in run.ledger.breaches() if each.clause == "api.json"] == []


def test_what_is_spoilt_every_time_is_the_targets_own(contract: Contract) -> None:
    run, script = a_run(contract, lambda _: PAGE)
    assert run.api.carriers().status == 502
    assert len(script.asked) == 1 + AGAIN
    run.api.carriers(again=True)
    assert len(script.asked) == 1 + AGAIN + 2
    assert run.session.spoilt == []


def test_an_answer_that_fails_to_order_is_taken_at_once(contract: Contract) -> None:
    run, script = a_run(contract, lambda _: reply(503, {"error": "carrier_unavailable"}))
    run.api.track("1Z204E380338943508", wanting_5xx=True)
    assert len(script.asked) == 1


def test_what_may_be_sent_only_once_says_nothing_when_it_is_spoilt(contract: Contract) -> None:
    run, script = a_run(contract, lambda _: PAGE)
    with pytest.raises(SpoiltError, match="spoilt on the way: 502"):
        run.api.subscribe("1Z204E380338943508", "https://example.com/", once=True)
    assert len(script.asked) == 1
    assert run.session.exchanges == []


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json; charset=utf-8"])
def test_json_of_any_name_that_ends_too_early_may_be_a_gateways_doing(kind: str) -> None:
    assert oddity(Response(401, (("Content-Type", kind),), b'{"code": "unautho'))
    assert oddity(Response(401, (("Content-Type", kind),), b'{"code": "unauthorized"}')) is None
