"""The directory, and the carrier that is recognised in a tracking number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.contract.errors import ApiError
from mock_server.domain.shipments.carriers import Carrier, CarrierDirectory
from mock_server.tests.domain.shipments.directory import (
    DIRECTORY,
    FORMATS,
    GENERIC,
    PRIORITY,
    RECORDS,
    S10,
    carrier_code,
    refusal,
)


def test_the_directory_has_724_carriers_and_the_page_s_two_come_first() -> None:
    carriers = DIRECTORY.all()
    assert len(carriers) == 724
    assert carriers[0] == Carrier("ups", "UPS", "US", "express", "^1Z[A-Z0-9]{16}$")
    assert carriers[1] == Carrier("indiapost", "India Post EMS", "IN", "postal", S10)


def test_every_record_is_complete_and_says_where_it_comes_from() -> None:
    for record in RECORDS:
        assert re.fullmatch("[a-z0-9]+", record["code"]), record
        assert re.fullmatch("[A-Z]{2}", record["country"]), record
        assert record["name"] == record["name"].strip() != "", record
        assert re.fullmatch(r"\^.+\$", record["tracking_format"]), record
        assert (record["tracking_format"] == GENERIC) == (record["format_source"] == "generic"), record
        assert record["sources"], record


def test_a_carrier_is_published_as_the_page_shows_it() -> None:
    assert DIRECTORY.all()[0].to_json() == {
        "code": "ups",
        "name": "UPS",
        "country": "US",
        "type": "express",
        "tracking_format": "^1Z[A-Z0-9]{16}$",
    }


def test_a_brand_and_the_owner_of_a_format_are_carriers() -> None:
    named = {record["brand"] for record in RECORDS if "brand" in record}
    named |= {record["carrier"] for record in FORMATS if "carrier" in record}
    assert all(DIRECTORY.get(code) for code in named)


def test_a_code_that_is_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'ups' is listed twice"):
        CarrierDirectory([RECORDS[0], RECORDS[0]], FORMATS)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("india", "indiapost"),
        ("CESKA", "ceskaposta"),
        ("eská", "ceskaposta"),
        ("", "ups"),
        ("fedex uk", "fedexuk"),
        ("FR", "dpdfrance"),
    ],
)
def test_a_search_ignores_case_and_accents(word: str, code: str) -> None:
    assert code in {carrier.code for carrier in DIRECTORY.search(word)}


def test_a_search_for_a_country_finds_its_carriers_only() -> None:
    assert {carrier.country for carrier in DIRECTORY.search("IN")} == {"IN"}
    assert {carrier.country for carrier in DIRECTORY.search("in")} > {"IN"}


def test_a_search_for_nothing_known_finds_nothing() -> None:
    assert DIRECTORY.search("no such carrier") == ()


def test_the_page_s_numbers_are_recognised() -> None:
    ups = DIRECTORY.recognise("1Z204E380338943508")
    assert (ups.carrier.code, ups.carrier.name, ups.service) == ("ups", "UPS", "UPS Ground")
    fedex = DIRECTORY.recognise("449044304137821")
    assert (fedex.carrier.code, fedex.service) == ("fedex", "FedEx Ground")


def test_a_number_is_recognised_and_kept_in_its_normal_form() -> None:
    assert DIRECTORY.recognise(" 1z204e38-0338-943508 ", "ups").text == "1Z204E380338943508"


@pytest.mark.parametrize("number", ["330000000001", "990000000004040"])
def test_a_number_that_passes_for_two_carriers_goes_by_priority(number: str) -> None:
    assert carrier_code(number) == "fedex"
    swapped = CarrierDirectory(RECORDS, FORMATS, ("dpd", "purolator", "fedex"))
    assert carrier_code(number, swapped) in {"dpd", "purolator"}


def test_without_a_priority_the_first_by_code_wins() -> None:
    assert carrier_code("990000000004040", CarrierDirectory(RECORDS, FORMATS)) == "dpd"


def test_the_check_digit_breaks_a_tie_against_the_priority() -> None:
    assert carrier_code("09980000020033F") == "dpd"
    assert carrier_code("000000000000198") == "dpd"  # FedEx Ground would end in 2


@pytest.mark.parametrize("number", ["1Z204E380338943507", "999999999999", "RB123456784GB"])
def test_a_wrong_check_digit_does_not_stop_detection(number: str) -> None:
    DIRECTORY.recognise(number)


def test_every_post_s_country_picks_a_post_of_that_country() -> None:
    countries = {carrier.country for carrier in DIRECTORY.all() if carrier.type == "postal"}
    assert len(countries) == 203
    for country in countries:
        number = DIRECTORY.recognise("RB123456785" + country)
        assert number.issuer_country == number.carrier.country == country
        assert number.carrier.type == "postal"


@pytest.mark.parametrize(
    ("suffix", "code"), [("US", "usps"), ("CA", "canadapost"), ("BA", "bhposta"), ("GB", "royalmail")]
)
def test_the_suffix_of_an_s10_number_picks_the_post(suffix: str, code: str) -> None:
    assert carrier_code("RB123456785" + suffix) == code


def test_a_post_is_preferred_to_dhl_ecommerce_for_an_s10_number() -> None:
    assert carrier_code("LX123456785CN") == "chinapost"
    assert carrier_code("LX123456786TH") == "thailandpost"


def test_any_post_tracks_a_number_that_another_post_issued() -> None:
    number = DIRECTORY.recognise("RB123456785GB", "indiapost")
    assert (number.carrier.code, number.issuer_country) == ("indiapost", "GB")


def test_a_suffix_that_is_no_country_names_no_issuer() -> None:
    assert refusal("RB123456785XX").code == "not_found"
    assert DIRECTORY.recognise("RB123456785XX", "indiapost").issuer_country is None


def test_a_national_company_reads_numbers_as_its_brand_does() -> None:
    assert DIRECTORY.recognise("449044304137821", "fedexuk").service == "FedEx Ground"
    assert refusal("09980000020033D", "dpdgermany", strict=True).code == "invalid_tracking_number"


def test_a_carrier_with_a_generic_format_is_never_detected() -> None:
    assert DIRECTORY.recognise("ABCDEFGH", "17postservice").carrier.code == "17postservice"
    assert refusal("ABCDEFGH").code == "not_found"


def test_one_new_record_is_enough_for_a_carrier_to_be_detected() -> None:
    record = {"code": "acme", "name": "Acme", "country": "US", "type": "regional", "tracking_format": "^ACME[0-9]{4}$"}
    assert carrier_code("ACME0042", CarrierDirectory([*RECORDS, record], FORMATS, PRIORITY)) == "acme"


@pytest.mark.parametrize(
    "number", ["", "1234", "A" * 51, "1Z204E38033894350\u0661", "12\x00345", "1Z/204", "x" * 1_000_000]
)
def test_what_cannot_be_a_number_is_invalid(number: str) -> None:
    error = refusal(number)
    assert error.code == "invalid_tracking_number"
    assert len(str(error)) < 1000


def test_a_number_that_no_carrier_recognises_is_not_found() -> None:
    assert refusal("INVALIDNUMBER").code == "not_found"
    assert refusal("12345").code == "not_found"


@pytest.mark.parametrize(
    "number", ["1Z204E38033894350", "449044304137821", "", "1Z204E380338943508\x00", "K1506235620"]
)
def test_a_number_that_does_not_fit_its_carrier_is_invalid(number: str) -> None:
    error = refusal(number, "ups")
    assert error.code == "invalid_tracking_number"
    assert error.detail == f"{number!r} does not match the UPS format ^1Z[A-Z0-9]{{16}}$"


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("UPS", "did you mean 'ups'?"),
        ("india-post", "did you mean 'indiapost'"),
        ("fedexx", "did you mean 'fedex'"),
        ("", "leave the carrier out"),
        ("z" * 100_000, "the list of carriers has every code"),
    ],
)
def test_an_unknown_carrier_is_an_invalid_request_and_the_fix_is_named(code: str, fix: str) -> None:
    error = refusal("1Z204E380338943508", code)
    assert error.code == "invalid_request"
    assert fix in str(error)
    assert len(str(error)) < 200


def test_a_wrong_check_digit_is_refused_only_when_strict() -> None:
    assert DIRECTORY.recognise("1Z204E380338943507", "ups").carrier.code == "ups"
    for carrier in ("ups", None):
        error = refusal("1Z204E380338943507", carrier, strict=True)
        assert error.code == "invalid_tracking_number"
        assert "'1Z204E380338943508' would pass" in str(error)


@pytest.mark.parametrize("number", ["1Z204E380338943508", "JJD0000000000000000", "RB123456785IN"])
def test_strictness_spares_a_right_check_digit_and_numbers_without_one(number: str) -> None:
    assert DIRECTORY.recognise(number, strict_check_digits=True).text == number


@given(
    text=st.text()
    | st.text("0123456789ABCZ -", max_size=60)
    | st.from_regex("[A-Z]{2}[0-9]{9}[A-Z]{2}", fullmatch=True),
    code=st.none() | st.sampled_from([carrier.code for carrier in DIRECTORY.all()]) | st.text(),
    strict=st.booleans(),
)
def test_any_text_is_recognised_or_refused_by_the_contract(text: str, code: str | None, strict: bool) -> None:
    try:
        number = DIRECTORY.recognise(text, code, strict_check_digits=strict)
    except ApiError:
        return
    assert re.fullmatch(number.carrier.tracking_format, number.text)
    assert code is None or number.carrier.code == code
