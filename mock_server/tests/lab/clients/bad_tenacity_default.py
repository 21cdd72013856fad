"""tenacity as its first example has it: any exception, no pause, no end.

kind: never stops
wrong at: trackShipment
"""

import os

import requests
from tenacity import retry

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]


@retry
def track(number):
    answer = requests.get(f"{BASE}/track/{number}", headers={"X-API-Key": KEY}, timeout=2)
    answer.raise_for_status()
    return answer.json()["status"]


print(track("1Z204E380338943508"))
