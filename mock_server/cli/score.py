"""`trackflow-mock score`: tests of a client, told every lie that the API could tell them."""

import click

from mock_server.cli.exits import DONE, NOTHING_STRUCK, WRONG
from mock_server.cli.laboratory import Interruption, LabOptions, lab_options, laboratory, show_progress, tell

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
run or fail when nobody lies, 4 if they asked for nothing that could be lied about. Ctrl-C, SIGTERM or --time-limit
end it early: what is known by then is told and written, as a part. After a signal it leaves with 130 (SIGINT) or 143
(SIGTERM).
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
@click.option(
    "--most", type=click.IntRange(min=1), metavar="N", help="How many lies at most, the likeliest to be noticed last."
)
@lab_options
def score(order: LabOptions, *, fail_under: float, lies: str, most: int | None) -> None:
    """Tell the tests every lie."""
    from functools import partial
    from time import monotonic

    from mock_server.lab import kept, scoring
    from mock_server.lab.reports import scored

    interruption = Interruption()
    with laboratory(order, interruption) as lab:
        options = scoring.ScoreOptions(order.plan, lies == "documented", order.time_limit, order.parallel, most)
        keep = partial(kept.keep_lie, order.capsules, lab, order.plan) if order.capsules else kept.nothing
        result = scoring.score(lab, options, now=monotonic, progress=show_progress("survived"), keep=keep)
    tell(scored.report(result, order.command), order.report_dir)
    if result.percent is None:
        interruption.leave(NOTHING_STRUCK)
    interruption.leave(WRONG if result.percent < fail_under else DONE)
