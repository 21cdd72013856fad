"""Never tries again: says what went wrong and leaves."""

import json
import os
import sys
import urllib.request

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]

for number in ("1Z204E380338943508", "449044304137821"):
    question = urllib.request.Request(f"{BASE}/track/{number}", headers={"X-API-Key": KEY})
    try:
        with urllib.request.urlopen(question, timeout=5) as answer:
            print(number, json.load(answer)["status"])
    except Exception as error:
        sys.exit(f"cannot track {number}: {error}")
