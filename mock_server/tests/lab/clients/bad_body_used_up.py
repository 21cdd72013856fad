"""Takes the shipments out of the list to send them, so a second attempt sends none.

kind: state is not reset
wrong at: trackBatch
"""

import json
import os
import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

BASE, KEY = os.environ["TRACKFLOW_BASE_URL"] + "/v2", os.environ["TRACKFLOW_API_KEY"]
NUMBERS = ("1Z204E380338943508", "449044304137821", "1ZTFTEST0300000040")


def send(method, path, body=None, timeout=2):
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    question = Request(BASE + path, body and json.dumps(body).encode(), headers, method=method)
    with urlopen(question, timeout=timeout) as answer:
        content = answer.read()
        return json.loads(content) if content else None


def batch(numbers):
    left = list(numbers)
    for attempt in range(4):
        shipments = []
        while left:
            shipments.append({"tracking_number": left.pop(0)})
        try:
            return send("POST", "/track/batch", {"shipments": shipments})
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


try:
    results = batch(NUMBERS)["results"]
except Exception as error:
    sys.exit(f"no batch: {error}")
refused = [each for each in results if not each["success"]]
for each in results:
    print(each["tracking_number"], each["status"] if each["success"] else each["error"]["code"])
sys.exit(1 if refused else 0)
