"""requests with urllib3's Retry, which honours Retry-After by itself."""

import os
import sys

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
session = requests.Session()
retry = Retry(total=4, backoff_factor=0.2, status_forcelist=[429, 500, 503], raise_on_status=True)
session.mount("http://", HTTPAdapter(max_retries=retry))
failed = False
for number in ("1Z204E380338943508", "449044304137821"):
    try:
        answer = session.get(f"{BASE}/track/{number}", headers={"X-API-Key": KEY}, timeout=2)
        answer.raise_for_status()
        print(number, answer.json()["status"])
    except (requests.RequestException, ValueError) as error:
        print(f"{number}: {error}", file=sys.stderr)
        failed = True
sys.exit(failed)
