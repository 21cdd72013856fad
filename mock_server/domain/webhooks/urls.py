"""Webhook URLs: where a delivery can be taken to, and why it cannot be taken elsewhere."""

import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urlsplit

SCHEMES = ("http", "https")
LONGEST_SHOWN = 200  # characters of what somebody wrote, in a message
BREAKS = re.compile(r"[\x00-\x1f\x7f]")
LABELS = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?")  # letters of any script; a resolver says which of them is a host


def parts_of(url: str) -> SplitResult:
    """The parts of a URL that a connection can be opened to; ValueError says what is wrong with any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{shown(url)} is not a URL: {error}") from None
    if BREAKS.search(url):
        raise ValueError(f"{shown(url)} has a line break or another control character; leave it out")
    if parts.scheme not in SCHEMES:
        raise ValueError(f"{shown(url)} does not begin with https:// or http://")
    if "@" in parts.netloc:
        raise ValueError(
            f"{shown(url)} has a user or a password before its host, which would be in every log and journal that "
            "the url is in; leave it out: the signature says who calls"
        )
    if not parts.hostname or port == 0:
        raise ValueError(f"{shown(url)} has no host or port to connect to, like https://example.com/hook")
    _check_host(url, parts)
    return parts


def shown(url: str) -> str:
    """The URL as a message quotes it: shortened, and without a password."""
    text = re.sub(r"(//)[^/?#]*@", r"\1***@", url, count=1)
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}...")


def host_of(parts: SplitResult) -> str:
    """The host as a name to look up, or an address: lower case, without brackets and without the dot of the root."""
    return (parts.hostname or "").rstrip(".")


def _check_host(url: str, parts: SplitResult) -> None:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        try:
            IPv6Address(host)
        except ValueError:
            raise ValueError(f"{shown(url)} has {host!r} in brackets, which is no IPv6 address") from None
        if "%" in host:
            raise ValueError(f"{shown(url)} has a zone, {host!r}, which only one machine knows; leave it out")
    elif not LABELS.fullmatch(host):
        raise ValueError(f"{shown(url)} has the host {host!r}, which is no name and no address")
