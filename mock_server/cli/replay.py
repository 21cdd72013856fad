"""`trackflow-mock replay`: a capsule's session once more."""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mock_server.cli.capsule import FILE, read, usable
from mock_server.cli.exits import BY_SIGNAL, DONE, NOTHING_STRUCK, UNREACHABLE, WRONG, Unreachable, Unusable
from mock_server.cli.logs import configure

if TYPE_CHECKING:
    from mock_server.capsules.form import Capsule

MOST_TOLD = 10  # differences

REPLAY_HELP = """Replay the capsule in FILE: by itself, or for a command.

\b
Examples:
  trackflow-mock replay bug.tfcap
  trackflow-mock replay bug.tfcap -- pytest tests/test_sync.py
  git bisect run trackflow-mock replay bug.tfcap -- npm test
  trackflow-mock replay bug.tfcap --against https://staging.example.com --api-key tf_live_sk_...

By itself, the same requests to a fresh mock must give the same bytes. With a command, a mock begins as the session did,
and the command runs there: it finds TRACKFLOW_BASE_URL and TRACKFLOW_API_KEY, or calls the API's own address. Against
another server, the first difference is told by the clause that it breaks. See `trackflow-mock docs client-lab`.

\b
Leaves with 0 if everything is as it was, or the command no longer fails; 1 if something differs, or it still does;
2 for a capsule that cannot be replayed here; 3 if the command cannot be run. For a capsule of `explore`, the command
fails if the verdict is what it was, as there; 4 if its failure does not strike any more.
"""


@click.command(help=REPLAY_HELP)
@click.argument("file", type=FILE)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND [ARGS]...]")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="How long the command may take."
)
@click.option("--against", "url", metavar="URL", help="Another server, without /v2, to compare with.")
@click.option("--api-key", "key", metavar="KEY", envvar="TRACKFLOW_API_KEY", help="The key to ask it with.")
def replay(file: Path, command: tuple[str, ...], timeout: float | None, url: str | None, key: str | None) -> None:
    """Replay a capsule."""
    configure("text", sys.stderr)
    if url and command:
        raise click.UsageError("--against compares with a server, a command runs against the mock; give one of them.")
    if url and not key:
        raise click.UsageError("say with --api-key which key to ask that server with.")
    capsule = read(file)
    with usable():
        if url and key:
            sys.exit(_against(capsule, url, key))
        sys.exit(_for_command(capsule, command, timeout) if command else _by_itself(capsule))


def _against(capsule: "Capsule", url: str, key: str) -> int:
    """The same requests to another server."""
    from mock_server.capsules.against import compare
    from mock_server.counting import counted

    try:
        found = compare(capsule, url, key)
    except OSError as error:
        raise Unreachable(f"{url}: {error}") from None
    left = f", {counted(found.left_out, 'request')} left out" if found.left_out else ""
    if found.difference:
        print(found.difference)
        print(f"the first difference in {counted(found.compared, 'request')} compared{left}")
        return WRONG
    print(f"{counted(found.compared, 'request')} compared{left}: no difference")
    return DONE


def _judged(capsule: "Capsule", command: tuple[str, ...], timeout: float | None) -> int:
    """The verdict on the command under the failure that the capsule is of."""
    from mock_server.lab.kept import SCORED, judge_again, tell_again
    from mock_server.lab.scoring import NOT_ASKED_FOR, SURVIVED
    from mock_server.lab.verdicts import FAILED, NOT_STRUCK

    if capsule["trial"]["by"] == SCORED:
        told = tell_again(capsule, command, limit=timeout)
        print(f"{told.lie.id}: {told.verdict}")
        return WRONG if told.verdict == SURVIVED else NOTHING_STRUCK if told.verdict == NOT_ASKED_FOR else DONE
    case = judge_again(capsule, command, limit=timeout)
    verdict = case.verdict
    print(f"{case.point.told}: {verdict.kind}{verdict.symptom and ', '}{verdict.symptom}: {verdict.reason}")
    return WRONG if verdict.kind == FAILED else NOTHING_STRUCK if verdict.kind == NOT_STRUCK else DONE


def _by_itself(capsule: "Capsule") -> int:
    """The same requests to a fresh mock."""
    from mock_server.capsules import replaying
    from mock_server.counting import counted

    again = replaying.replay(capsule)
    for difference in again.differences[:MOST_TOLD]:
        print(difference)
    if len(again.differences) > MOST_TOLD:
        print(f"and {len(again.differences) - MOST_TOLD} more")
    what = " and ".join(
        (counted(again.requests, "request"), counted(again.attempts, "attempt to deliver", "attempts to deliver"))
    )
    if again.differences:
        print(f"{what} replayed, {len(again.differences)} differ from what they were")
        return WRONG
    print(f"{what} replayed, every byte as it was")
    return DONE


def _for_command(capsule: "Capsule", command: tuple[str, ...], timeout: float | None) -> int:
    """The command where the session began."""
    from mock_server.certificates.authority import CertificateError
    from mock_server.commands.process import NoCommandError
    from mock_server.lab.again import run_again
    from mock_server.lab.baseline import BaselineError

    try:
        if "trial" in capsule:
            return _judged(capsule, command, timeout)
        ending = run_again(capsule, command, os.environ, limit=timeout)
    except CertificateError as error:
        raise Unusable(str(error)) from None
    except (NoCommandError, BaselineError) as error:
        print(f"trackflow-mock: {error}", file=sys.stderr)
        return UNREACHABLE
    except KeyboardInterrupt:
        return BY_SIGNAL + signal.SIGINT  # which ends a bisection, where 1 would be a verdict
    if ending.status:
        why = f"it was not over after {timeout:g} s" if ending.out_of_time else f"it leaves with {ending.status}"
        print(f"trackflow-mock: it still fails: {why}", file=sys.stderr)
        return WRONG
    print("trackflow-mock: it fails no longer", file=sys.stderr)
    return DONE
