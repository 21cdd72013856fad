"""Check digits against published numbers, and what each algorithm promises to catch."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.domain.shipments.check_digits import ALPHABET, RULES, check_digit

FEDEX_12: dict[str, Any] = {"weights": [3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]}
FEDEX_34: dict[str, Any] = {"weights": [1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]}
UPS: dict[str, Any] = {"even": 1, "odd": 2}
FEDEX_GROUND: dict[str, Any] = {"even": 1, "odd": 3}

DIGITS = st.text("0123456789", min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("rule", "parameters", "serial", "expected"),
    [
        pytest.param("mod10", UPS, "204E38033894350", "8", id="the page's UPS number"),
        pytest.param("mod10", UPS, "XX3150YW4407002", "3", id="UPS SurePost"),
        pytest.param("mod10", UPS, "150623562", "0", id="UPS waybill"),
        pytest.param("mod10", FEDEX_GROUND, "44904430413782", "1", id="the page's FedEx number"),
        pytest.param("mod11_10", FEDEX_12, "98657878885", "5", id="FedEx Express"),
        pytest.param("mod11_10", FEDEX_34, "0077901797269", "7", id="FedEx Express, 34 digits"),
        pytest.param("gs1", {}, "7112345678912345678", "7", id="USPS, 20 digits"),
        pytest.param("gs1", {}, "940011120255584233266", "9", id="USPS IMpb"),
        pytest.param("s10", {}, "12345678", "5", id="S10"),
        pytest.param("s10", {}, "95808357", "8", id="S10, EMS"),
        pytest.param("mod7", {}, "331881002", "5", id="DHL Express"),
        pytest.param("mod37_36", {}, "09980000020033", "F", id="DPD"),
        pytest.param("luhn", {}, "33000000000", "1", id="Purolator"),
    ],
)
def test_a_published_number_ends_in_the_check_digit_we_compute(
    rule: str, parameters: dict[str, Any], serial: str, expected: str
) -> None:
    assert check_digit(rule, parameters)(serial) == expected


def test_s10_writes_ten_as_zero_and_eleven_as_five() -> None:
    assert check_digit("s10", {})("00000008") == "0"  # 7 * 8 is 1 mod 11, and 11 - 1 is ten
    assert check_digit("s10", {})("00000000") == "5"


@pytest.mark.parametrize(("rule", "parameters"), [("gs1", {}), ("luhn", {}), ("mod10", FEDEX_GROUND), ("mod37_36", {})])
@given(data=st.data(), serial=DIGITS)
def test_any_single_wrong_digit_is_caught(
    rule: str, parameters: dict[str, Any], data: st.DataObject, serial: str
) -> None:
    place = data.draw(st.integers(0, len(serial) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != serial[place]))
    compute = check_digit(rule, parameters)
    assert compute(serial) != compute(serial[:place] + wrong + serial[place + 1 :])


@given(serial=DIGITS)
def test_mod37_36_leaves_a_remainder_of_one(serial: str) -> None:
    """ISO/IEC 7064 defines validity so: run over the check character too, the rest must be 1."""
    product = 36
    for sign in serial + check_digit("mod37_36", {})(serial):
        total = (product + ALPHABET.index(sign)) % 36
        product = (total or 36) * 2 % 37
    assert total == 1


@given(serial=DIGITS)
def test_gs1_makes_the_weighted_sum_a_multiple_of_ten(serial: str) -> None:
    digits = [int(digit) for digit in reversed(serial + check_digit("gs1", {})(serial))]
    assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_an_unknown_rule_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'mod97' is not a check digit rule; known are .*mod10, gs1, luhn") as refusal:
        check_digit("mod97", {})
    assert all(rule in str(refusal.value) for rule in RULES)
