"""Lets backoff repeat whatever requests complains of, refusals of the request among them.

kind: retries a 400
wrong at: trackShipment
"""

import os
import sys

import backoff
import requests


@backoff.on_exception(backoff.constant, requests.RequestException, max_tries=5, interval=1.1, jitter=None)
def track(number):
    url, headers = (
        f"{os.environ['TRACKFLOW_BASE_URL']}/v2/track/{number}",
        {"X-API-Key": os.environ["TRACKFLOW_API_KEY"]},
    )
    answer = requests.get(url, headers=headers, timeout=3)
    answer.raise_for_status()
    return answer.json()


try:
    print(track("1Z204E380338943508")["status"])
except requests.RequestException as error:
    sys.exit(str(error))
