"""What a command says is compared by what is in it."""

import json
from tempfile import gettempdir

import pytest

from mock_server.lab.output import UsualOutput, lost, steady, words

TWO = [{"number": "1Z2", "status": "in_transit"}, {"number": "449", "status": "delivered"}]


def test_words_of_an_answer_are_those_of_its_values() -> None:
    assert words(b'{"status": "in_transit", "tracking_number":"1Z204E380338943508", "to": "NY"') == {
        "in_transit",
        "1Z204E380338943508",
    }
    assert words("it is in_transit", b"\xff") == {"in_transit"}


def test_of_json_each_value_is_a_line_in_one_line_or_in_many() -> None:
    for indent in (None, 2):
        usual = [json.dumps({"took": place, "shipments": TWO}, indent=indent) for place in range(2)]
        less = json.dumps({"took": 9, "shipments": TWO[:1]}, indent=indent)
        assert lost(steady(usual), less) == ['shipments number: "449"', 'shipments status: "delivered"']
        assert UsualOutput.of(usual).new(less) == [], "who leaves something out says nothing"


@pytest.mark.parametrize(
    ("usual", "then", "told"),
    [
        ('{"tracked": ["1Z2", "449"], "failed": []}', '{"tracked": ["1Z2"], "failed": ["449"]}', True),
        ('{"1Z2": "in_transit", "449": "delivered"}', '{"1Z2": "in_transit", "449": null}', False),
        ("tracked: 1Z2, 449", "tracked: 1Z2", False),
        ("tracked: 1Z2, 449", "tracked: 1Z2; not there: 449", True),
        ("3 tracked, 0 failed", "2 tracked, 1 failed", True),
        ("tracked 3 of 3", "tracked 2 of 3", True),
        ("errors: 0", "errors: 1", True),
        ("tracked 3 shipments", "tracked 2 shipments", False),
        ("27/11: 0 skipped", "28/11: 0 skipped", False),
        (f"Picked up -Dtrust={gettempdir()}/a_x/ca.pem", f"Picked up -Dtrust={gettempdir()}/zhqk/ca.pem", False),
        ("1Z2 is in_transit", "request failed, retrying in 0.5 s", False),
        ("1Z2 is in_transit", "Retrying main.track in 0.5 seconds as it raised HTTPError", False),
        ("1Z2 is in_transit", "gave up after retrying in vain", True),
    ],
)
def test_what_went_wrong_is_said_in_words_or_counted(usual: str, then: str, told: bool) -> None:
    assert bool(UsualOutput.of([usual]).new(then)) == told


def test_what_trying_again_takes_is_nothing_that_a_run_must_say() -> None:
    said = '{"count": 724, "x_ratelimit_remaining": "299"}'
    assert steady([said] * 3) == {"count: 724": 1}
    assert steady(["724 carriers\ndone in 0s, 299 lookups remain"] * 3) == {"724 carriers": 1}


def test_colours_and_bells_are_not_said() -> None:
    assert UsualOutput.of(["ok"]).new("\x1b[31;1mnot found\x1b[0m\x07\x00") == ["not found"]
    assert UsualOutput.of(["not found"]).new("\x1b[31mnot found\x1b[0m") == []


def test_what_is_odd_in_json_is_no_reason_to_fail() -> None:
    assert lost(steady(['{"a": "\\ud800"}'] * 3), "{}") == ['a: "?"'], "a half of a character"
    assert UsualOutput.of(["[]"]).new("[" * 100_000 + "]" * 100_000) == []
    assert UsualOutput.of(["1 failed"]).new(f"{'9' * 5000} failed") == []
