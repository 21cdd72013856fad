"""urllib3's Retry with the refusals in its list that say that the request is wrong.

kind: retries a refusal
wrong at: trackShipment
"""

import os
import sys

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
session = requests.Session()
retry = Retry(total=3, backoff_factor=0.2, status_forcelist=range(400, 600))
session.mount("http://", HTTPAdapter(max_retries=retry))
try:
    answer = session.get(f"{BASE}/track/1Z204E380338943508", headers={"X-API-Key": KEY}, timeout=2)
    answer.raise_for_status()
    print(answer.json()["status"])
except (requests.RequestException, ValueError) as error:
    sys.exit(f"cannot track: {error}")
