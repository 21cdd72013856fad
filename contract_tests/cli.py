"""`trackflow-contract`: the suite from the command line."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from contract_tests.contract.document import load
from contract_tests.contract.files import ContractError
from contract_tests.contract.listing import listing
from contract_tests.options import CLEAN_EPILOG, CLEAN_OPTIONS, OPTIONS, RunOptions, field_of
from contract_tests.outlet import Outlet

_HERE = Path(__file__).resolve().parent
_USAGE, _BROKEN_SUITE, _INTERRUPTED = 2, 70, 130
_PYTEST_USAGE = 4  # as in pytest.ExitCode, which takes a while to import


def main(arguments: Sequence[str] | None = None, *, plugins: Sequence[object] = ()) -> int:
    """Exit code 0 conforms, 1 a clause is broken, 2 usage, 3 unreachable or key refused, 4 nothing verified."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] == "--list":
        given = ["run", *given]
    parser = _parser()
    options, _ = parser.parse_known_args(given)
    if options.command == "clean":
        return _clean(parser.parse_args(given))
    if options.command != "run":
        parser.print_help()
        return _USAGE if given else 0
    chosen = {field_of(name): None for name, _ in OPTIONS}
    try:
        asked = RunOptions(**{name: getattr(options, name) for name in chosen})
        if asked.list:
            sys.stdout.write(listing(load(asked.overlay)))
            return 0
        if asked.base_url is None and asked.target is None:
            raise ContractError("give --base-url URL, or a --target file that has base_url")
    except ContractError as error:
        sys.stderr.write(f"trackflow-contract: {error}\n")
        return _USAGE
    return _run(given[1:], plugins)


def _clean(options: argparse.Namespace) -> int:
    from contract_tests import clean  # noqa: PLC0415 - a listing does without

    outlet = Outlet()
    step_aside = outlet.take_over()
    try:
        chosen = {field_of(name): getattr(options, field_of(name)) for name, _ in OPTIONS if name in CLEAN_OPTIONS}
        return clean.clean(RunOptions(**chosen), outlet)
    except ContractError as error:
        sys.stderr.write(f"trackflow-contract: {error}\n")
        return _USAGE
    finally:
        step_aside()


def _run(given: Sequence[str], plugins: Sequence[object]) -> int:
    import pytest  # noqa: PLC0415 - a listing does without

    ours = ["-c", str(_HERE / "pytest.ini"), "--rootdir", str(_HERE), "--no-header", "--tb=short", "-rN"]
    outcome = _Outcome()
    status = int(pytest.main([str(_HERE), *ours, *given], plugins=[outcome, *plugins]))
    if outcome.finished:
        return _INTERRUPTED if status == pytest.ExitCode.INTERRUPTED else status
    # Before a run has begun and ended, the numbers are pytest's own, and two of them mean something else here.
    return {int(pytest.ExitCode.USAGE_ERROR): _USAGE, int(pytest.ExitCode.INTERNAL_ERROR): _BROKEN_SUITE}.get(
        status, status
    )


class _Outcome:
    """Notes whether the run itself decided on the exit code."""

    def __init__(self) -> None:
        self.finished = False

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """A run that reached its end, or was stopped because nobody answers."""
        self.finished = exitstatus != _PYTEST_USAGE

    def pytest_internalerror(self) -> None:
        self.finished = False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="trackflow-contract", description="Checks any implementation of TrackFlow v2."
    )
    try:
        parser.add_argument("--version", action="version", version=f"%(prog)s {version('trackflow-mock')}")
    except PackageNotFoundError:
        parser.add_argument("--version", action="version", version="%(prog)s (not installed)")
    commands = parser.add_subparsers(dest="command", metavar="{run,clean}")
    run = commands.add_parser(
        "run",
        help="check an implementation",
        description="Checks an implementation, clause by clause. Options that are not listed here are pytest's.",
        epilog="Exit codes: 0 conforms, 1 a clause is broken, 2 usage, 3 unreachable or key refused, 4 nothing shown.",
        allow_abbrev=False,
    )
    for name, how in OPTIONS:
        run.add_argument(name, dest=field_of(name), **how)
    clean = commands.add_parser(
        "clean",
        help="delete the webhooks that a run which was killed left behind",
        description="Deletes the webhooks that a run which was killed left behind; one that is not there is gone.",
        epilog=CLEAN_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for name, how in OPTIONS:
        if name in CLEAN_OPTIONS:
            clean.add_argument(name, dest=field_of(name), **{**how, **CLEAN_OPTIONS[name]})
    return parser


if __name__ == "__main__":
    sys.exit(main())
