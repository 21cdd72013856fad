"""An anonymised capsule is about other numbers, and still means the same."""

import json

import pytest

from mock_server.capsules import replaying
from mock_server.capsules.anonymous import anonymised, respelt
from mock_server.capsules.substitutes import Substitutes
from mock_server.settings import Settings
from mock_server.tests.capsules.sessions import ORDINARY, GeneratedSession
from mock_server.tests.web.control.admin import FREE, NUMBER, Admin
from mock_server.world import Foundation

FOUNDATION = Foundation(Settings())
KNOWN_TO_ALL = ("1Z204E380338943508", "449044304137821")  # the page's example, and a magic one
PRIVATE = tuple(number for number in ORDINARY if number not in KNOWN_TO_ALL)


@pytest.mark.parametrize(
    ("number", "named"),
    [
        ("1Z999AA10123456784", [None, "ups"]),
        ("9400111899223197428490", [None]),
        ("RR123456785GB", [None]),
        ("JD014600003RU", [None]),
        ("123456789012", ["fedex"]),
        ("1Z999AA10123456780", [None]),  # its check digit is wrong
        ("12345678", [None]),  # of no carrier
    ],
)
def test_a_substitute_is_taken_for_the_same(number: str, named: list[str | None]) -> None:
    substitutes = Substitutes(FOUNDATION, "chance")
    other = substitutes.of(number, named)
    assert other != number

    def told(text: str) -> list[tuple[str, str | None, bool | None]]:
        numbering = FOUNDATION.carriers.numbering
        known = substitutes.meanings(text, named)
        return [
            (each.carrier.code, each.service, numbering(each.carrier.code).read(text).check_passes) for each in known
        ]

    assert told(other) == told(number)
    assert Substitutes(FOUNDATION, "chance").of(number, named) == other


@pytest.mark.parametrize("number", KNOWN_TO_ALL)
def test_what_everybody_knows_stays(number: str) -> None:
    assert Substitutes(FOUNDATION, "chance").of(number, [None]) == number


def test_two_numbers_never_become_one() -> None:
    substitutes = Substitutes(FOUNDATION, "chance")
    numbers = [f"{number:08}" for number in range(12345678, 12345738)]
    assert len({substitutes.of(number, [None]) for number in numbers}) == len(numbers)


def test_a_number_is_written_as_it_was() -> None:
    assert respelt("1z 999-aa1", "1Z123BB4") == "1z 123-bb4"


@pytest.mark.parametrize("number", [2, 7])
def test_a_session_about_other_numbers_is_answered_alike(number: int) -> None:
    session = GeneratedSession(number).play()
    capsule = session.capsule()
    other = anonymised(capsule)
    text = json.dumps(other)
    assert not [each for each in PRIVATE if each in text]
    assert [item.get("status") for item in other["story"]] == [item.get("status") for item in capsule["story"]]
    assert [each["state"] for each in other["deliveries"]] == [each["state"] for each in capsule["deliveries"]]
    assert not replaying.replay(other).differences


def test_the_control_plane_anonymises_what_it_is_asked_to(admin: Admin) -> None:
    pasted = f"{NUMBER[:6]}%20{NUMBER[6:].lower()}"
    assert admin.ask(FREE, f"/v2/track/{pasted}").status_code == 200
    capsule = admin.get(f"/capsule?key={FREE}&anonymise=1")
    assert capsule["anonymised"] is True
    (asked,) = capsule["story"]
    assert NUMBER not in json.dumps(capsule)
    assert NUMBER[6:].lower() not in asked["target"]
    assert "%20" in asked["target"]
    assert not replaying.replay(capsule).differences
