import pytest

from mock_server.contract.errors import ApiError
from mock_server.domain.webhooks.subscriptions import MOST_SUBSCRIPTIONS, Subscriptions, check_url


def create(subscriptions: Subscriptions) -> str:
    return subscriptions.create("1Z1", "ups", "https://example.com/", ("all",), 0.0).webhook_id


def test_ids_and_secrets_are_drawn_from_seed_and_key() -> None:
    first = Subscriptions(1, "k").create("1Z1", "ups", "https://example.com/", ("all",), 0.0)
    again = Subscriptions(1, "k").create("1Z1", "ups", "https://example.com/", ("all",), 0.0)
    other = Subscriptions(1, "j").create("1Z1", "ups", "https://example.com/", ("all",), 0.0)
    assert first == again
    assert {first.webhook_id, first.secret} & {other.webhook_id, other.secret} == set()


def test_the_same_subscription_twice_has_two_ids() -> None:
    subscriptions = Subscriptions(0, "k")
    assert create(subscriptions) != create(subscriptions)
    assert len(subscriptions.all()) == 2


def test_a_deleted_webhook_is_not_found_again() -> None:
    subscriptions = Subscriptions(0, "k")
    webhook_id = create(subscriptions)
    assert subscriptions.delete(webhook_id).webhook_id == webhook_id
    with pytest.raises(ApiError, match="not_found"):
        subscriptions.delete(webhook_id)


def test_a_sandbox_holds_a_bounded_number_of_webhooks() -> None:
    subscriptions = Subscriptions(0, "k")
    for _ in range(MOST_SUBSCRIPTIONS):
        create(subscriptions)
    with pytest.raises(ApiError, match="delete some first"):
        create(subscriptions)


@pytest.mark.parametrize("url", ["https://example.com/hook", "http://127.0.0.1:9/x", "https://[2001:db8::1]/"])
def test_a_usable_url_is_let_through(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize("url", ["https://example.com:99999/", "https://[::1/", "https:///path", "https://host:0/"])
def test_a_url_without_a_usable_host_or_port_is_refused(url: str) -> None:
    with pytest.raises(ApiError, match="invalid_request"):
        check_url(url)
