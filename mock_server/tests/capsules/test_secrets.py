"""Secrets: found where they tell themselves, and replaced wherever they are."""

import pytest

from mock_server.capsules.secrets import SecretMask
from mock_server.contract.specification import Specification

SPECIFICATION = Specification.load()


def test_a_key_keeps_its_plan_and_length() -> None:
    mask = SecretMask(SPECIFICATION)
    assert mask.headers({"x-api-key": "tf_live_free_s3cr3t"}) == {"x-api-key": "tf_test_free_xxxxxx"}
    assert mask.stand_in("tf_live_free_0th3r!"[:-1]) != "tf_test_free_xxxxxx"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("authorization", "Bearer abcdefgh", "Bearer xxxxxxxx"),
        ("authorization", "Digest response=abc", "xxxxxxxxxxxxxxxxxxx"),
        ("authorization", "Negotiate YII=", "xxxxxxxxxxxxxx"),
        ("cookie", "sid=a=b; lang", "sid=xxx; xxxx"),
        ("x-auth-token", "abc", "xxx"),
        ("accept", "text/html", "text/html"),
    ],
)
def test_a_header_keeps_its_form(name: str, value: str, shown: str) -> None:
    assert SecretMask(SPECIFICATION).headers({name: value}) == {name: shown}


def test_what_was_secret_once_is_so_everywhere() -> None:
    mask = SecretMask(SPECIFICATION)
    mask.learn({"authorization": "Bearer abcdefgh"}, "https://a.example/?token=12345678", '{"password": "geheimnis"}')
    assert mask.text("abcdefgh 12345678 geheimnis") == "xxxxxxxx xxxxxxx0 xxxxxxxxx"
    assert mask.value({"token": "1234", "events": ["abcdefgh"]}) == {"token": "xxxx", "events": ["xxxxxxxx"]}


def test_a_digest_does_not_tell_secrets_from_their_stand_ins() -> None:
    mask, again = SecretMask(SPECIFICATION), SecretMask(SPECIFICATION)
    mask.learn({}, "https://a.example/?token=12345678")
    content = b'{"url":"https://u:pw@a.example/?token=12345678","secret":"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}'
    assert mask.bare(content) == again.bare(mask.text(content.decode()).encode())
    assert len(mask.bare(content)) == len(content)
