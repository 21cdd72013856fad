"""The options of a run, said once for the command line and for pytest."""

import re
import ssl
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.contract.files import ContractError

LEVELS = ("documented", "all")
_ALL = 100
_FIELDS = {"--except": "leave_out"}  # except is a word of Python's own
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2


def base_url(text: str) -> str:
    """The text, if an implementation can be there; ArgumentTypeError says what is wrong without telling a password."""
    shown = text if "@" not in text else "that"
    try:
        parts = urlsplit(text)
        _ = parts.port  # which is read when it is asked for
    except ValueError as error:
        raise ArgumentTypeError(f"{shown!r} is no URL: {error}; write http://host:port or https://host") from None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ArgumentTypeError(f"{shown!r} is no URL; write http://host:port or https://host")
    if parts.query or parts.fragment:
        raise ArgumentTypeError(f"{shown!r} has a query or a fragment, and paths are put behind it; leave that out")
    if "@" in parts.netloc:
        raise ArgumentTypeError("the URL has a user and a password; send them as --header 'Authorization: Basic ...'")
    return text


def _header(text: str) -> str:
    name, colon, value = text.partition(":")
    if not colon or not _TOKEN.fullmatch(name.strip()) or not value.isascii() or not value.strip().isprintable():
        raise ArgumentTypeError("a header is NAME:VALUE, on one line and in ASCII")
    return text


def _percent(text: str) -> float:
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = -1
    if not 0 <= number <= _ALL:
        raise ArgumentTypeError(f"{text!r} is not a percentage from 0 to 100")
    return number


def _count(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--base-url", {"metavar": "URL", "type": base_url, "help": "where the implementation is, with or without /v2"}),
    (
        "--api-key",
        {"metavar": "KEY", "help": "the key to ask with (default: the target file's of the largest limited plan)"},
    ),
    ("--plan", {"metavar": "PLAN", "help": "the key's plan; quota arithmetic and pacing follow it"}),
    ("--target", {"metavar": "FILE.toml", "type": Path, "help": "what is known of the implementation"}),
    ("--level", {"choices": LEVELS, "default": "documented", "help": "which broken clauses fail; others warn"}),
    ("--safe", {"action": "store_true", "help": "send only GET, and never past the quota"}),
    ("--max-requests", {"metavar": "N", "type": _count, "help": "a hard budget (default: 120 requests, 150 lookups)"}),
    ("--exhaust-quota", {"action": "store_true", "help": "allow the checks that provoke a real 429"}),
    ("--overlay", {"metavar": "FILE", "type": Path, "action": "append", "default": [], "help": "an OpenAPI Overlay"}),
    (
        "--header",
        {
            "metavar": "NAME:VALUE",
            "type": _header,
            "action": "append",
            "default": [],
            "help": "sent with every request, for a gateway; never shown",
        },
    ),
    ("--cacert", {"metavar": "FILE", "type": Path, "help": "certificates to trust instead of the system's"}),
    ("--insecure", {"action": "store_true", "help": "do not check certificates"}),
    (
        "--only",
        {"metavar": "CLAUSE", "action": "append", "default": [], "help": "judge these clauses only, such as 'quota.*'"},
    ),
    ("--except", {"metavar": "CLAUSE", "action": "append", "default": [], "help": "leave these clauses out"}),
    (
        "--fail-under-verified",
        {"metavar": "PERCENT", "type": _percent, "help": "exit 4 when fewer of the clauses could be shown"},
    ),
    ("--seed", {"metavar": "N", "type": int, "default": 0, "help": "repeats a run to the byte (default 0)"}),
    ("--report-dir", {"metavar": "DIR", "type": Path, "help": "where report.html, report.json and junit.xml go"}),
    ("--list", {"action": "store_true", "help": "print every clause: id, level, the page's line"}),
)

# Those that `clean` takes too, with what is said otherwise there.
CLEAN_OPTIONS: dict[str, dict[str, Any]] = {
    "--base-url": {},
    "--api-key": {"help": "the key of the run that was killed"},
    "--report-dir": {"help": "the folder of the run that was killed"},
    "--target": {"help": "the target file of that run, where it had one"},
    "--overlay": {},
    "--header": {},
    "--cacert": {},
    "--insecure": {},
}
CLEAN_EPILOG = """example:
  trackflow-contract clean --base-url https://api.trackflow.io --api-key "$TRACKFLOW_KEY" --report-dir report

Exit codes: 0 nothing is left, 1 a webhook could not be deleted, 2 usage or no such folder,
3 unreachable or key refused.
"""


def field_of(option: str) -> str:
    """The field of RunOptions that the option fills."""
    return _FIELDS.get(option, option.strip("-").replace("-", "_"))


@dataclass(frozen=True, slots=True)
class RunOptions:
    """One run, as it was asked for."""

    base_url: str | None = None
    api_key: str | None = None
    plan: str | None = None
    target: Path | None = None
    level: str = "documented"
    safe: bool = False
    max_requests: int | None = None
    exhaust_quota: bool = False
    overlay: Sequence[Path] = ()
    seed: int = 0
    report_dir: Path | None = None
    list: bool = False
    header: Sequence[str] = ()
    cacert: Path | None = None
    insecure: bool = False
    only: Sequence[str] = ()
    leave_out: Sequence[str] = ()
    fail_under_verified: float | None = None

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What is sent with every request, as names and values."""
        pairs = (each.partition(":") for each in self.header)
        return tuple((name.strip(), value.strip()) for name, _, value in pairs)

    @property
    def verify(self) -> bool | str:
        """How certificates are checked, as requests has it."""
        return str(self.cacert) if self.cacert else not self.insecure

    def __post_init__(self) -> None:
        if self.cacert is not None and not self.cacert.is_file():
            raise ContractError(f"--cacert {self.cacert}: no such file")
        if self.cacert is not None and self.insecure:
            raise ContractError("--insecure checks no certificate, and --cacert says how to; give one of them")
        if self.cacert is not None and not _holds_certificates(self.cacert):
            raise ContractError(f"--cacert {self.cacert}: there is no certificate in it; give a PEM file")
        if self.safe and self.exhaust_quota:
            raise ContractError("--safe never passes the quota, and --exhaust-quota does; give one of them")


def _holds_certificates(file: Path) -> bool:
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        return False
    return True
