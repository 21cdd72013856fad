"""A running server, and what a suite may know of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

from contract_tests.tests.servers.catalogue import MUTANTS, VARIANTS
from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.parts import Parts
from contract_tests.tests.servers.shipments import KNOWN_NUMBER
from contract_tests.tests.servers.wire import Server

KEYS = {
    "free": "tf_live_free_1",
    "starter": "tf_live_starter_1",
    "growth": "tf_live_growth_1",
    "enterprise": "tf_live_enterprise_1",
    "revoked": "tf_test_revoked_1",
}


@dataclass(frozen=True, slots=True)
class Number:
    tracking_number: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a server listens, its keys by plan, and three numbers: one it knows, one it lacks, one it can't ask for."""

    base_url: str
    keys: Mapping[str, str]
    known: Number = Number(KNOWN_NUMBER, "ups")
    missing: Number = Number("1Z0000000000000000", "ups")
    unavailable: Number = Number("JD0002345678901234", "yodel")

    @property
    def states_url(self) -> str:
        return f"{self.base_url}/_states"


def parts_of(mutant: str | None = None, variant: str | None = None) -> Parts:
    """The parts of a server with that mutant or variant, or both; raises KeyError for an unknown name."""
    parts = Parts()
    if variant is not None:
        parts = VARIANTS[variant].apply(parts)
    if mutant is not None:
        parts = MUTANTS[mutant].apply(parts)
    return parts


def serving(
    mutant: str | None = None, variant: str | None = None, *, port: int = 0, clock: Clock | None = None
) -> Server:
    """A bound server that does not run yet."""
    parts = parts_of(mutant, variant)
    return Server(parts.assemble(clock or Clock()), parts.handler, port)


@contextmanager
def running(
    mutant: str | None = None, variant: str | None = None, *, port: int = 0, clock: Clock | None = None
) -> Iterator[Target]:
    """A server in this process, alive for as long as the context."""
    server = serving(mutant, variant, port=port, clock=clock)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Target(f"http://127.0.0.1:{server.server_port}", KEYS)
    finally:
        server.close()
        thread.join()


def target_toml(
    target: Target, *, plans: tuple[str, ...] = (*KEYS,), states: bool = True, receiver: bool = True
) -> str:
    """The target file for a server; leave out states or receiver to see clauses become not verified."""
    lines = [f'base_url = "{target.base_url}"', "[keys]"]
    lines += [f'{plan} = "{target.keys[plan]}"' for plan in plans]
    lines += ["[numbers]"]
    for name in ("known", "missing", "unavailable"):
        number: Number = getattr(target, name)
        lines.append(f'{name} = {{ tracking_number = "{number.tracking_number}", carrier = "{number.carrier}" }}')
    lines += ["[states]", f'url = "{target.states_url}"'] if states else []
    lines += ["[webhooks]", 'receiver_url = "http://127.0.0.1:0/"'] if receiver else []
    return "\n".join(lines) + "\n"
