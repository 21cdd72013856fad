import pytest

from contract_tests.contract.loading import load
from mock_server.domain.webhooks.terms import DeliveryRules, delivery_operation, signature_scheme

DOCUMENT = load()
OPERATION = delivery_operation(DOCUMENT)
RULES = DeliveryRules.from_operation(OPERATION)


def test_attempts_wait_thirty_seconds_and_then_twice_as_long_each_time() -> None:
    delays = [RULES.delay(attempt) for attempt in range(1, RULES.attempts + 1)]
    assert delays[:4] == [30, 60, 120, 240]
    assert delays[-2:] == [122_880, None]
    assert RULES.longest_seconds == 245_730


def test_rules_are_values() -> None:
    assert hash(RULES) == hash(DeliveryRules.from_operation(OPERATION))
    assert RULES.ends_on_status == (410,)


def test_a_contract_without_deliveries_says_where_they_belong() -> None:
    with pytest.raises(LookupError, match="put it back where schemas/"):
        delivery_operation({"webhooks": {"trackingEvent": {"post": {}}}})
    with pytest.raises(LookupError, match="no parameter of the delivery has x-signature"):
        signature_scheme({"parameters": []}, DOCUMENT)
