import json
from dataclasses import replace

import pytest

from mock_server.contract.specification import Specification
from mock_server.domain.clients.journal import KEPT_BODY, Entry, Struck
from mock_server.domain.clients.shown import EntryView

VIEW = EntryView(Specification.load())
SHOW = VIEW.show
KEY = "tf_live_sk_abcdefghijklmnop"
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def entry(
    target: str = "/v2/carriers", body: bytes = b"", reply: bytes = b"", header: str = "x", value: str = ""
) -> Entry:
    return Entry(
        7, 1_781_524_800.0, KEY, None, "GET", target, {header: value}, body, 404, {}, reply, "not_found", f"of {KEY}"
    )


def test_an_entry_is_told_in_two_halves() -> None:
    shown = SHOW(entry("/v2/carriers?x=1", b'{"a": "\xc3\xa9\xff"}'))
    assert (shown["id"], shown["at"], shown["key"]) == ("7", "2026-06-15T12:00:00Z", "tf_live_...mnop")
    assert shown["request"]["url"] == "/v2/carriers?x=1"
    assert shown["request"]["body"] == '{"a": "é\\xff"}'
    assert shown["response"]["status"] == 404


def test_an_entry_has_its_instant_to_the_millisecond_and_how_long_it_took() -> None:
    shown = SHOW(replace(entry(), at=1_781_524_800.0426, seconds=0.0123))
    assert (shown["at"], shown["milliseconds"]) == ("2026-06-15T12:00:00.042Z", 12.3)


def test_an_entry_is_one_line_of_a_log_and_tells_no_secret() -> None:
    struck = (Struck("slow", "latency"),)
    asked = replace(entry(f"/v2/track/1Z?api_key={KEY}"), injected=("slow", "fault-1"), struck=struck, seconds=0.0123)
    assert VIEW.line(asked) == (
        "2026-06-15T12:00:00Z tf_live_...mnop GET /v2/track/1Z?api_key=... 404 12.3 ms [slow: latency, fault-1]"
    )
    assert VIEW.line(replace(entry("/v2/\x1b[31m\nX"), key=None)).endswith(r"- GET /v2/\x1b[31m\nX 404 0.0 ms")


@pytest.mark.parametrize(
    "shown",
    [
        SHOW(entry(f"/v2/carriers?api_key={KEY}&x")),
        SHOW(entry(body=f'{{"key": "{KEY}", "secret": "{SECRET}"}}'.encode())),
        SHOW(entry(reply=json.dumps({"secret": SECRET}).encode())),
        SHOW(entry(reply=f'{{"secret": "{SECRET}"'.encode())),
        SHOW(entry(header="x-api-key", value=KEY)),
        SHOW(entry(header="authorization", value=f"Bearer {KEY}")),
        SHOW(entry(header="cookie", value="session=1234567890abcdef")),
        SHOW(entry(header="referer", value=f"http://localhost/?key={KEY}")),
    ],
)
def test_no_secret_is_shown_wherever_it_is(shown: dict[str, object]) -> None:
    text = json.dumps(shown)
    assert KEY not in text
    assert SECRET not in text
    assert "1234567890abcdef" not in text


WORD = "correct-horse-battery"


@pytest.mark.parametrize(
    "shown",
    [
        SHOW(entry(header="api-key", value=WORD)),
        SHOW(entry(header="x-auth-token", value=WORD)),
        SHOW(entry(header="apikey", value=WORD)),
        SHOW(entry(header="x-access-token", value=WORD)),
        SHOW(entry(header="x-client-secret", value=WORD)),
        SHOW(entry(header="x-amz-security-token", value=WORD)),
        SHOW(entry(header="authorization", value=f"Basic {WORD}")),
        SHOW(entry(header="ocp-apim-subscription-key", value=WORD)),
        SHOW(entry(header="x-functions-key", value=WORD)),
        SHOW(entry(header="x-access-key", value=WORD)),
        SHOW(entry(header="x-jwt", value=WORD)),
        SHOW(entry(header="x-pwd", value=WORD)),
        SHOW(entry(header="passphrase", value=WORD)),
        SHOW(entry(f"/v2/carriers?token={WORD}")),
        SHOW(entry(f"/v2/carriers?x=1&access_token={WORD}&y=2")),
        SHOW(entry(f"/v2/carriers?API_KEY={WORD}")),
        SHOW(entry(f"/v2/carriers?client_secret={WORD}#x")),
        SHOW(entry(f"/v2/carriers?password={WORD}")),
        SHOW(entry(f"/v2/carriers?token[]={WORD}")),
        SHOW(entry(f"/v2/carriers?token%5B%5D={WORD}")),
        SHOW(entry(f"/v2/carriers?data[token]={WORD}")),
        SHOW(entry(f"/v2/carriers?authorization={WORD}")),
        SHOW(entry(f"/v2/carriers?jwt={WORD}")),
        SHOW(entry(f"/v2/carriers?sessionid={WORD}&x-amz-credential={WORD}")),
        SHOW(entry(header="referer", value=f"https://example.com/?auth={WORD}")),
        SHOW(entry(header="referer", value=f"https://user:{WORD}@example.com/")),
        SHOW(entry(body=f'{{"url": "https://{WORD}@example.com/hooks"}}'.encode())),
        SHOW(entry(body=f'{{"url": "https://example.com/hooks?token={WORD}"}}'.encode())),
        SHOW(entry(body=f"token={WORD}&x=1".encode())),
    ],
)
def test_a_secret_of_any_form_is_hidden_where_secrets_are(shown: dict[str, object]) -> None:
    assert WORD not in json.dumps(shown)


def test_what_is_no_secret_is_shown() -> None:
    assert WORD in json.dumps(SHOW(entry(header="idempotency-key", value=WORD)))
    shown = json.dumps(SHOW(entry("/v2/track/1Z?carrier=ups&lang=de", header="accept", value="text/html")))
    assert "/v2/track/1Z?carrier=ups&lang=de" in shown
    assert "text/html" in shown


def test_what_was_cut_is_told() -> None:
    assert SHOW(entry(body=b"x" * KEPT_BODY))["truncated"] is True
    assert SHOW(entry())["truncated"] is False
