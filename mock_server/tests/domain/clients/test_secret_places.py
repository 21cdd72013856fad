import re
from typing import Any

import pytest

from mock_server.contract.specification import Specification
from mock_server.domain.clients.journal import Entry
from mock_server.domain.clients.secret_places import header_tells_secret, tells_secret
from mock_server.domain.clients.shown import EntryView, without_secrets

VIEW = EntryView(Specification.load())
WORD = "correct-horse-battery"
SPELLINGS = """
password PASSWORD passWord pass_word pass-word user.password userPassword user[password] passwd pwd pass passphrase
passcode token access_token accessToken ACCESS-TOKEN token[] to%6ben to%256ben %74oken refresh_token idToken id.token
api_key apikey apiKey API-Key api.key x-api-key client_secret clientSecret secret webhookSecret credential credentials
authorization Authorisation auth auth_code authCode access_code verificationCode bearer jwt otp totp x_otp pin PIN
userPin session sessionId session_id sessid sid sig signature hmac private_key privateKey signing-key subscriptionKey
"""


def shown(target: str = "/v2/carriers", body: str = "", **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    entry = Entry(7, 0.0, None, None, "POST", target, named, body.encode(), 400, {}, b"", "invalid_request", None)
    told: dict[str, Any] = VIEW.show(entry)["request"]
    return told


@pytest.mark.parametrize("name", SPELLINGS.split())
def test_a_secret_is_hidden_however_its_name_is_written(name: str) -> None:
    plain = re.sub(r"[^A-Za-z0-9._-]", "", name.replace("%256b", "k").replace("%6b", "k").replace("%74", "t"))
    for told in (
        shown(f"/v2/carriers?{name}={WORD}"),
        shown(f"/v2/carriers?a=1&{name}={WORD}&lang=de"),
        shown(f"/v2/carriers;{name}={WORD}"),
        shown(f"/v2/carriers?next=%2Fx%3F{name.replace('%', '%25')}%3D{WORD}%26a%3D1&lang=de"),
        shown(body=f"{name}={WORD}"),
        shown(body=f"a=1&{name}={WORD}&b=2"),
        shown(body=f'{{"{plain}": "{WORD}", "a": 1}}'),
        shown(body=f'{{"a": {{"{plain}":"{WORD}'),  # cut
        shown(body=f'{{"{plain}": ["{WORD}", "{WORD}2"]}}'),
        shown(body=f'{{"data": "{{\\"{plain}\\": \\"{WORD}\\"}}"}}'),
        shown(body=f'--b\r\nContent-Disposition: form-data; name="{plain}"\r\n\r\n{WORD}\r\n--b--\r\n'),
        shown(body=f"<{plain} x='1'>{WORD}</{plain}>" if plain[0].isalpha() else ""),
        shown(referer=f"https://example.com/?{name}={WORD}"),
        shown(x_note=f'{name}="{WORD}"'),
        shown(**{f"x-{plain}": WORD}),
    ):
        assert WORD not in str(told), told


@pytest.mark.parametrize(
    "text",
    [
        f"//u:{WORD}@example.com/x",
        f"https://u:{WORD}@example.com/x",
        f"https://{WORD}@example.com/x",
        f"https://u:p@{WORD}@example.com/x",
        f"see ftp://u:{WORD}@example.com",
        rf'{{"url": "https:\/\/u:{WORD}@example.com\/x"}}',
        f'{{"url": "https://u:{WORD}@example.com/x"}}',
        f"/v2/carriers?url=https://u:{WORD}@example.com/",
        f"/v2/carriers?url=https%3A%2F%2Fu%3A{WORD}%40example.com%2F",
        f"/v2/carriers?url=https%253A%252F%252Fu%253A{WORD}%2540example.com%252F",
        f"/v2/track/https:%2F%2Fu:{WORD}%40example.com",
        f"/v2/carriers?code={WORD}",
        f"/v2/carriers?a=1&code={WORD}",
        f"/v2/carriers#access_token={WORD}",
        f'{{"p\\u0061ssword": "{WORD}"}}',
        f'{{"password" : "{WORD}"}}',
        f'{{"password":"a\\"{WORD}"}}',
        f'{{"credentials": {{"user": "a", "value": "{WORD}"}}, "carrier": "ups"}}',
        f'{{"tokens": [["{WORD}"], {{"of": {{"x": "{WORD}"}}}}, "{WORD}"], "carrier": "ups"}}',
        f'{{"auth": [{{"of": "{WORD}',
        '{"pin": 271828182845}'.replace("271828182845", "4711471147"),
    ],
)
def test_a_secret_is_hidden_wherever_it_stands(text: str) -> None:
    told = without_secrets(text)
    assert WORD not in told
    assert "4711471147" not in told
    assert "..." in told


def test_what_comes_after_a_secret_that_is_an_object_stays_readable() -> None:
    told = without_secrets(f'{{"auth": {{"a": ["{WORD}", 1], "b": {{}}}}, "carrier": "ups"}}')
    assert told == '{"auth": {"a": ["...", 1], "b": {}}, "carrier": "ups"}'


def test_a_form_may_begin_with_the_code_of_a_login() -> None:
    assert WORD not in shown(body=f"code={WORD}&grant_type=authorization_code")["body"]


@pytest.mark.parametrize(
    "text",
    [
        "/v2/track/1Z204E380338943508?carrier=ups&lang=de",
        "/v2/track/RR123456785GB?tracking_number=RR123456785GB&reference=pinewood-7",
        '{"success":false,"error":{"code":"not_found","message":"no shipment 1Z204E380338943508","status":404}}',
        '{"carrier":{"code":"ups"},"status":"in_transit","status_description":"On its way","signed_by":"J. Doe"}',
        '{"shipments":[{"tracking_number":"1Z204E380338943508","carrier":"ups"}],"passengers":2,"spinning":"yes"}',
        '{"url":"https://example.com/hooks/a@b","events":["all"],"webhook_id":"wh_1"}',
        "code=503",
        'code=503, example="delivered"',
        "text/html;q=0.8,*/*;q=0.5",
        "<p>the token is gone</p>",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert without_secrets(text) == text


def test_no_member_of_the_contract_but_a_webhook_s_secret_is_taken_for_one() -> None:
    specification = Specification.load()
    assert [name for name in sorted(members(specification.document)) if tells_secret(name)] == ["secret"]
    for operation in specification.operations.values():
        names = [each["name"] for each in operation.spec.get("parameters", ()) if "name" in each]
        assert [name for name in names if tells_secret(name)] == []
    assert not any(map(header_tells_secret, ("Idempotency-Key", "Prefer", "Accept-Language", "X-RateLimit-Reset")))


def members(node: Any) -> set[str]:
    """The names of all members that schemas in a document have."""
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    own = node.get("properties", {}) if isinstance(node, dict) else {}
    return set(own if isinstance(own, dict) else ()).union(*map(members, below))
