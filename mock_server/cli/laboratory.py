"""What `explore` and `score` have in common: what they are asked, the mock they run on, their reports."""

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mock_server.cli.exits import BY_SIGNAL, UNREACHABLE, Unusable
from mock_server.cli.logs import configure

if TYPE_CHECKING:
    from mock_server.lab.reports.report import LabReport
    from mock_server.lab.trial import Laboratory

DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
OVERLAY_HELP = "OpenAPI Overlay to apply to the contract first; repeatable."
REPORT_HELP = "Where report.html, report.json and junit.xml go."
COUNTED = 10  # trials after which progress is told where nobody watches a terminal


class Duration(click.ParamType):  # type: ignore[type-arg]  # older releases of click take no argument here
    """A time as people write it: 5m, 90s, 1h30m, 300."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        found = DURATION.fullmatch(str(value))
        seconds = (
            sum(float(part) * unit for part, unit in zip(found.groups("0"), (3600, 60, 1), strict=True)) if found else 0
        )
        if not seconds:
            self.fail(f"{value!r} is no length of time; write it like 5m, 90s or 1h30m", param, ctx)
        return seconds


@dataclass(frozen=True, slots=True)
class LabOptions:
    """What both commands are asked."""

    command: tuple[str, ...]
    plan: str
    timeout: float
    time_limit: float
    parallel: int
    seed: int
    overlays: Sequence[Path]
    capsules: Path | None
    report_dir: Path | None


def lab_options(action: Callable[..., None]) -> Callable[..., None]:
    """The options of both commands, which the action gets as an order."""

    @wraps(action)
    def ordered(**given: Any) -> None:
        action(LabOptions(**{field.name: given.pop(field.name) for field in fields(LabOptions)}), **given)

    positive = click.FloatRange(min=0, min_open=True)
    file = click.Path(path_type=Path)
    twice = 2 * (os.cpu_count() or 1)
    options = (
        click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND [ARGS]..."),
        click.option("--plan", default="growth", metavar="PLAN", help="The plan of each sandbox."),
        click.option("--timeout", type=positive, default=30.0, metavar="SECONDS", help="How long one run may take."),
        click.option("--time-limit", type=Duration(), default="5m", metavar="TIME", help="How long all may take."),
        click.option("--parallel", type=click.IntRange(min=1), default=twice, metavar="N", help="Runs at a time."),
        click.option("--seed", type=int, default=0, metavar="N", help="What every world follows from."),
        click.option("--overlay", "overlays", multiple=True, type=file, metavar="FILE", help=OVERLAY_HELP),
        click.option("--capsules", type=file, metavar="DIR", help="Where a capsule of each failure goes."),
        click.option("--report-dir", type=file, metavar="DIR", help=REPORT_HELP),
    )
    for option in reversed(options):
        option(ordered)
    return ordered


class Interruption:
    """SIGINT or SIGTERM, which stops a laboratory; a second one ends this process as always."""

    def __init__(self) -> None:
        self._number: int | None = None

    @contextmanager
    def stopping(self, found: "Laboratory") -> "Iterator[None]":
        """While this is open, the first of them stops that laboratory."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def stop(number: int, _frame: object) -> None:
            for each, handler in before.items():
                signal.signal(each, handler)
            self._number = number
            found.stop()

        for each in before:
            signal.signal(each, stop)
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def leave(self, status: int) -> NoReturn:
        """Leave with the status, or with the signal's if there was one."""
        sys.exit(status if self._number is None else BY_SIGNAL + self._number)


@contextmanager
def laboratory(order: LabOptions, interruption: Interruption) -> "Iterator[Laboratory]":
    """A laboratory for the command, on a mock of its own; what could not be written in the end is refused first."""
    from contract_tests.contract.files import DocumentError
    from mock_server.certificates.authority import CertificateError
    from mock_server.commands.process import NoCommandError
    from mock_server.lab.baseline import BaselineError
    from mock_server.lab.trial import Laboratory, StoppedError, settings
    from mock_server.testing.running import RunningMock

    _make(order.report_dir, "--report-dir")
    _make(order.capsules, "--capsules")
    configure("text", sys.stderr)
    try:
        with RunningMock(settings(order.seed, order.overlays)) as mock:
            found = Laboratory(mock, order.command, limit=order.timeout)
            _check_plan(found, order.plan)
            with interruption.stopping(found):
                yield found
    except (DocumentError, CertificateError) as error:
        raise Unusable(str(error)) from None
    except (BaselineError, NoCommandError) as error:
        print(f"trackflow-mock: {error}", file=sys.stderr)
        sys.exit(UNREACHABLE)
    except StoppedError:
        print("trackflow-mock: interrupted before anything was known", file=sys.stderr)
        interruption.leave(UNREACHABLE)


def _check_plan(laboratory: "Laboratory", plan: str) -> None:
    """Refuse a plan that there is not."""
    plans = [str(each["name"]) for each in laboratory.specification.plans]
    if plan not in plans:
        raise click.BadParameter(f"{plan!r} is no plan; there are {', '.join(plans)}", param_hint="--plan")


def _make(folder: Path | None, option: str) -> None:
    """Make the folder, so that a campaign does not end without being written."""
    try:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.BadParameter(f"{folder}: {error.strerror}", param_hint=option) from None


def show_progress(word: str) -> Callable[[int, int, int], None]:
    """What tells how far it is on standard error, with how many did what the word says."""

    def show(done: int, planned: int, found: int) -> None:
        text = f"{done} of {planned}, {found} {word}"
        if sys.stderr.isatty():
            print(f"\r{text}", end="\n" if done == planned else "", file=sys.stderr, flush=True)
        elif done % COUNTED == 0 or done == planned:
            print(text, file=sys.stderr, flush=True)

    return show


def tell(report: "LabReport", folder: Path | None) -> None:
    """Print what was found out, and write it to the folder if there is one."""
    from mock_server.lab import reports

    print(report.opening)
    print(report.closing)
    if folder:
        reports.write(folder, report)
