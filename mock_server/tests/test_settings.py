"""What settings can be."""

from math import inf, nan
from typing import Any

import pytest

import mock_server
from mock_server.settings import SettingError, Settings
from mock_server.world import Foundation


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"port": 99_999}, "port: 99999 is out of range; use a number from 0 to 65535"),
        ({"seed": "abc"}, "seed: 'abc' is not a whole number"),
        ({"seed": True}, "seed: True is not a whole number"),
        ({"sandboxes": 0}, "sandboxes: 0 is out of range; use a number 1 or more"),
        ({"webhook_retry": inf}, "webhook_retry: inf is out of range; use a number from 0.001 to 86400"),
        ({"webhook_retry": "soon"}, "webhook_retry: 'soon' is not a number"),
        ({"time_scale": nan}, "time_scale: nan is out of range; use a number from 0 to 86400"),
        ({"advertise": "mock-1:8080"}, "advertise: 'mock-1:8080' is no URL; write http://HOST:PORT"),
        ({"instance": "a\r\nX: 1"}, r"instance: 'a\r\nX: 1' is no name"),
        ({"reset_unit": "days"}, "reset_unit: 'days' is not one of epoch, delta"),
        ({"clock": "noon"}, "clock: 'noon' is no instant"),
        ({"clock": "0999-01-01T00:00:00Z"}, "clock: 0999-01-01T00:00:00Z is outside the clock's range"),
        ({"time_scale": 1e-320}, "time_scale: 1e-320 seconds in one is too slow for a clock"),
        ({"host": ""}, "host: it is empty; leave it out for 127.0.0.1"),
        ({"default_plan": "gold"}, "default_plan: 'gold' is no plan"),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_its_value_and_what_can(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SettingError) as caught:
        Foundation(Settings(**given))
    assert str(caught.value).startswith(complaint)


def test_a_mock_for_tests_is_not_started_with_such_a_setting() -> None:
    with pytest.raises(ValueError, match="port: 99999"), mock_server.running(port=99_999):
        pass


def test_the_ends_of_a_range_are_in_it() -> None:
    Settings(port=65_535, webhook_retry=0.001, time_scale=0)
    Settings(port=0, webhook_retry=86_400, time_scale=86_400)


@pytest.mark.parametrize("token", ["", "a", "t0ken", "123456789012345"])
def test_a_token_that_is_soon_guessed_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(SettingError, match=r"admin_token: it has .* characters.*give 16 or more") as caught:
        Settings(admin_token=token)
    assert not token or f"{token!r}" not in str(caught.value)
    assert Settings(admin_token="1234567890123456").admin_token == "1234567890123456"
