"""`trackflow-contract clean`: deletes the webhooks that a run which was killed left behind."""

import sys

from contract_tests.budget import Budget
from contract_tests.contract.files import ContractError
from contract_tests.exchange import Key
from contract_tests.facts import UnverifiableError
from contract_tests.leftovers import FILE, left_in
from contract_tests.options import RunOptions
from contract_tests.outlet import Outlet
from contract_tests.pacing import QuotaSpentError
from contract_tests.report.files import REPORT
from contract_tests.run import Run, prepare
from contract_tests.transport import NoAnswerError

_DONE, _LEFT, _NOBODY = 0, 1, 3
_REFUSED = {401, 403}


def clean(options: RunOptions, outlet: Outlet) -> int:
    """0 nothing is left, 1 a webhook could not be deleted, 3 nobody answers or the key is refused.

    ContractError if the folder is not one that a run has written to.
    """
    folder = options.report_dir
    if folder is None:
        raise ContractError("give --report-dir DIR, the folder of the run that was killed")
    if not folder.is_dir():
        raise ContractError(f"--report-dir {folder}: no such folder")
    if left_in(folder) is None and not (folder / REPORT).is_file():
        raise ContractError(f"--report-dir {folder}: no {FILE} there, so no run that reported there made a webhook")
    run = prepare(options, outlet=outlet)
    try:
        return _cleaned(run)
    finally:
        run.session.transport.close()


def _cleaned(run: Run) -> int:
    left = dict(run.session.leftovers.webhooks)
    run.session.budget = Budget(requests=10 * len(left), lookups=10 * len(left))
    gone = run.contract.refusals["not_found"].statuses
    counts = {"deleted": 0, "gone": 0, "left": 0}
    for identifier, word in left.items():
        try:
            exchange = run.api.unsubscribe(identifier, key=_key(run, word), cleaning=True)
        except NoAnswerError as error:
            sys.stderr.write(f"trackflow-contract: {run.session.base_url} cannot be reached: {error}\n")
            return _NOBODY
        except (QuotaSpentError, UnverifiableError) as error:
            sys.stderr.write(f"trackflow-contract: webhook {identifier} could not be deleted: {error}\n")
            counts["left"] += 1
            continue
        if exchange.status in _REFUSED:
            place = f"{run.session.base_url} refuses the key ({exchange.status})"
            sys.stderr.write(f"trackflow-contract: {place}; give the one that the run had, with --api-key\n")
            return _NOBODY
        if exchange.response.succeeded:
            counts["deleted"] += 1
        elif exchange.status in gone:
            run.session.deleted(identifier)
            counts["gone"] += 1
        else:
            sys.stderr.write(f"trackflow-contract: webhook {identifier} could not be deleted: {exchange.status}\n")
            counts["left"] += 1
    sys.stdout.write(_told(**counts))
    return _LEFT if counts["left"] else _DONE


def _key(run: Run, word: str) -> Key:
    """The key that made the webhook if the target file has it, else the one that was given."""
    names = {f"TRACKFLOW_KEY_{name.upper()}": text for name, text in run.target.keys.items()}
    return Key(names[word], word) if word in names else run.session.key


def _told(deleted: int, gone: int, left: int) -> str:
    if not deleted + gone + left:
        return "no webhook was left behind\n"
    parts = [f"{deleted} webhook{'' if deleted == 1 else 's'} deleted"]
    parts += [f"{gone} gone already"] if gone else []
    parts += [f"{left} not deleted"] if left else []
    return ", ".join(parts) + "\n"
