import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

import pytest

from contract_tests.exchange import Response
from contract_tests.signatures import Signed, examine, sign

SECRET = "whsec_test_secret"
BODY = b'{"id":"evt_1","type":"tracking.delivered","data":{"tracking_number":"1Z204E380338943508"}}'
KNOWN_ANSWER = "e5d635f68f6ec30486412986f018356bc3ed8785bb43ae8d4ce466b15a92af5a"
URL = "http://127.0.0.1/hook"


def message(headers: Mapping[str, str] | None = None) -> Response:
    return Response(200, tuple((headers or {}).items()), BODY)


def digest(text: bytes, secret: str = SECRET, method: str = "sha256") -> str:
    return hmac.new(secret.encode(), text, method).hexdigest()


def test_the_known_answer_of_the_contract() -> None:
    assert sign(SECRET, BODY) == KNOWN_ANSWER


@pytest.mark.parametrize(
    "header",
    [
        f"sha256={KNOWN_ANSWER}",
        KNOWN_ANSWER,
        KNOWN_ANSWER.upper(),
        base64.b64encode(bytes.fromhex(KNOWN_ANSWER)).decode(),
        f"v1,{base64.b64encode(bytes.fromhex(KNOWN_ANSWER)).decode()}",
        f"t=1781514000,v1={KNOWN_ANSWER}",
    ],
)
def test_any_spelling_of_the_raw_bodys_hmac_is_one(header: str) -> None:
    assert examine(header, SECRET, message(), URL) == Signed(hmac=True, raw=True)


@pytest.mark.parametrize(
    ("header", "headers"),
    [
        (f"t=1781514000,v1={digest(b'1781514000.' + BODY)}", {}),
        (f"sha256={digest(json.dumps(json.loads(BODY)).encode())}", {}),
        (f"sha256={digest(URL.encode() + BODY)}", {}),
        (f"sha256={digest(b'msg_1.1781514000.' + BODY)}", {"webhook-id": "msg_1", "webhook-timestamp": "1781514000"}),
    ],
)
def test_an_hmac_of_more_than_the_raw_body_is_one_too(header: str, headers: dict[str, str]) -> None:
    assert examine(header, SECRET, message(headers), URL) == Signed(hmac=True, raw=False)


@pytest.mark.parametrize(
    "header",
    [
        "sha256=" + digest(BODY, "another secret"),
        "sha256=" + digest(BODY + b" "),
        "sha256=" + digest(BODY, ""),
        "sha1=" + digest(BODY, method="sha1"),
        "sha256=" + hashlib.sha256(BODY).hexdigest(),
        "sha256=" + digest(b""),
        "",
        "none",
    ],
)
def test_anything_else_is_not(header: str) -> None:
    assert examine(header, SECRET, message(), URL) == Signed(hmac=False, raw=False)
