"""The suite against a server, inside this process."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from contract_tests.cli import main
from contract_tests.clock import ManualClock
from contract_tests.contract.document import Contract, load
from contract_tests.exchange import Exchange
from contract_tests.ledger import Verdict
from contract_tests.plugin import CLOCK, CONTRACT, RUN, TRANSPORT
from contract_tests.run import Run
from contract_tests.tests.servers import Target, target_toml
from contract_tests.transport import Transport


@dataclass(slots=True)
class Checked:
    """What one run did: its exit code, its output, what it sent and what it found; `run` is what it was made of."""

    status: int
    output: str
    exchanges: list[Exchange] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    lookups: int = 0
    run: Run | None = None

    def of(self, *kinds: str) -> set[str]:
        """The clauses with one of these verdicts."""
        return {name for name, each in self.verdicts.items() if each.verdict in kinds}


@cache
def _shipped() -> Contract:
    """The contract as it is shipped: a hundred runs read it once, and look at the same directory once."""
    return load()


@dataclass(slots=True)
class _Witness:
    checked: Checked

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        if not config.getoption("contract_overlay"):
            config.stash[CONTRACT] = _shipped()

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        run = config.stash.get(RUN, None)
        if run is not None:
            self.checked.run = run
            self.checked.exchanges = run.session.exchanges
            self.checked.lookups = run.session.budget.spent_lookups
            self.checked.verdicts = {each.clause.id: each for each in run.ledger.verdicts()}


@dataclass(slots=True)
class Timed:
    """Gives a run another clock, as a plugin that is asked first."""

    clock: ManualClock

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[CLOCK] = self.clock


@dataclass(slots=True)
class Connected:
    """Gives a run another way to its target."""

    transport: Transport

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[TRANSPORT] = self.transport


def check(*arguments: str, plugins: Sequence[object] = ()) -> Checked:
    """A run with these arguments of the command line."""
    checked = Checked(0, "")
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(output):
        checked.status = main(["run", *arguments], plugins=[_Witness(checked), *plugins])
    checked.output = output.getvalue()
    return checked


def check_at(url: str, target: Target, *arguments: str, plugins: Sequence[object] = ()) -> Checked:
    """A run with the server's Growth key and no other fact, against the URL."""
    return check("--base-url", url, "--api-key", target.keys["growth"], *arguments, plugins=plugins)


def check_server(
    target: Target,
    folder: Path,
    *arguments: str,
    plans: tuple[str, ...] | None = None,
    states: bool = True,
    receiver: bool = True,
    plugins: Sequence[object] = (),
) -> Checked:
    """A run against a reference server whose facts stand in a target file."""
    file = folder / "target.toml"
    facts = target_toml(target, plans=plans or tuple(target.keys), states=states, receiver=receiver)
    file.write_text(facts, encoding="utf-8")
    return check("--target", str(file), *arguments, plugins=plugins)
