"""`trackflow-mock replay`: a capsule's session once more."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mock_server.cli.capsule import FILE, read
from mock_server.cli.exits import DONE, WRONG, Unusable
from mock_server.cli.logs import configure

if TYPE_CHECKING:
    from mock_server.capsules.form import Capsule

MOST_TOLD = 10  # differences


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("file", type=FILE)
def replay(file: Path) -> None:
    """Replay the capsule in FILE: the same requests to a fresh mock give the same bytes.

    \b
    Examples:
      trackflow-mock replay bug.tfcap

    Leaves with 0 if everything is as it was, 1 if something differs, 2 for a capsule that cannot be replayed here.
    """
    configure("text", sys.stderr)
    sys.exit(_by_itself(read(file)))


def _by_itself(capsule: "Capsule") -> int:
    """The same requests to a fresh mock."""
    from contract_tests.contract.files import DocumentError
    from mock_server.capsules import replaying
    from mock_server.capsules.form import CapsuleError
    from mock_server.capsules.showing import counted
    from mock_server.contract.forms import FormError

    try:
        again = replaying.replay(capsule)
    except (CapsuleError, FormError, DocumentError, ValueError) as error:
        raise Unusable(str(error)) from None
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
