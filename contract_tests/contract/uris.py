"""What is wrong with a text that should be a URI, and how it is put right (RFC 3986)."""

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import quote

from jsonschema import Draft202012Validator

_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#]*@)?([^/?#]*)")
_UNFIT = re.compile(r"[^A-Za-z0-9._~:/?#@!$&'()*+,;=%-]")


class UriError(ValueError):
    """A text that is no URI; `reason` says why, and what to write."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_uri(text: str) -> None:
    """UriError unless the text is a URI."""
    if not Draft202012Validator.FORMAT_CHECKER.conforms(text, "uri"):
        raise UriError(_reason(text))


def _reason(text: str) -> str:
    if text.strip() != text or not text:
        return (
            "there is white space around it, so leave that out"
            if text
            else "it is empty; write it like https://a.example/"
        )
    if not re.match("[A-Za-z][A-Za-z0-9+.-]*:", text):
        return "it has no scheme; begin it with https://"
    if host := _HOST.match(text):
        reason = _host_reason(host[1])
        if reason:
            return reason
    if broken := re.search("%(?![0-9A-Fa-f]{2}).{0,2}", text):
        return f"{broken[0]!r} is no percent-encoded byte; a percent sign is written %25"
    if unfit := _UNFIT.search(text):
        return f"{unfit[0]!r} is percent-encoded in one: {quote(unfit[0].encode('utf-8', 'replace'))}"
    return "write it like https://example.com/hook?x=1 (RFC 3986)"


def _host_reason(host: str) -> str | None:
    if host.startswith("["):
        inside, _, rest = host[1:].partition("]")
        address, zone, _ = inside.partition("%")
        if zone:
            return "the zone of an address (after %) means something on one machine only, so leave it out"
        try:
            IPv6Address(address)
        except AddressValueError:
            return f"[{inside} is no IPv6 address in brackets"
        return None if re.fullmatch("(:[0-9]*)?", rest) else f"{rest!r} is no port"
    if host.count(":") > 1:
        return "an IPv6 address stands in brackets, like [::1]"
    name, _, port = host.partition(":")
    if not re.fullmatch("[0-9]*", port):
        return f"{port!r} is no port"
    if not name.isascii():
        try:
            return f"a host is written in ASCII: {name.encode('idna').decode()}"
        except UnicodeError:
            return f"{name!r} is no host"
    return None
