"""urllib3's Retry for every method, so that a webhook whose making was not confirmed is made again.

kind: effect twice
wrong at: createWebhook
"""

import os
import sys

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
session = requests.Session()
retry = Retry(total=4, backoff_factor=0.2, status_forcelist=[429, 500, 503], allowed_methods=None)
session.mount("http://", HTTPAdapter(max_retries=retry))
wanted = {"tracking_number": "1Z204E380338943508", "url": "https://example.com/hook"}
try:
    answer = session.post(f"{BASE}/webhooks", json=wanted, headers={"X-API-Key": KEY}, timeout=2)
    answer.raise_for_status()
    print("subscribed to", answer.json()["tracking_number"])
except (requests.RequestException, ValueError) as error:
    sys.exit(f"not subscribed: {error}")
