"""requests with the decorators of backoff: one for what tells how long to wait, one for what does not."""

import os
import sys

import backoff
import requests

session = requests.Session()
session.headers["X-API-Key"] = os.environ["TRACKFLOW_API_KEY"]


def tells(answer):
    return answer.status_code in (429, 503)


def hopeless(error):
    return error.response is not None and error.response.status_code < 500


@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=4, factor=0.2, jitter=None, giveup=hopeless)
@backoff.on_predicate(
    backoff.runtime, tells, value=lambda answer: int(answer.headers["Retry-After"]), max_tries=4, jitter=None
)
def asked(number):
    answer = session.get(f"{os.environ['TRACKFLOW_BASE_URL']}/v2/track/{number}", timeout=3)
    if not tells(answer):
        answer.raise_for_status()
        answer.json()
    return answer


for number in ("1Z204E380338943508", "1ZTFTEST0300000040"):
    try:
        answer = asked(number)
        answer.raise_for_status()
    except requests.RequestException as error:
        sys.exit(f"{number}: {error}")
    print(number, answer.json()["status"])
