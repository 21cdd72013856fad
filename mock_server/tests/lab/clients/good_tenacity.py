"""tenacity that waits as the answer says, and backs off where it says nothing."""

import os
import sys

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
BACKOFF = wait_random_exponential(multiplier=0.1, max=1)


def passes(error: BaseException) -> bool:
    """Whether another attempt can help."""
    answer = getattr(error, "response", None)
    return isinstance(error, requests.RequestException) and (answer is None or answer.status_code in {429, 500, 503})


def pause(state: RetryCallState) -> float:
    """What the answer asks for, at least."""
    error = state.outcome.exception() if state.outcome else None
    answer = getattr(error, "response", None)
    told = answer.headers.get("Retry-After") if answer is not None else None
    return float(told) if told else BACKOFF(state)


def track(number: str) -> str:
    answer = requests.get(f"{BASE}/track/{number}", headers={"X-API-Key": KEY}, timeout=2)
    answer.raise_for_status()
    status: str = answer.json()["status"]
    return status


failed = False
for number in ("1Z204E380338943508", "449044304137821"):
    try:
        retrying = Retrying(stop=stop_after_attempt(4), wait=pause, retry=retry_if_exception(passes), reraise=True)
        print(number, retrying(track, number))
    except (requests.RequestException, ValueError) as error:
        print(f"{number}: {error}", file=sys.stderr)
        failed = True
sys.exit(failed)
