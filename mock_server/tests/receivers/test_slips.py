"""Certify: a receiver that slips where many do is told how."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from email.message import Message
from hashlib import sha256

import pytest

from mock_server.receivers.examination import ATTACKS, FAILED, PASSED
from mock_server.receivers.forger import compact
from mock_server.tests.receivers.examining import examination_of
from mock_server.tests.receivers.flawed import FLAWS
from mock_server.tests.sending.receivers import given, listening

SLIPPING = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def other(algorithm: str, body: bytes) -> str:
    return hmac.digest(SLIPPING.encode(), body, algorithm).hex()


def test_a_receiver_that_re_serialises_is_told_so() -> None:
    with listening(FLAWS["verifies what json.dumps writes"][0]) as receiver:
        good = examination_of(receiver.url).good
        assert good.text == "answered 401, expected 2xx, and accepted as json.dumps writes it"
        assert "over the bytes of the request body" in (good.fix or "")


def hex_of(secret: bytes, body: bytes) -> str:
    return hmac.digest(secret, body, "sha256").hex()


@pytest.mark.parametrize(
    ("expected", "text", "fix"),
    [
        (lambda body: hex_of(SLIPPING.encode(), body), "without the prefix sha256=", "Put sha256= before your digest"),
        (
            lambda body: f"sha256={hex_of(SLIPPING.encode(), body).upper()}",
            "with the digest in capital letters",
            "in lower case",
        ),
        (
            lambda body: f"sha256={b64encode(hmac.digest(SLIPPING.encode(), body, 'sha256')).decode()}",
            "with the digest in base64",
            "in hex, not in base64",
        ),
        (
            lambda body: f"sha256={hex_of(b64decode(SLIPPING[6:]), body)}",
            "under the secret decoded from base64",
            "Take the secret as it is",
        ),
        (
            lambda body: f"sha256={hex_of(SLIPPING[6:].encode(), body)}",
            "under the secret without its whsec_",
            "Take the secret as it is",
        ),
        (
            lambda body: "sha256=" + hex_of(f"{SLIPPING}\n".encode(), body),
            "under the secret with a line break after it",
            "Take the line break off the secret",
        ),
        (lambda body: f"sha256={other('sha1', body)}", "with sha1 for its hash", "Make the HMAC with sha256"),
        (lambda body: f"sha512={other('sha512', body)}", "with sha512 for its hash", "Make the HMAC with sha256"),
        (
            lambda body: other("md5", body),
            "without the prefix sha256= and with md5 for its hash",
            "before you compare the two. Make the HMAC with sha256",
        ),
        (
            lambda body: f"sha256={sha256(SLIPPING.encode() + body).hexdigest()}",
            "as a plain hash of the secret and the body",
            "Make an HMAC with the secret for its key",
        ),
        (
            lambda body: f"sha256={hmac.digest(body, SLIPPING.encode(), 'sha256').hex()}",
            "with the body for the key of the HMAC",
            "not the other way round",
        ),
        (
            lambda body: hex_of(b64decode(SLIPPING[6:]), body).upper(),
            " and ".join(
                (
                    "without the prefix sha256=",
                    "with the digest in capital letters",
                    "under the secret decoded from base64",
                )
            ),
            "in lower case, as the header has it. Take the secret as it is",
        ),
        (
            lambda body: f"sha256={hex_of(SLIPPING.encode(), body + b'%c' % 10)}",
            "with a line break after the body",
            "as it came",
        ),
        (
            lambda body: "sha256=" + hex_of(f'"{SLIPPING}"'.encode(), body),
            "under the secret with quotes around it",
            "Take the quotes off",
        ),
        (
            lambda body: "sha256=" + hex_of(f"{SLIPPING} ".encode(), body),
            "under the secret with a space after it",
            "Take the white space off",
        ),
        (
            lambda body: "sha256=" + hex_of(SLIPPING.encode(), json.dumps(json.loads(body), sort_keys=True).encode()),
            "as json.dumps with sort_keys writes it",
            "over the bytes of the request body",
        ),
        (
            lambda body: hex_of(SLIPPING.encode(), compact(json.loads(body))),
            "as JSON.stringify writes it and without the prefix sha256=",
            "over the bytes of the request body",
        ),
    ],
)
def test_the_commonest_slips_are_told_by_name_and_the_rest_is_examined_all_the_same(
    expected: Callable[[bytes], str], text: str, fix: str
) -> None:
    def slipping(headers: Message, body: bytes) -> int:
        try:
            return 204 if given(headers) == expected(body) else 401
        except ValueError:
            return 401

    with listening(slipping) as receiver:
        examination = examination_of(receiver.url, secret=SLIPPING)
        assert examination.good.verdict == FAILED
        assert examination.good.text == f"answered 401, expected 2xx, and accepted {text}"
        assert fix in (examination.good.fix or "")
        rest = [attack for attack in ATTACKS if attack.name in {"foreign", "tampered", "late"}]
        assert {examination.verdict(attack).verdict for attack in rest} == {PASSED}


@pytest.mark.parametrize(
    ("expected", "text", "fix"),
    [
        (lambda _: f"sha256={hex_of(SLIPPING.encode(), b'')}", "over an empty body", "a parser that came first"),
        (lambda body: "sha256=" + hex_of(b"", body), "under an empty secret", "its variable is not set"),
        (lambda body: "sha256=" + hex_of(b"undefined", body), "under 'undefined' for the secret", "is not set"),
    ],
)
def test_a_receiver_without_its_secret_or_body_is_told_so_and_takes_what_strangers_send(
    expected: Callable[[bytes], str], text: str, fix: str
) -> None:
    with listening(lambda headers, body: 204 if given(headers) == expected(body) else 401) as receiver:
        good = examination_of(receiver.url, secret=SLIPPING).good
        assert good.text == f"answered 401, expected 2xx, and accepted {text}"
        assert fix in (good.fix or "")
