"""Calls requests without a timeout, which it does not have by itself.

kind: no timeout
wrong at: trackShipment
"""

import os
import sys

import requests

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
try:
    answer = requests.get(f"{BASE}/track/1Z204E380338943508", headers={"X-API-Key": KEY})
    answer.raise_for_status()
    print(answer.json()["status"])
except (requests.RequestException, ValueError) as error:
    sys.exit(f"cannot track: {error}")
