"""The whole directory of carriers, for tests."""

from typing import Any

import pytest

from contract_tests.contract.loading import fixture
from mock_server.contract.errors import ApiError
from mock_server.domain.shipments.carriers import CarrierDirectory

RECORDS: list[dict[str, Any]] = fixture("carriers.json")
FORMATS: list[dict[str, Any]] = fixture("number_formats.json")
PRIORITY = ("ups", "usps", "fedex", "dhl", "canadapost", "purolator", "ontrac", "amazon", "dpd")
DIRECTORY = CarrierDirectory(RECORDS, FORMATS, PRIORITY)
S10 = "^[A-Z]{2}[0-9]{9}[A-Z]{2}$"
GENERIC = "^[A-Z0-9]{8,35}$"


def carrier_code(number: str, directory: CarrierDirectory = DIRECTORY) -> str:
    return directory.recognise(number).carrier.code


def refusal(number: str, carrier: str | None = None, *, strict: bool = False) -> ApiError:
    with pytest.raises(ApiError) as refused:
        DIRECTORY.recognise(number, carrier, strict_check_digits=strict)
    return refused.value


(ISSUED_BY_POSTS,) = (form for form in FORMATS if form.get("carrier_type") == "postal")
