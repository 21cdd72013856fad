"""Magic tracking numbers: as published, acceptable to every check a client may make, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.contract.loading import fixture
from mock_server.domain.shipments.carriers import CarrierDirectory
from mock_server.domain.shipments.magic_numbers import MagicNumbers, MagicScenario

PRIORITY = ("ups", "usps", "fedex", "dhl", "canadapost", "purolator", "ontrac", "amazon", "dpd")
DIRECTORY = CarrierDirectory(fixture("carriers.json"), fixture("number_formats.json"), PRIORITY)
MAGIC = MagicNumbers(fixture("magic_numbers.json"), DIRECTORY)
SCENARIOS = [*(f"{number:03}" for number in (*range(10), *range(11, 18))), "400", "404", "429", "500", "503", "504"]
POSTS = [carrier.code for carrier in DIRECTORY.all() if carrier.type == "postal" and carrier.code != "usps"]
CARRIERS = ["ups", "fedex", "usps", "dhl", "dpd", *POSTS]
EXAMPLES = {"1Z204E380338943508", "449044304137821"}


@pytest.mark.parametrize(
    ("carrier", "delivered", "missing"),
    [
        ("ups", "1ZTFTEST0300000040", "1ZTFTEST0300004046"),
        ("fedex", "990000000047", "990000004042"),
        ("usps", "9400190000000000000045", "9400190000000000004043"),
        ("indiapost", "RR990000045IN", "RR990004042IN"),
        ("royalmail", "RR990000045GB", "RR990004042GB"),
        ("dhl", "9900000040", "9900004041"),
        ("dpd", "99000000000004T", "990000000004040"),
    ],
)
def test_the_published_magic_numbers(carrier: str, delivered: str, missing: str) -> None:
    assert MAGIC.magic_number(carrier, "004") == delivered
    assert MAGIC.magic_number(carrier, "404") == missing


def test_the_scenarios_are_the_published_ones() -> None:
    assert list(MAGIC.scenarios) == SCENARIOS


@pytest.mark.parametrize("scenario", MAGIC.scenarios.values(), ids=lambda scenario: scenario.scenario)
def test_a_scenario_is_a_journey_or_an_error_and_says_which(scenario: MagicScenario) -> None:
    assert (scenario.journey is None) != (scenario.error is None)
    assert scenario.does


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_magic_number_fits_its_carrier_and_passes_its_check_digit(carrier: str) -> None:
    for scenario in SCENARIOS:
        number = MAGIC.magic_number(carrier, scenario)
        assert DIRECTORY.recognise(number, carrier, strict_check_digits=True).text == number
        assert DIRECTORY.numbering(carrier).read(number).check_passes
        assert MAGIC.scenario_of(number, carrier) == scenario


def test_every_magic_number_is_detected_except_the_ambiguous_one() -> None:
    detected = {row.number: DIRECTORY.recognise(row.number).carrier.code for row in MAGIC.magic_numbers()}
    strays = {row.number: detected[row.number] for row in MAGIC.magic_numbers() if detected[row.number] != row.carrier}
    assert strays == {"990000000004040": "fedex"}


def test_the_ambiguous_number_is_magic_for_dpd_only() -> None:
    assert MAGIC.scenario_of("990000000004040", "dpd") == "404"
    assert MAGIC.scenario_of("990000000004040", "fedex") is None


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        pytest.param("1ZTFTEST0300000041", "ups", id="its check digit is wrong"),
        pytest.param("1ZTFTEST0300009998", "ups", id="999 is no scenario"),
        pytest.param("449044304137821", "fedexuk", id="the page's example with another carrier"),
        pytest.param("1Z999AA10123456784", "ups", id="an ordinary number"),
        pytest.param("1ZTFTEST0300000040", "nobody", id="no such carrier"),
        pytest.param("1ZTFTEST0300000040", "17postservice", id="another carrier's number"),
        pytest.param("1Z204E380338943508", "ups", id="the page's example, which has an answer of its own"),
    ],
)
def test_other_numbers_force_nothing(number: str, carrier: str) -> None:
    assert MAGIC.scenario_of(number, carrier) is None


def test_the_page_s_batch_example_is_info_received() -> None:
    assert MAGIC.scenario_of("449044304137821", "fedex") == "001"
    assert MAGIC.scenarios["001"].journey == "info_received"


def test_a_post_delivers_a_magic_number_that_another_issued() -> None:
    assert MAGIC.scenario_of("RR990000045GB", "indiapost") == "004"
    assert MAGIC.scenario_of("RR990000045US", "usps") == "004"


def test_a_national_company_shares_the_numbers_of_its_brand() -> None:
    assert MAGIC.scenario_of(MAGIC.magic_number("dpdgermany", "004"), "dpdgermany") == "004"


def test_the_list_shows_every_scenario_of_one_carrier_per_template() -> None:
    rows = MAGIC.magic_numbers()
    shown = ["ups", "fedex", "usps", "dhl", "dpd", "indiapost"]
    assert [(row.carrier, row.scenario) for row in rows if row.number not in EXAMPLES] == [
        (carrier, scenario) for carrier in shown for scenario in SCENARIOS
    ]
    assert {row.number for row in rows} >= EXAMPLES


def test_the_list_can_be_of_one_post() -> None:
    rows = MAGIC.magic_numbers("japanpost")
    assert {row.carrier for row in rows} == {"japanpost"}
    assert all(row.number.endswith("JP") and row.does for row in rows)


@pytest.mark.parametrize(
    ("carrier", "scenario", "message"),
    [
        ("ups", "999", "'999' is not a scenario; there are 000, 001"),
        ("nobody", "004", "'nobody' is not a carrier code"),
        ("17postservice", "004", "17 Post Service has no magic numbers; ups, fedex, usps, dhl, dpd"),
    ],
)
def test_a_magic_number_that_does_not_exist_is_refused(carrier: str, scenario: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MAGIC.magic_number(carrier, scenario)


@given(number=st.text(), carrier=st.sampled_from(CARRIERS) | st.text())
def test_any_text_may_be_asked_for_its_scenario(number: str, carrier: str) -> None:
    assert MAGIC.scenario_of(number, carrier) in {None, *SCENARIOS}
