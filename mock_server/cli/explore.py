"""`trackflow-mock explore`: a client under every failure that the API can have."""

from pathlib import Path

import click

from mock_server.cli.exits import DONE, NOTHING_STRUCK, WRONG, Unusable
from mock_server.cli.laboratory import Interruption, LabOptions, lab_options, laboratory, show_progress, tell

EXPLORE_HELP = """Run a command under every failure that the API can have, and tell which it does not survive.

\b
Examples:
  trackflow-mock explore -- python sync.py --once
  trackflow-mock explore --only createWebhook --report-dir out -- node app.mjs
  trackflow-mock explore --expect expectations.yaml --time-limit 2m -- pytest tests/integration

The command runs three times as it is, then once for each call and failure, each time in a sandbox of its own. What
passes by must leave it as if nothing had happened; what stays must end in time, be said, and leave nothing behind.
It finds TRACKFLOW_BASE_URL and TRACKFLOW_API_KEY, or calls the API's own address. See `trackflow-mock docs client-lab`.

\b
Leaves with 0 if nothing failed, 1 if something did, 2 for a wrong command line, 3 if the command cannot be run or
fails when nothing goes wrong, 4 if nothing could be struck. Ctrl-C, SIGTERM or --time-limit end it early: what is known
by then is told and written, as a part. After a signal it leaves with 130 (SIGINT) or 143 (SIGTERM).
"""


@click.command(help=EXPLORE_HELP, context_settings={"allow_interspersed_args": False})
@click.option("--depth", type=click.IntRange(1, 2), default=2, show_default=True, help="Failures at a time.")
@click.option("--only", metavar="CALL", help="Only this call, like createWebhook or trackShipment#2.")
@click.option("--expect", type=click.Path(path_type=Path), metavar="FILE", help="YAML: how it is to end otherwise.")
@lab_options
def explore(order: LabOptions, *, depth: int, only: str | None, expect: Path | None) -> None:
    """Run a command under every failure."""
    from functools import partial
    from time import monotonic

    from contract_tests.contract.files import DocumentError
    from mock_server.lab import exploring, kept
    from mock_server.lab.campaign import CampaignOptions
    from mock_server.lab.expectations import load
    from mock_server.lab.reports import explored
    from mock_server.lab.verdicts import FAILED, NOT_STRUCK

    interruption = Interruption()
    with laboratory(order, interruption) as lab:
        try:
            expectations = load(expect, lab.specification) if expect else []
        except DocumentError as error:
            raise Unusable(str(error)) from None
        if only and only.partition("#")[0] not in lab.specification.operations:
            names = ", ".join(lab.specification.operations)
            raise click.BadParameter(
                f"{only!r} is no call; name one of {names}, with #2 for the second", param_hint="--only"
            )
        options = CampaignOptions(order.plan, depth, order.time_limit, order.parallel, only, expectations)
        keep = partial(kept.keep, order.capsules, lab, options) if order.capsules else kept.nothing
        campaign = exploring.explore(lab, options, now=monotonic, progress=show_progress("failed"), keep=keep)
    tell(explored.report(campaign, order.command), order.report_dir)
    struck = any(case.verdict.kind != NOT_STRUCK for case in campaign.cases)
    interruption.leave(WRONG if campaign.of(FAILED) else DONE if struck else NOTHING_STRUCK)
