"""A text that is no URI is told what to write instead."""

import pytest

from contract_tests.contract.uris import UriError, check_uri


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty; write it like https://a.example/"),
        (" https://a.example/", "there is white space around it, so leave that out"),
        ("a.example/h", "it has no scheme; begin it with https://"),
        ("//a.example/h", "it has no scheme; begin it with https://"),
        ("https://bücher.example/h", "a host is written in ASCII: xn--bcher-kva.example"),
        ("https://..ü/h", "'..ü' is no host"),
        (
            "https://[fe80::1%25eth0]/h",
            "the zone of an address (after %) means something on one machine only, so leave it out",
        ),
        ("https://[1::2::3]/h", "[1::2::3 is no IPv6 address in brackets"),
        ("https://[::1]x/h", "'x' is no port"),
        ("https://::1/h", "an IPv6 address stands in brackets, like [::1]"),
        ("https://a.example:8 0/h", "'8 0' is no port"),
        ("https://a.example/%zz", "'%zz' is no percent-encoded byte; a percent sign is written %25"),
        ("https://a.example/100%", "'%' is no percent-encoded byte; a percent sign is written %25"),
        ("https://a.example/a b", "' ' is percent-encoded in one: %20"),
        ("https://a.example/é", "'é' is percent-encoded in one: %C3%A9"),
        ("https://a.example/?x=[1]", "'[' is percent-encoded in one: %5B"),
        ("https://a.example/#a#b", "write it like https://example.com/hook?x=1 (RFC 3986)"),
    ],
)
def test_what_is_no_uri_is_told_what_to_write(text: str, reason: str) -> None:
    with pytest.raises(UriError) as error:
        check_uri(text)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    "text", ["https://[::1]:8443/h", "HTTPS://a.example.", "https://a.example:/?#", "urn:x:y", "https://a/%C3%A9"]
)
def test_a_uri_is_one(text: str) -> None:
    check_uri(text)
