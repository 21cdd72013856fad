"""The suite as a pytest plugin: options, fixtures, the order of probes, and what a probe's end means."""

import os
import shutil
import sys
from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import pytest

from contract_tests.api import Api
from contract_tests.clock import Clock
from contract_tests.contract.document import Contract, load
from contract_tests.contract.files import ContractError
from contract_tests.contract.listing import listing
from contract_tests.counting import concluded
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.ledger import Breach, Ledger
from contract_tests.masking import visible
from contract_tests.modules import modules
from contract_tests.options import OPTIONS, RunOptions, field_of
from contract_tests.outlet import Outlet
from contract_tests.preflight import preflight, silent_clauses
from contract_tests.probe_order import clauses_of, deselect, ordered
from contract_tests.report.annotations import annotations
from contract_tests.report.console import opening, summary, verified
from contract_tests.report.files import report, write_reports
from contract_tests.run import Run, prepare
from contract_tests.session import OBSTACLES
from contract_tests.states import States
from contract_tests.termination import terminable
from contract_tests.transport import NoAnswerError, SilenceError, Transport
from contract_tests.webhook_lab import WebhookLab

_BREACH = "contract_breach"
_UNREACHABLE = 3
_ONCE, _SURELY = 1, 3  # times that somebody who is silent, or gone, is asked for a sign of life
_QUIET = -2  # pytest's own count of probes would stand beside the ledger's count of clauses, and differ
RUN = pytest.StashKey[Run]()
CLOCK = pytest.StashKey[Clock]()  # another clock than the system's, for tests of the suite itself
TRANSPORT = pytest.StashKey[Transport]()  # another way to the target than HTTP, likewise
CONTRACT = pytest.StashKey[Contract]()  # one that has been read, likewise
_HERE = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("trackflow-contract", "the TrackFlow contract")
    for name, how in OPTIONS:
        group.addoption(name, dest="contract_" + field_of(name), **how)


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
    config.add_cleanup(terminable())
    if config.option.verbose <= 0:
        config.option.verbose = _QUIET
    outlet = Outlet()
    # Before the terminal reporter is made, which keeps sys.stdout as it finds it.
    config.add_cleanup(outlet.take_over())
    try:
        config.stash[RUN] = prepare(
            options,
            clock=config.stash.get(CLOCK, None),
            transport=config.stash.get(TRANSPORT, None),
            contract=config.stash.get(CONTRACT, None),
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


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """The most telling requests first, whatever order other plugins like, and only those that are asked for."""
    run = config.stash.get(RUN, None)
    if run is not None:
        # Before anything is left out, so that what a probe shows by the way has its file too.
        run.modules = modules((each.name, each.path, clauses_of(each)) for each in ordered(items) if clauses_of(each))
    yield
    if run is not None:
        deselect(run, config, items)
    items[:] = ordered(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """The first question; no probe is sent where its answer makes none sensible."""
    run = session.config.stash.get(RUN, None)
    if run is None or session.config.option.collectonly:
        return None
    if session.config.pluginmanager.get_plugin("terminalreporter"):
        terminal, width = sys.stdout.isatty(), shutil.get_terminal_size().columns
        run.progress.listen(partial(_tell, sys.stdout), run.sleeper.clock, terminal=terminal, width=width)
    _tell(sys.stdout, f"{run.session.base_url}: {opening(run)}\n")
    run.progress.total = len(session.items)
    run.progress.spent = partial(_spent, run)
    run.progress.waits = partial(_waits, run, session.items)
    run.refused = preflight(run)
    return True if run.refused else None


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A probe fails for a broken clause that counts, and is skipped if nothing could be shown."""
    run = pyfuncitem.config.stash.get(RUN, None)
    marker = pyfuncitem.get_closest_marker("proves")
    if run is None or marker is None:
        return (yield)
    run.session.probe = pyfuncitem.name
    run.progress.probe(pyfuncitem.name)
    before = len(run.ledger.breaches())
    try:
        if reason := run.stopped():
            raise UnverifiableError(reason)
        yield
    except OBSTACLES as error:
        _obstructed(run, marker, str(error))
        _conclude(run, pyfuncitem, before)
        pytest.skip(str(error))  # the obstacle, in words: nothing was shown either way
    except NoAnswerError as error:
        if not run.session.reachable(times=_ONCE if isinstance(error, SilenceError) else _SURELY):
            run.gone = f"{run.session.base_url} no longer answers: {error}"
            _obstructed(run, marker, run.gone)
            pytest.skip(run.gone)  # who has gone, and what it said last: nothing more can be shown
        silent = error.operation if isinstance(error, SilenceError) else None
        for clause in silent_clauses(run.contract, silent) if silent else marker.args[:1]:
            run.ledger.breach(clause, None, "an answer", str(error), probe=pyfuncitem.name)
    _conclude(run, pyfuncitem, before)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """No dots: the progress line tells what happens, and the ledger what came of it."""
    run = config.stash.get(RUN, None)
    if run is None or config.option.verbose > 0:
        return None
    if report.when == "call" or (report.when == "setup" and report.skipped):
        run.progress.over()
    broken = report.failed and any(name == _BREACH for name, _ in report.user_properties)
    return ("clause" if broken else report.outcome if report.failed else "", "", "")


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
    run.interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
    run.session.probe = "cleaning up"
    run.lab.close()
    run.left_behind = run.session.close(gone=run.gone is not None)
    if run.refused is not None:
        session.exitstatus = _UNREACHABLE
    if run.refused is None and not session.config.option.collectonly:
        concluded(run)
        verdicts = run.ledger.verdicts()
        write_reports(run, verdicts)
        if session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = exit_code(run, session.exitstatus)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is not None and run.refused is not None:
        run.progress.clear()
        terminalreporter.write(f"\n{visible(run.refused)}\n")
    elif run is not None and exitstatus != pytest.ExitCode.USAGE_ERROR:
        run.progress.clear()
        verdicts = run.ledger.verdicts()
        terminalreporter.write(summary(run, verdicts))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            terminalreporter.write(annotations(report(run, verdicts)))


def exit_code(run: Run, status: int) -> int:
    """0 conforms, 1 a clause is broken, 3 nobody answers any longer, 4 nothing, or too little, could be verified."""
    verdicts = [each.verdict for each in run.ledger.verdicts()]
    least = run.options.fail_under_verified or 0
    if run.gone:
        return _UNREACHABLE
    if "failed" in verdicts:
        return 1
    if "passed" not in verdicts or verified(verdicts) < least:
        return 4
    return int(pytest.ExitCode.OK if status == pytest.ExitCode.NO_TESTS_COLLECTED else status)


def options_of(config: pytest.Config) -> RunOptions:
    """The run that pytest's options ask for; UsageError if they contradict each other."""
    given = {field_of(name) for name, _ in OPTIONS}
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
def lab(run: Run) -> WebhookLab:
    return run.lab


@pytest.fixture
def states(run: Run) -> States:
    return run.states


def _tell(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()


def _spent(run: Run) -> str:
    budget = run.session.budget
    return f"{budget.spent_requests} of {budget.requests} requests"


def _waits(run: Run, items: Sequence[pytest.Item]) -> float:
    """Seconds of waiting that the probes to come are known for, where time can't be moved."""
    if run.states.available("time passes") or not run.options.exhaust_quota:
        return 0.0
    marks = (each.get_closest_marker("proves") for each in items[run.progress.done :])
    return 60.0 * sum(int(each.kwargs.get("minutes", 0)) for each in marks if each)


def _obstructed(run: Run, marker: pytest.Mark, reason: str) -> None:
    for clause in marker.args:
        run.ledger.obstacle(clause, reason)


def _conclude(run: Run, item: pytest.Item, before: int) -> None:
    fresh: list[Breach] = run.ledger.breaches()[before:]
    failing = [each for each in fresh if run.ledger.fails(each.clause) and run.ledger.counts(each)]
    if failing:
        lines = [visible(f"{each.clause}: expected {each.expected}; found {each.found}") for each in failing]
        item.user_properties.append((_BREACH, len(lines)))
        pytest.fail("\n".join(dict.fromkeys(lines)), pytrace=False)
