"""`trackflow-mock certify`: a verdict on a webhook receiver."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from mock_server.cli.exits import DONE, WRONG, Unreachable
from mock_server.cli.receiver import address, pause, secret_option, timeout_option, webhook_id_option

if TYPE_CHECKING:
    from mock_server.cli.verdicts import Screen
    from mock_server.receivers.attack import Attack
    from mock_server.receivers.examination import AttackResult, Examination


@click.command()
@click.argument("url", required=False)
@secret_option
@click.option("--only", multiple=True, metavar="NAME", help="Run only this attack; repeatable.")
@click.option("--list", "listed", is_flag=True, help="List the attacks and what each expects, and send nothing.")
@webhook_id_option
@timeout_option
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the verdicts with their evidence.",
)
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the verdicts as JUnit XML.",
)
def certify(
    url: str | None,
    *,
    secret: str | None,
    only: tuple[str, ...],
    listed: bool,
    webhook_id: str | None,
    timeout: float | None,
    json_file: Path | None,
    junit_file: Path | None,
) -> None:
    """Attack the webhook receiver at URL and print a verdict for each attack.

    \b
    Examples:
      trackflow-mock certify http://127.0.0.1:5000/hooks/trackflow --secret whsec_...
      trackflow-mock certify URL --secret whsec_... --only missing --only truncated
      trackflow-mock certify URL --secret whsec_... --junit certify.xml

    It sends some 70 deliveries, of which about 50 are rightly signed: point it at a receiver whose data may be thrown
    away. Leaves with 0 if every attack passed, 1 if one failed, 3 if nobody listens.
    """
    from mock_server.cli.verdicts import Screen, list_attacks, summarise, write_reports

    attacks = _attacks(only)
    if listed:
        list_attacks(attacks)
        return
    if url is None:
        raise click.UsageError("Missing argument 'URL': the receiver to attack.")
    if not secret:
        raise click.UsageError("Missing option '--secret': the secret that the receiver verifies with.")
    for option, path in (("--json", json_file), ("--junit", junit_file)):
        if path and not path.parent.is_dir():
            raise click.BadParameter(f"there is no directory {str(path.parent)!r}", param_hint=option)
    screen = Screen(sys.stdout)
    verdicts = []
    for verdict in _verdicts(_examination(url, secret, webhook_id, timeout, screen), attacks, screen):
        verdicts.append(verdict)
        screen.show(verdict)
    write_reports(url, verdicts, json_file, junit_file)
    summarise(url, verdicts)
    sys.exit(WRONG if any(verdict.failed for verdict in verdicts) else DONE)


def _attacks(only: tuple[str, ...]) -> "list[Attack]":
    from mock_server.receivers.examination import ATTACKS

    names = [attack.name for attack in ATTACKS]
    for name in only:
        if name not in names:
            raise click.BadParameter(f"{name!r} is no attack; there are {', '.join(names)}", param_hint="--only")
    return [attack for attack in ATTACKS if not only or attack.name in only]


def _examination(
    url: str, secret: str, webhook_id: str | None, timeout: float | None, screen: "Screen"
) -> "Examination":
    from contract_tests.contract.loading import load
    from mock_server.domain.clock import SystemClock
    from mock_server.domain.randomness import stream
    from mock_server.receivers.examination import GOOD, Examination, NoReceiverError
    from mock_server.receivers.forger import Forger
    from mock_server.receivers.target import ReceiverTarget

    now = SystemClock().now()
    # Ids that no earlier run has used, or a receiver that remembers them would drop its good deliveries.
    forger = Forger(load(), secret, stream(0, "certify", now), now, webhook_id)
    target = ReceiverTarget(address("URL", url), timeout or forger.rules.timeout_seconds, perf_counter, pause)
    screen.start(GOOD)
    try:
        return Examination(forger, target)
    except NoReceiverError as error:
        screen.clear()
        raise Unreachable(str(error)) from None


def _verdicts(examination: "Examination", attacks: "Sequence[Attack]", screen: "Screen") -> "Iterator[AttackResult]":
    """Verdicts as they come; a failed good delivery is told even if it was not asked for, since it colours the rest."""
    if examination.good.failed and examination.good.attack not in attacks:
        yield examination.good
    for attack in attacks:
        screen.start(attack)
        yield examination.verdict(attack)
