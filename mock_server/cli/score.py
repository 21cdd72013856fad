"""`trackflow-mock score`: tests of a client, told every lie that the API could tell them."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mock_server.cli.exits import DONE, NOTHING_STRUCK, WRONG
from mock_server.cli.laboratory import check_folder, check_plan, lab_options, laboratory, show_progress

SCORE_HELP = """Run tests while the API lies to them, and tell which lies they do not notice.

\b
Examples:
  trackflow-mock score -- pytest -x tests/
  trackflow-mock score --fail-under 80 --report-dir out -- npm test
  trackflow-mock score --lies documented --time-limit 2m -- ./gradlew test

The tests run as they are, then once for each lie about what they asked for: a field gone, null, renamed or of another
type, another status or code, a header gone, a quota miscounted, a batch in another order, a delivery with a bad
signature. They must turn red. Each run is a sandbox of its own. See `trackflow-mock docs client-lab`.

\b
Leaves with 0 if enough was noticed, 1 if less than --fail-under, 2 for a wrong command line, 3 if the tests cannot be
run or fail when nobody lies, 4 if they asked for nothing that could be lied about.
"""


@click.command(help=SCORE_HELP, context_settings={"allow_interspersed_args": False})
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    default=0.0,
    metavar="PERCENT",
    help="Leave with 1 if less of the lies were noticed.",
)
@click.option(
    "--lies",
    type=click.Choice(["documented", "all"]),
    default="all",
    show_default=True,
    help="Only lies that contradict the published page, or those about what is assumed too.",
)
@lab_options
def score(
    *,
    command: tuple[str, ...],
    plan: str,
    timeout: float,
    time_limit: float,
    parallel: int,
    seed: int,
    overlays: Sequence[Path],
    capsules: Path | None,
    report_dir: Path | None,
    fail_under: float,
    lies: str,
) -> None:
    """Tell the tests every lie."""
    from functools import partial
    from time import monotonic

    from mock_server.lab import kept, reports, scoring
    from mock_server.lab.reports import scored

    check_folder(report_dir, "--report-dir")
    check_folder(capsules, "--capsules")
    with laboratory(command, timeout=timeout, seed=seed, overlays=overlays) as lab:
        check_plan(lab, plan)
        options = scoring.Options(plan, lies == "documented", time_limit, parallel)
        keep = partial(kept.keep_lie, capsules, lab, plan) if capsules else kept.nothing
        result = scoring.score(lab, options, now=monotonic, progress=show_progress("survived"), keep=keep)
    print(scored.opening(result))
    print(scored.closing(result, command))
    if report_dir:
        reports.write(report_dir, scored.as_json(result), scored.sheet(result, command), scored.tests(result))
    if result.percent is None:
        sys.exit(NOTHING_STRUCK)
    sys.exit(WRONG if result.percent < fail_under else DONE)
