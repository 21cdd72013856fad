"""What is known of the implementation under test: a target file, checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.contract.files import ContractError

_TABLES = {
    "keys": None,
    "numbers": {"known", "missing", "unavailable"},
    "states": {"url", "headers"},
    "paths": {"carriers", "webhooks"},
    "webhooks": {"receiver_url", "listen", "secret"},
}
_WAIVER = {"clause", "reason", "until"}


@dataclass(frozen=True, slots=True)
class Number:
    """A tracking number, with the carrier if it must be named."""

    tracking_number: str
    carrier: str | None = None

    @property
    def query(self) -> dict[str, str]:
        return {"carrier": self.carrier} if self.carrier else {}

    @property
    def shipment(self) -> dict[str, str]:
        """The number as an item of a batch."""
        return {"tracking_number": self.tracking_number, **self.query}


def bare(tracking_number: str) -> str:
    """The number without spaces and dashes, in capitals."""
    return "".join(each for each in tracking_number if each.isalnum()).upper()


@dataclass(frozen=True, slots=True)
class Waiver:
    """A clause, or a pattern of clauses, that may be broken until the end of a day."""

    clause: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Target:
    """Facts about the target; whatever is None is not known."""

    base_url: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    known: Number | None = None
    missing: Number | None = None
    unavailable: Number | None = None
    states_url: str | None = None
    states_headers: Mapping[str, str] = field(default_factory=dict)
    receiver_url: str | None = None
    listen: str | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    webhook_secret: str | None = None
    waivers: tuple[Waiver, ...] = ()


def read_target(path: Path) -> Target:
    """The target file's facts; ContractError names file, place and rule."""
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise ContractError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: not TOML: {error}") from None
    _check(path, content)
    numbers = {name: _number(path, name, each) for name, each in content.get("numbers", {}).items()}
    return Target(
        base_url=content.get("base_url"),
        keys=_texts(path, "keys", content.get("keys", {})),
        known=numbers.get("known"),
        missing=numbers.get("missing"),
        unavailable=numbers.get("unavailable"),
        states_url=content.get("states", {}).get("url"),
        states_headers=_texts(path, "states.headers", content.get("states", {}).get("headers", {})),
        receiver_url=content.get("webhooks", {}).get("receiver_url"),
        listen=content.get("webhooks", {}).get("listen"),
        paths=_paths(path, content.get("paths", {})),
        webhook_secret=_texts(path, "webhooks", content.get("webhooks", {})).get("secret"),
        waivers=tuple(_waiver(path, place, each) for place, each in enumerate(content.get("waivers", []), 1)),
    )


def _check(path: Path, content: Mapping[str, Any]) -> None:
    """Unknown names are refused, because a misspelt fact would silently leave its clauses unverified."""
    for name, each in content.items():
        if name == "base_url":
            if not isinstance(each, str):
                raise ContractError(f"{path}: base_url: {each!r} is not a text")
            continue
        if name == "waivers":
            if not isinstance(each, list) or not all(isinstance(inner, dict) for inner in each):
                raise ContractError(f"{path}: waivers: is a list of tables, each as in [[waivers]]")
            continue
        if name not in _TABLES:
            raise ContractError(f"{path}: {name}: not known; there are base_url, {', '.join(_TABLES)}, waivers")
        if not isinstance(each, dict):
            raise ContractError(f"{path}: {name}: is a table, as in [{name}]")
        known = _TABLES[name]
        for inner in each:
            if known is not None and inner not in known:
                raise ContractError(f"{path}: {name}.{inner}: not known; there are {', '.join(sorted(known))}")
    for name, inner in (("states", "url"), ("webhooks", "receiver_url")):
        url = content.get(name, {}).get(inner)
        if url is not None and not _is_url(url):
            raise ContractError(f"{path}: {name}.{inner}: is no URL; write http://host:port/path")


def _is_url(text: Any) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 0) >= 0
    except (ValueError, TypeError, AttributeError):
        return False


def _waiver(path: Path, place: int, value: Mapping[str, Any]) -> Waiver:
    """A broken clause that is known; without an end it would be forgotten."""
    if value.keys() != _WAIVER or not all(
        isinstance(value[name], str) and value[name] for name in ("clause", "reason")
    ):
        raise ContractError(f"{path}: waivers, number {place}: has clause, reason and until, and nothing else")
    if type(value["until"]) is not date:
        raise ContractError(f"{path}: waivers, number {place}: until is a date, as in until = 2026-12-31")
    return Waiver(value["clause"], value["reason"], value["until"])


def _number(path: Path, name: str, value: Any) -> Number:
    if isinstance(value, str):
        return Number(value)
    if (
        isinstance(value, dict)
        and value.keys() <= {"tracking_number", "carrier"}
        and isinstance(value.get("tracking_number"), str)
        and isinstance(value.get("carrier", ""), str)
    ):
        return Number(value["tracking_number"], value.get("carrier"))
    raise ContractError(f"{path}: numbers.{name}: a text, or a table of tracking_number and carrier")


def _paths(path: Path, values: Mapping[str, Any]) -> dict[str, str]:
    found = _texts(path, "paths", values)
    for name, each in found.items():
        if not each.startswith("/") or not each.strip("/"):
            raise ContractError(f"{path}: paths.{name}: {each!r} is no path below the base URL; write /{name}")
    return {name: each.rstrip("/") for name, each in found.items()}


def _texts(path: Path, place: str, values: Mapping[str, Any]) -> dict[str, str]:
    for name, each in values.items():
        if not isinstance(each, str):
            raise ContractError(f"{path}: {place}.{name}: {each if place == 'paths' else 'the value'} is not a text")
    return dict(values)
