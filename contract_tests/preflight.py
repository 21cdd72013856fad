"""The first question: is anyone there, is it the API, and is the key good?"""

from urllib.parse import urljoin, urlsplit, urlunsplit

from contract_tests.budget import BudgetSpentError
from contract_tests.contract.document import Contract
from contract_tests.contract.operations import Operation
from contract_tests.exchange import Exchange, SentRequest
from contract_tests.facts import UnverifiableError
from contract_tests.pacing import QuotaSpentError
from contract_tests.run import Run
from contract_tests.transport import NoAnswerError

_MOVED = {301, 302, 303, 307, 308}
_NOT_FOUND = 404
_NO_TLS = "WRONG_VERSION_NUMBER"  # as OpenSSL calls an answer that is not encrypted
# The page gives no path for these, but says what they do.
_WHAT_SILENCE_BREAKS = {"createWebhook": "webhook.id", "deleteWebhook": "webhook.delete.operation"}


def preflight(run: Run) -> str | None:
    """Why no check makes sense, or None. The directory is asked for, because that needs no facts."""
    run.session.probe = "preflight"
    try:
        answer = run.api.carriers()
        if answer.status == _NOT_FOUND:
            return _perhaps_elsewhere(run)
    except NoAnswerError as error:
        base = run.session.base_url
        plain = f"; nobody speaks TLS there, so try http{base.removeprefix('https')}" if _NO_TLS in str(error) else ""
        return f"{base} cannot be reached: {error}{plain}"
    except (UnverifiableError, BudgetSpentError, QuotaSpentError):
        return None
    if answer.status in {401, 403}:
        return f"{run.session.base_url} refuses the key ({answer.status}); give a good one with --api-key"
    if answer.status in _MOVED:
        return _moved(run, answer)
    if answer.response.succeeded and not answer.response.is_json:
        _perhaps_no_api(run, answer)
    return None


def silent_clauses(contract: Contract, operation: Operation) -> list[str]:
    """The clauses that an operation breaks by never answering."""
    path = contract.document["paths"][operation.path].get("x-clause")
    found = [path, operation.success.clause, _WHAT_SILENCE_BREAKS.get(operation.id)]
    return [each for each in found if isinstance(each, str)]


def _moved(run: Run, answer: Exchange) -> str | None:
    """A redirect of everything, told as where to go; a key must not be sent after it unasked."""
    place = urljoin(answer.request.url, answer.response.header("Location") or "")
    path = answer.request.url.removeprefix(run.session.base_url)
    if not place.endswith(path):
        return f"{run.session.base_url} redirects ({answer.status}) to {place}; give --base-url with where the API is"
    return f"{run.session.base_url} redirects ({answer.status}); give --base-url {place.removesuffix(path)}"


def _perhaps_elsewhere(run: Run) -> str | None:
    """Whether nothing of the API is there; then one hint, or one broken clause, says it all."""
    api, number = run.api, run.api.page_number()
    # An API that merely has neither the directory there nor the page's shipment still asks strangers for a key.
    answers = [api.track(number, keyless=keyless) for keyless in (False, True)]
    if any(each.status != _NOT_FOUND for each in answers):
        return None
    base, below = run.session.base_url, api.contract.base_path
    parts = urlsplit(base)
    origin = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    if base != origin + below and _answers(run, origin + below):
        return f"nothing but 404 below {base}, and the API answers below {origin}{below}; give --base-url {origin}"
    bare = base.removesuffix(below)
    found = f"it answers below {bare or origin}" if _answers(run, bare) else "404 for every path"
    hint = f"{found}; if the API is somewhere else, give --base-url with all that stands before {below}"
    run.ledger.forget()
    run.ledger.breach("api.base-path", answers[0], f"paths below {below}", hint, probe="preflight")
    run.settled = f"nothing but 404 below {base}, so nothing more was asked"
    return None


def _perhaps_no_api(run: Run, directory: Exchange) -> None:
    """Sees whether every path has the same page, as a web site's has; then one broken clause says it all."""
    shipment = run.api.track(run.api.page_number())
    if shipment.response.is_json or shipment.response.body != directory.response.body:
        return
    kind = directory.response.header("Content-Type") or "no Content-Type"
    base, below = run.session.base_url, run.api.contract.base_path
    found = f"the same page ({kind}) for every path below {base}"
    hint = f"{found}; if the API is somewhere else, give --base-url with all that stands before {below}"
    run.ledger.forget()
    run.ledger.breach("api.json", shipment, "JSON", hint, probe="preflight")
    run.settled = f"{found}, so nothing more was asked"


def _answers(run: Run, base: str) -> bool:
    """Whether a shipment or the directory is answered below that URL by anything but a 404."""
    track, listed = (run.api.operation(each) for each in ("trackShipment", "listCarriers"))
    targets = (track.target({track.path_parameter: run.api.page_number()}, {}), listed.target({}, {}))
    for target in targets:
        run.session.budget.take(1)
        headers = (("Accept", "application/json"), (run.contract.key_header, run.session.key.text))
        answer = run.session.transport.send(SentRequest("GET", base + target, (*headers, *run.options.headers)))
        if answer.is_json and answer.status != _NOT_FOUND and answer.status not in _MOVED:
            return True
    return False
