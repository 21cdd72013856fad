"""The suite as a pytest plugin: options, fixtures, the order of probes, and what a probe's end means."""

import os
import sys
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contract_tests.api import Api
from contract_tests.budget import BudgetSpentError
from contract_tests.clock import Clock
from contract_tests.contract.document import load
from contract_tests.contract.files import ContractError
from contract_tests.contract.listing import listing
from contract_tests.counting import concluded
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.lab import Lab
from contract_tests.ledger import Breach, Ledger
from contract_tests.options import OPTIONS, RunOptions
from contract_tests.outlet import Outlet
from contract_tests.pacing import QuotaSpentError
from contract_tests.preflight import preflight
from contract_tests.report.annotations import annotations
from contract_tests.report.console import opening, summary
from contract_tests.report.files import report, write_reports
from contract_tests.run import Run, prepare
from contract_tests.session import UnsafeError
from contract_tests.states import States
from contract_tests.transport import NoAnswerError, Transport

RUN = pytest.StashKey[Run]()
CLOCK = pytest.StashKey[Clock]()  # another clock than the system's, for tests of the suite itself
TRANSPORT = pytest.StashKey[Transport]()  # another way to the target than HTTP, likewise
_HERE = Path(__file__).resolve().parent
_OBSTACLES = (UnverifiableError, BudgetSpentError, QuotaSpentError, UnsafeError)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("trackflow-contract", "the TrackFlow contract")
    for name, how in OPTIONS:
        group.addoption(name, dest="contract_" + name.strip("-").replace("-", "_"), **how)


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if not options_of(config).list:
        return None
    try:
        sys.stdout.write(listing(load(options_of(config).overlay)))
    except ContractError as error:
        raise pytest.UsageError(str(error)) from None
    return 0


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "proves(*clauses, rank): the clauses that this probe proves or breaks")
    options = options_of(config)
    if not wanted(options) or config.option.collectonly:
        return
    if getattr(config.option, "numprocesses", None):
        raise pytest.UsageError("one key has one quota: a contract run is one process, so run it without -n")
    outlet = Outlet()
    # Before the terminal reporter is made, which keeps sys.stdout as it finds it.
    config.add_cleanup(outlet.take_over())
    try:
        config.stash[RUN] = prepare(
            options,
            clock=config.stash.get(CLOCK, None),
            transport=config.stash.get(TRANSPORT, None),
            outlet=outlet,
        )
    except ContractError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With a target, the probes and not the suite's own tests; without one, the other way round."""
    if _HERE not in collection_path.parents:
        return None
    inside = collection_path.relative_to(_HERE).parts
    if inside[0] == "tests":
        return True if wanted(options_of(config)) else None
    if inside[0].startswith("test_"):
        return None if wanted(options_of(config)) else True
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The most telling requests first, whatever order other plugins like."""
    probes = [each for each in items if each.get_closest_marker("proves")]
    probes.sort(key=lambda each: (_rank(each), each.location[0], each.location[1] or 0))
    items[:] = probes + [each for each in items if not each.get_closest_marker("proves")]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    run = session.config.stash.get(RUN, None)
    if run is None or session.config.option.collectonly:
        return
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter:
        run.progress.listener = partial(_tell, reporter)
    run.progress(f"{run.session.base_url}: {opening(run)}")
    run.refused = preflight(run)
    if run.refused:
        pytest.exit(run.refused, returncode=3)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A probe fails for a broken clause that counts, and is skipped if nothing could be shown."""
    run = pyfuncitem.config.stash.get(RUN, None)
    marker = pyfuncitem.get_closest_marker("proves")
    if run is None or marker is None:
        return (yield)
    run.session.probe = pyfuncitem.name
    before = len(run.ledger.breaches())
    try:
        result = yield
    except _OBSTACLES as error:
        for clause in marker.args:
            run.ledger.obstacle(clause, str(error))
        _conclude(run, before)
        pytest.skip(str(error))
    except NoAnswerError as error:
        for clause in marker.args[:1]:
            run.ledger.breach(clause, None, "an answer", str(error), probe=pyfuncitem.name)
    _conclude(run, before)
    return result if "result" in locals() else True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What pytest and its plugins report of a probe, such as --junitxml does, tells no secret either."""
    report = yield
    run = item.config.stash.get(RUN, None)
    if run is not None and report.longrepr is not None:
        told = report.longrepr
        report.longrepr = (*told[:2], run.mask(told[2])) if isinstance(told, tuple) else run.mask(str(told))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    run = session.config.stash.get(RUN, None)
    if run is None or exitstatus == pytest.ExitCode.USAGE_ERROR:
        return
    run.session.probe = "cleaning up"
    run.lab.close()
    run.left_behind = run.session.close()
    if run.refused is None and not session.config.option.collectonly:
        concluded(run)
        verdicts = run.ledger.verdicts()
        write_reports(run, verdicts)
        if session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = exit_code(run, session.exitstatus)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is not None and run.refused is None and exitstatus != pytest.ExitCode.USAGE_ERROR:
        terminalreporter.ensure_newline()
        verdicts = run.ledger.verdicts()
        terminalreporter.write(summary(run, verdicts))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            terminalreporter.write(annotations(report(run, verdicts)))


def exit_code(run: Run, status: int) -> int:
    """0 conforms, 1 a clause is broken, 4 nothing could be verified."""
    verdicts = {each.verdict for each in run.ledger.verdicts()}
    if "failed" in verdicts:
        return 1
    if "passed" not in verdicts:
        return 4
    return int(pytest.ExitCode.OK if status == pytest.ExitCode.NO_TESTS_COLLECTED else status)


def options_of(config: pytest.Config) -> RunOptions:
    """The run that pytest's options ask for; UsageError if they contradict each other."""
    given = {name.strip("-").replace("-", "_") for name, _ in OPTIONS}
    try:
        return RunOptions(**{name: config.getoption("contract_" + name) for name in given})
    except ContractError as error:
        raise pytest.UsageError(str(error)) from None


def wanted(options: RunOptions) -> bool:
    """Whether there is something to check."""
    return options.base_url is not None or options.target is not None


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    return request.config.stash[RUN]


@pytest.fixture
def api(run: Run) -> Api:
    return run.api


@pytest.fixture
def facts(run: Run) -> Facts:
    return run.facts


@pytest.fixture
def ledger(run: Run) -> Ledger:
    return run.ledger


@pytest.fixture
def lab(run: Run) -> Lab:
    return run.lab


@pytest.fixture
def states(run: Run) -> States:
    return run.states


def _tell(reporter: Any, text: str) -> None:
    reporter.ensure_newline()
    reporter.write_line(text)


def _rank(item: pytest.Item) -> int:
    marker = item.get_closest_marker("proves")
    return int(marker.kwargs["rank"]) if marker else 0


def _conclude(run: Run, before: int) -> None:
    fresh: list[Breach] = run.ledger.breaches()[before:]
    failing = [each for each in fresh if run.ledger.fails(each.clause) and run.ledger.counts(each)]
    if failing:
        lines = [f"{each.clause}: expected {each.expected}; found {each.found}" for each in failing]
        pytest.fail("\n".join(dict.fromkeys(lines)), pytrace=False)
