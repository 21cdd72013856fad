"""The foundation: what it remembers of what clients send, and what not."""

from contextlib import suppress
from weakref import ref

import pytest

from mock_server.contract.errors import ApiError
from mock_server.settings import Settings
from mock_server.world import Foundation

FOUNDATION = Foundation(Settings())


class Text(str):
    """A text of which can be seen whether anybody still has it."""

    __slots__ = ("__weakref__",)


def held(length: int, carrier: str | None, *, code: bool = False) -> bool:
    """Whether a text of that length is still somewhere after it was looked up as a number, or as a carrier's code."""
    text = Text("1" * length)
    seen = ref(text)
    number, carrier_code = ("1Z204E380338943508", text) if code else (text, carrier)
    with suppress(ApiError):
        FOUNDATION.recognise(number, carrier_code)
    FOUNDATION.parcel(number, carrier_code)
    del text, number, carrier_code
    return seen() is not None


@pytest.mark.parametrize("length", [257, 1000, 1_000_000])
@pytest.mark.parametrize("carrier", [None, "ups", "nobody"])
def test_a_text_longer_than_any_number_is_not_remembered(length: int, carrier: str | None) -> None:
    assert not held(length, carrier)


@pytest.mark.parametrize("length", [257, 1_000_000])
def test_a_text_longer_than_any_carrier_s_code_is_not_remembered(length: int) -> None:
    assert not held(length, None, code=True)


def test_a_number_of_ordinary_length_is_remembered() -> None:
    assert held(30, "ups")


def test_an_error_with_a_long_message_is_written_anew_each_time() -> None:
    errors = FOUNDATION.specification.errors
    short, long = (ApiError("not_found", "x" * length, verbatim=True) for length in (100, 100_000))
    assert errors.reply(short) is errors.reply(short)
    assert errors.reply(long) is not errors.reply(long)
    assert errors.reply(long) == errors.reply(long)
