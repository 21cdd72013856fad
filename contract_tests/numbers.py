"""Tracking numbers for probes, made from what the target itself says."""

import re
from collections.abc import Sequence
from typing import Any

from contract_tests.api import Api
from contract_tests.contract.dialects import reader
from contract_tests.contract.operations import examples
from contract_tests.exchange import JSON
from contract_tests.target import Number

MEMBER = "constructor"  # nobody's name for anything, but a member of every object in JavaScript


def number_like(api: Api, known: Number | None, purpose: str) -> Number:
    """A number of the same form as the known one, or as the page's, that nobody is likely to have sent."""
    model = known or Number(api.page_number())
    digits = api.random("number", purpose)
    text, kept = model.tracking_number, 2
    tail = "".join(digits.choice("0123456789") if each.isdigit() else each for each in text[kept:])
    return Number(text[:kept] + tail, model.carrier)


def page_numbers(api: Api) -> list[Number]:
    """The numbers of the page's batch, but for the known one."""
    content = api.operation("trackBatch").node["requestBody"]["content"][JSON]
    page = examples(content)["documented"]["shipments"]
    known = api.facts.known().tracking_number
    return [Number(each["tracking_number"], each.get("carrier")) for each in page if each["tracking_number"] != known]


def with_wrong_check_digit(number: Number) -> Number:
    """The number with another last digit."""
    text = number.tracking_number
    place = max(index for index, each in enumerate(text) if each.isdigit())
    return Number(text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :], number.carrier)


def pasted(text: str) -> str:
    """The number as people paste it."""
    lower = text.lower()
    return f" {lower[:2]} {lower[2:6]}-{lower[6:]} "


def carrier_row(rows: Sequence[dict[str, Any]], code: object) -> dict[str, Any] | None:
    return next((each for each in rows if each.get("code") == code), None)


def another_carrier(rows: Sequence[dict[str, Any]], text: str) -> Number | None:
    """The number under the first carrier whose tracking_format it does not match."""
    for row in rows:
        if isinstance(row.get("code"), str) and not matches(row, text):
            return Number(text, row["code"])
    return None


def matches(row: dict[str, Any] | None, text: str) -> bool:
    """Whether the carrier's format lets the number through; a format that cannot be read says nothing, so it does."""
    try:
        return row is None or reader(str(row.get("tracking_format", "")))(text)
    except re.error:
        return True
