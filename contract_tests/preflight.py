"""The first question: is anyone there, and is the key good?"""

from contract_tests.budget import BudgetSpentError
from contract_tests.facts import UnverifiableError
from contract_tests.pacing import QuotaSpentError
from contract_tests.run import Run
from contract_tests.transport import NoAnswerError


def preflight(run: Run) -> str | None:
    """Why no check makes sense, or None. The directory is asked for, because that needs no facts."""
    run.session.probe = "preflight"
    try:
        answer = run.api.carriers()
    except NoAnswerError as error:
        return f"{run.session.base_url} cannot be reached: {error}"
    except (UnverifiableError, BudgetSpentError, QuotaSpentError):
        return None
    if answer.status in {401, 403}:
        return f"{run.session.base_url} refuses the key ({answer.status}); give a good one with --api-key"
    return None
