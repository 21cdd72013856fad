"""ShipmentSource: a shipment is a pure function of seed, number and instant."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from random import Random

import pytest

from mock_server.contract.messages import encode
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.source import ShipmentSource
from mock_server.tests.domain.shipments.shipping import (
    CARRIERS,
    DISPATCH,
    EXAMPLE,
    magic_number,
    new_source,
    random_numbers,
)

NOW = 1795435200.0  # 2026-11-23T12:00:00Z
ASKED = [(number, NOW + index * 7207) for index, number in enumerate(random_numbers(700, 11))]
ASKED += [(magic_number(f"{scenario:03}"), NOW) for scenario in (0, 2, 3, 5, 11, 12, 15, 16)]


def body(source: ShipmentSource, number: TrackingNumber, instant: float) -> bytes:
    return encode(source.journey(7, number, instant).at(instant).facts("ja"))


def digest(source: ShipmentSource) -> str:
    return sha256(b"\n".join(body(source, *asked) for asked in ASKED)).hexdigest()


def test_the_order_of_questions_changes_no_answer() -> None:
    answers = {asked: body(DISPATCH, *asked) for asked in ASKED}
    shuffled = Random(1).sample(ASKED, len(ASKED))
    source = new_source()
    assert {asked: body(source, *asked) for asked in shuffled} == answers


def test_eight_threads_change_no_answer() -> None:
    source = new_source()
    with ThreadPoolExecutor(8) as pool:
        questions = [asked for asked in ASKED for _ in range(3)]
        answers = list(pool.map(lambda asked: body(source, *asked), questions))
    assert answers == [body(DISPATCH, *asked) for asked in questions]


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_another_process_gives_the_same_bytes(hash_seed: str) -> None:
    code = "from mock_server.tests.domain.shipments.test_source import digest, new_source; print(digest(new_source()))"
    environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(filter(None, sys.path))}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == digest(DISPATCH)


def test_another_seed_gives_other_shipments() -> None:
    number, instant = ASKED[0]
    bodies = {encode(DISPATCH.journey(seed, number, instant).at(instant).facts("en")) for seed in range(20)}
    assert len(bodies) > 10


def twins(text: str, *carriers: str) -> list[TrackingNumber]:
    """One number of carriers of one kind and country."""
    return [CARRIERS.recognise(text, carrier) for carrier in carriers]


def test_the_same_digits_of_another_carrier_are_another_shipment() -> None:
    routes = {
        DISPATCH.journey(0, CARRIERS.recognise("990000000004040", carrier), NOW).origin for carrier in ("fedex", "dpd")
    }
    assert len(routes) == 2
    timings = [DISPATCH.journey(0, number, NOW).events for number in twins("990000000004041", "anteraja", "sicepat")]
    assert timings[0] != timings[1]


def test_the_number_of_the_page_answers_the_page_s_example_whenever_it_is_asked() -> None:
    number = CARRIERS.recognise("1Z204E380338943508")
    for instant in (0.0, NOW, 4e9):
        facts = DISPATCH.journey(3, number, instant).at(instant).facts("en")
        assert json.dumps(facts) == json.dumps(EXAMPLE)


def test_the_page_s_number_with_another_carrier_is_an_ordinary_one() -> None:
    other = TrackingNumber("1Z204E380338943508", CARRIERS.recognise("12345678901234", "evri").carrier)
    assert DISPATCH.journey(3, other, NOW).polled_at is None


def test_without_an_example_its_number_is_an_ordinary_one() -> None:
    plain = new_source(documented=None)
    assert plain.journey(3, CARRIERS.recognise("1Z204E380338943508"), NOW).polled_at is None
