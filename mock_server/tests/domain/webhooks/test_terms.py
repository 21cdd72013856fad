"""DeliveryTerms: what a delivery is sent with."""

from copy import deepcopy
from dataclasses import replace

import pytest
from standardwebhooks import Webhook

from mock_server.domain.webhooks.delivery import Delivery
from mock_server.domain.webhooks.terms import DeliveryTerms, flawed
from mock_server.tests.domain.shipments.shipping import SPECIFICATION
from mock_server.tests.domain.webhooks.webhook_sandbox import START, TERMS

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{ "id": "evt_1", "city": "Zürich", "api_version": 2.0 }'.encode()
DELIVERY = Delivery(
    "dlv_1", "evt_1", "tracking.updated", "wh_1", "1Z1", "http://127.0.0.1/", START, BODY, SECRET, START
)
SIGNATURE = "X-TrackFlow-Signature"


def test_a_delivery_is_json_signed_over_its_exact_bytes() -> None:
    headers = TERMS.headers(DELIVERY, START)
    assert headers["Content-Type"] == "application/json"
    assert TERMS.scheme.accepts(SECRET, BODY, headers[SIGNATURE])
    assert list(headers) == ["Content-Type", "User-Agent", SIGNATURE]


def test_the_standard_headers_are_there_when_asked_for_and_an_independent_judge_accepts_them() -> None:
    from datetime import UTC, datetime

    now = datetime.now(UTC).timestamp()  # noqa: TID251 - the judge reads the machine's clock, and so must this
    headers = replace(TERMS, standard=True).headers(DELIVERY, now)
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("evt_1", str(int(now)))
    assert Webhook(SECRET).verify(BODY, headers)["city"] == "Zürich"


@pytest.mark.parametrize("standard", [False, True])
def test_an_unsigned_delivery_has_no_signature_at_all(standard: bool) -> None:
    headers = replace(TERMS, standard=standard).headers(replace(DELIVERY, secret=None), START)
    assert list(headers) == ["Content-Type", "User-Agent"]


def test_a_flawed_signature_has_the_right_form_and_is_wrong() -> None:
    terms = replace(TERMS, standard=True)
    good, bad = (terms.headers(replace(DELIVERY, flawed=flaw), START) for flaw in (False, True))
    for name in (SIGNATURE, "webhook-signature"):
        assert len(good[name]) == len(bad[name])
        assert sum(one != other for one, other in zip(good[name], bad[name], strict=True)) == 1
    assert {name for name in good if good[name] != bad[name]} == {SIGNATURE, "webhook-signature"}


def test_a_flaw_always_changes_something() -> None:
    assert all(flawed(f"sha256={digit * 64}") != f"sha256={digit * 64}" for digit in "0123456789abcdef")


def test_what_a_rule_had_a_hand_in_is_labelled_unless_nothing_may_be_sent_beyond_the_contract() -> None:
    spoilt = replace(DELIVERY, faults=("late", "twice"))
    assert replace(TERMS, label="X-Mock-Fault").headers(spoilt, START)["X-Mock-Fault"] == "late, twice"
    assert "X-Mock-Fault" not in replace(TERMS, label="X-Mock-Fault").headers(DELIVERY, START)
    assert "X-Mock-Fault" not in TERMS.headers(spoilt, START)


def test_quick_retries_change_the_first_delay_and_nothing_else() -> None:
    quick = DeliveryTerms.from_document(SPECIFICATION.document, first_delay=0.1)
    assert [quick.rules.delay(attempt) for attempt in (1, 2, 3, 14)] == [0.1, 0.2, 0.4, None]


def test_a_contract_that_does_not_deliver_is_told_so() -> None:
    document = deepcopy(dict(SPECIFICATION.document))
    del document["webhooks"]
    with pytest.raises(ValueError, match="x-delivery"):
        DeliveryTerms.from_document(document)
