"""Signatures, judged by the contract's known answer, the specification's own vector, and its own library."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from contract_tests.contract.loading import load
from mock_server.domain.clock import SystemClock
from mock_server.domain.webhooks.signing import SignatureScheme, standard_headers, standard_key
from mock_server.domain.webhooks.terms import delivery_operation, signature_scheme

DOCUMENT = load()
OPERATION = delivery_operation(DOCUMENT)
SCHEME = signature_scheme(OPERATION, DOCUMENT)
SIGNED = next(each for each in OPERATION["parameters"] if "x-signature" in each)
KNOWN = SIGNED["x-signature"]["known_answer"]

# Published in the specification's libraries: secret, id, timestamp, body, signature.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, SENT_AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def changed(**form: str) -> dict[str, Any]:
    return {**SIGNED, "x-signature": {**SIGNED["x-signature"], **form}}


def test_the_contract_s_known_answer_holds() -> None:
    assert SCHEME.sign("whsec_test_secret", KNOWN["body"].encode()) == (
        "sha256=e5d635f68f6ec30486412986f018356bc3ed8785bb43ae8d4ce466b15a92af5a"
    )
    assert SCHEME.accepts(KNOWN["secret"], KNOWN["body"].encode(), KNOWN["signature"])


def test_the_header_is_the_one_the_page_names() -> None:
    assert SCHEME.header == "X-TrackFlow-Signature"


def test_another_encoding_is_one_word_in_the_contract() -> None:
    scheme = SignatureScheme.from_parameter(changed(encoding="base64", prefix=""))
    assert scheme.sign(KNOWN["secret"], KNOWN["body"].encode()) == "5dY19o9uwwSGQSmG8Bg1a8Pth4W7Q66NTORmsVqSr1o="


@pytest.mark.parametrize("form", [{"encoding": "base85"}, {"algorithm": "crc32"}])
def test_a_form_that_cannot_be_computed_is_refused_with_the_choices(form: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="use one of "):
        SignatureScheme.from_parameter(changed(**form))


@given(st.binary(), st.binary(), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_signature_is_right_for_its_own_bytes_only(body: bytes, other: bytes, secret: str) -> None:
    signature = SCHEME.sign(secret, body)
    assert SCHEME.accepts(secret, body, signature)
    assert SCHEME.accepts(secret, other, signature) == (other == body)
    assert not SCHEME.accepts(f"{secret}x", body, signature)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        SCHEME.prefix,
        KNOWN["signature"][:-1],
        KNOWN["signature"].removeprefix(SCHEME.prefix),
        KNOWN["signature"].upper(),
        f" {KNOWN['signature']}",
        "sha256=\xff\xff",
        "sha256=\udcff",
    ],
)
def test_what_is_not_the_signature_to_the_letter_is_refused(wrong: str | None) -> None:
    assert not SCHEME.accepts(KNOWN["secret"], KNOWN["body"].encode(), wrong)


def test_the_published_standard_webhooks_vector_holds() -> None:
    headers = standard_headers(SECRET, MESSAGE, SENT_AT, BODY)
    assert headers == {"webhook-id": MESSAGE, "webhook-timestamp": str(SENT_AT), "webhook-signature": PUBLISHED}


def test_the_contract_lists_every_standard_webhooks_header() -> None:
    listed = {parameter["name"] for parameter in OPERATION["parameters"]}
    assert listed == {SCHEME.header, *standard_headers(SECRET, MESSAGE, SENT_AT, BODY)}


@given(body=st.text(st.characters(exclude_categories=["Cs"])), key=st.binary(min_size=1, max_size=64))
def test_the_specification_s_own_library_accepts_what_we_sign_and_signs_alike(body: str, key: bytes) -> None:
    secret = f"whsec_{b64encode(key).decode()}"
    now = int(SystemClock().now())  # the library compares with the machine's clock
    judge = Webhook(secret)
    headers = standard_headers(secret, "evt_1", now, body.encode())
    judge.verify(body, headers, json_parse=False)
    theirs = judge.sign("evt_1", datetime.fromtimestamp(now, UTC), body)
    assert headers["webhook-signature"] == theirs


def test_the_specification_s_own_library_refuses_a_foreign_secret_of_ours() -> None:
    now = int(SystemClock().now())  # the library compares with the machine's clock
    headers = standard_headers(f"whsec_{b64encode(bytes(24)).decode()}", MESSAGE, now, BODY)
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(SECRET).verify(BODY, headers)


@pytest.mark.parametrize("secret", ["whsec_test_secret", "whsec_", "", "whsec_ä", "whsec_AAAAA"])
def test_a_secret_that_libraries_read_differently_signs_no_standard_webhook(secret: str) -> None:
    with pytest.raises(ValueError, match="the secret is not whsec_ and base64"):
        standard_key(secret)


@pytest.mark.parametrize("secret", ["whsec_AAECAw==", "whsec_AAECAw", "AAECAw=="])
def test_prefix_and_padding_of_a_secret_may_be_missing(secret: str) -> None:
    assert standard_key(secret) == bytes(range(4))
