"""The options of a run, said once for the command line and for pytest."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.contract.files import ContractError

LEVELS = ("documented", "all")


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ArgumentTypeError(f"{text!r} is no URL; write http://host:port or https://host")
    return text


def _count(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--base-url", {"metavar": "URL", "type": _url, "help": "where the implementation is, with or without /v2"}),
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
    ("--seed", {"metavar": "N", "type": int, "default": 0, "help": "repeats a run to the byte (default 0)"}),
    ("--report-dir", {"metavar": "DIR", "type": Path, "help": "where report.html, report.json and junit.xml go"}),
    ("--list", {"action": "store_true", "help": "print every clause: id, level, the page's line"}),
)


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

    def __post_init__(self) -> None:
        if self.safe and self.exhaust_quota:
            raise ContractError("--safe never passes the quota, and --exhaust-quota does; give one of them")
