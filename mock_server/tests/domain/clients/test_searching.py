from dataclasses import replace

import pytest

from mock_server.contract.specification import Specification
from mock_server.domain.clients.journal import Entry, Struck
from mock_server.domain.clients.searching import holding
from mock_server.domain.clients.shown import EntryView

VIEW = EntryView(Specification.load())
KEY = "tf_live_sk_abcdefghijklmnop"
ENTRY = Entry(
    4711,
    1_781_524_800.0,
    KEY,
    "trackBatch",
    "POST",
    "/v2/track/1Z%20999?note=M%C3%BCnchen",
    {"user-agent": "Shop/1.0", "x-api-key": KEY, "x-trace": "Wrong Horse", "authorization": "Bearer hush-hush-hush"},
    b'{"carrier": "ups", "city": "K\\u00f6ln", "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}',
    404,
    {"Retry-After": "17"},
    '{"city":"Straße"}'.encode(),
    "not_found",
    "Nobody knows it.",
    ("odd-rule",),
    (Struck("odd-rule", "latency"),),
)


@pytest.mark.parametrize(
    "text",
    [
        "4711",
        "2026-06-15T12:00",
        "trackbatch",
        "post",
        "1Z%20999",
        "1z 999",
        "1z999",
        "münchen",
        "MÜNCHEN",
        "USER-AGENT",
        "shop/1",
        "wrong horse",
        '"carrier":"UPS"',
        '"carrier": "ups"',
        "KÖLN",
        "straße",
        "STRAẞE",
        "404",
        "retry-after",
        "17",
        "not_found",
        "nobody knows it",
        "ODD-RULE",
        "latency",
        KEY,
        "abcdefghij",
    ],
)
def test_a_text_is_found_wherever_it_is_shown_in_any_case_and_spacing(text: str) -> None:
    assert holding(VIEW, text)(ENTRY)


@pytest.mark.parametrize(
    "text", ["nowhere", "hush-hush", "whsec_C2FVsBQ", "C2FVsBQIhrsc", "response", "ups,", "horse404", "Koln"]
)
def test_what_is_masked_or_not_there_is_not_found(text: str) -> None:
    assert not holding(VIEW, text)(ENTRY)


def test_what_came_without_a_key_and_broken_is_looked_through_as_well() -> None:
    broken = replace(ENTRY, key=None, operation=None, body=b"\xff\xfeabc\x00", detail=None)
    assert holding(VIEW, "ABC")(broken)
    assert not holding(VIEW, "nobody knows")(broken)
