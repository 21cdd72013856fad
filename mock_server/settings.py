"""What can be set: one field is one flag of `serve` and one TRACKFLOW_MOCK_* variable."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import Field, dataclass, field, fields
from math import inf
from pathlib import Path
from typing import Any

from mock_server.domain.clock import FASTEST

DAY = 86_400.0  # seconds
SHORTEST_TOKEN = 16  # characters
MEMORY = "memory"
URL = r"https?://[^\s/?#@]+/?"
NAME = r"[A-Za-z0-9._:-]{1,64}"  # which goes into a header


def setting(default: Any, help_text: str, **options: Any) -> Any:
    """A field with its help text; `options` go to the command line's option as they are."""
    metadata = {"help": help_text, **options}
    if isinstance(default, tuple):
        return field(default=default, metadata={"multiple": True, **metadata})
    return field(default=default, metadata=metadata)


class SettingError(ValueError):
    """A setting that cannot be so; `name` is its field, `problem` says why and what it can be."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


@contextmanager
def setting_from(name: str) -> Iterator[None]:
    """What is wrong with the value of a setting, told with its name."""
    try:
        yield
    except ValueError as error:
        raise SettingError(name, str(error)) from None


@dataclass(frozen=True, slots=True)
class Settings:
    """How a mock behaves; every field has a default, so `Settings()` is the mock of the README."""

    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8080, "Port to listen on; 0 picks a free one.", least=0, most=65_535)
    https_port: int | None = setting(
        None, "Port for HTTPS beside plain HTTP; 0 picks a free one.", least=0, most=65_535, whole=True, metavar="PORT"
    )
    tls_cert: str | None = setting(
        None, "Certificate for HTTPS, PEM; one of a local authority if not given.", metavar="FILE"
    )
    tls_key: str | None = setting(None, "Its private key, where that is a file of its own.", metavar="FILE")
    cors: tuple[str, ...] = setting(
        (), "Origin whose scripts may call the API, or * for any; never the control plane.", each=str, metavar="ORIGIN"
    )
    proxy_others: bool = setting(
        default=False, help_text="As a proxy, which it is on loopback only, pass on what is for other hosts."
    )
    seed: int = setting(0, "Number that every shipment, id and draw follows from.", least=-(2**63), most=2**63 - 1)
    scenario: str | None = setting(
        None, "Scenario that every sandbox starts in: a shipped one by name, or a YAML file.", metavar="NAME-or-FILE"
    )
    snapshot: str | None = setting(None, "Snapshot to start from, as GET /__admin/snapshot writes it.", metavar="FILE")
    overlay: tuple[Path, ...] = setting((), "OpenAPI Overlay to apply to the contract first.", metavar="FILE")
    default_plan: str = setting("growth", "Plan of keys that name none (tf_live_sk_...).", metavar="PLAN")
    clock: str | None = setting(
        None, "Where the clock starts, like 2026-06-15T09:00:00Z; now if not given.", metavar="INSTANT"
    )
    time_scale: float = setting(
        1.0, "Seconds the clock moves in one real second; 0 freezes it.", metavar="X", least=0, most=FASTEST
    )
    admin_token: str | None = setting(
        None, "Bearer token of /__admin; made and printed off loopback if not given.", metavar="TOKEN"
    )
    admin_token_file: str | None = setting(
        None, "YAML or JSON file of named tokens of /__admin, each with what it lets its holder do.", metavar="FILE"
    )
    allow_host: tuple[str, ...] = setting(
        (), "Host that a mock on loopback answers to beside localhost, as in the URL.", each=str, metavar="HOST"
    )
    strict: bool = setting(default=False, help_text="Nothing outside the contract on the wire: no X-Mock-Fault labels.")
    reset_unit: str = setting(
        "epoch", "X-RateLimit-Reset as Unix seconds or as seconds left.", choices=("epoch", "delta")
    )
    strict_check_digits: bool = setting(
        default=False, help_text="Answer 400 when a tracking number's check digit is wrong."
    )
    journal_size: int = setting(1_000, "Newest requests kept for each key.", metavar="N", least=0)
    journal_megabytes: int = setting(
        256, "Memory that all journals together may take, in millions of bytes.", metavar="N", least=1
    )
    sandboxes: int = setting(1_000, "Keys kept at a time; the one idle longest goes first.", metavar="N", least=1)
    store: str = setting(
        MEMORY,
        "Where worlds live; mocks with the same store are one mock: memory, valkey:// (or redis://, rediss://).",
        metavar="memory or URL",
    )
    instance: str | None = setting(
        None, "What this one is called among those with the same --store; host and port if not given.", metavar="NAME"
    )
    advertise: str | None = setting(
        None, "URL at which the others with the same --store reach this one.", metavar="URL"
    )
    workers: int = setting(
        1,
        "Processes on this machine, each key in one of them; auto is one for each core.",
        metavar="N or auto",
        least=1,
        most=64,
        auto=True,
    )
    state: str | None = setting(
        None,
        "File that keeps what was promised across a crash: quota, rules, clock, shipments, webhooks.",
        metavar="FILE",
    )
    drain_seconds: float = setting(
        0.0,
        "Seconds for which it still takes calls after SIGTERM, while /__admin/ready is 503 already.",
        metavar="SECONDS",
        least=0,
        most=3600,
    )
    webhook_allow: tuple[str, ...] = setting(
        (),
        "Host that deliveries may go to beside loopback, http:// too; as in the webhook's url.",
        each=str,
        metavar="HOST",
    )
    webhook_retry: float | None = setting(
        None,
        "Seconds to a delivery's first retry, doubling from there; 30 if not given.",
        metavar="SECONDS",
        least=0.001,
        most=DAY,
    )
    standard_webhooks: bool = setting(
        default=False, help_text="Sign deliveries with the three headers of Standard Webhooks too."
    )
    log_requests: bool = setting(
        default=False, help_text="Log each request on standard error: key masked, status, what struck it."
    )
    log_format: str = setting("text", "Form of the log on standard error.", choices=("text", "json"))

    def __post_init__(self) -> None:
        """SettingError for the first number or choice that cannot be so."""
        for each in fields(self):
            _check(each, getattr(self, each.name))
        if not self.host:
            raise SettingError("host", "it is empty; leave it out for 127.0.0.1, or give 0.0.0.0 for every address")
        if self.advertise is not None and not re.fullmatch(URL, self.advertise):
            raise SettingError("advertise", f"{self.advertise[:80]!r} is no URL; write http://HOST:PORT")
        if self.instance is not None and not re.fullmatch(NAME, self.instance):
            raise SettingError("instance", f"{self.instance[:80]!r} is no name; use up to 64 of A-Z a-z 0-9 . _ : -")
        if self.store != MEMORY:
            if self.workers > 1:
                raise SettingError("workers", "with --store, start another instance in place of a process more")
            for name in ("state", "snapshot"):
                if getattr(self, name) is not None:
                    raise SettingError(name, "with --store, the store says how the mock goes on; leave one of them out")
        if self.admin_token is not None and len(self.admin_token) < SHORTEST_TOKEN:
            raise SettingError(
                "admin_token",
                f"it has {len(self.admin_token)} characters, and whoever guesses it steers the mock; "
                f"give {SHORTEST_TOKEN} or more, or leave it out to have one made",
            )


def _check(setting_field: "Field[Any]", value: Any) -> None:
    """SettingError for a number that is none or out of range, and for a choice that there is not."""
    metadata, default = setting_field.metadata, setting_field.default
    if value is None and default is None:
        return
    if "choices" in metadata and value not in metadata["choices"]:
        raise SettingError(setting_field.name, f"{value!r} is not one of {', '.join(metadata['choices'])}")
    whole = metadata.get("whole") or (isinstance(default, int) and not isinstance(default, bool))
    if not (whole or isinstance(default, float) or "least" in metadata):
        return
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise SettingError(setting_field.name, f"{value!r} is not a {'whole ' if whole else ''}number")
    least, most = metadata.get("least", -inf), metadata.get("most", inf)
    if not least <= value <= most:  # nor is nan
        bounds = f"from {least} to {most:g}" if most < inf else f"{least} or more"
        raise SettingError(setting_field.name, f"{value} is out of range; use a number {bounds}")
