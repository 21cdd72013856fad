"""Seven calls: three shipments, a batch, the directory, a webhook made and deleted, whatever happens."""

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


def ask(method, path, body=None):
    for attempt in range(4):
        try:
            return send(method, path, body)
        except HTTPError as error:
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException, ValueError):
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


def create(number):
    wanted = {"tracking_number": number, "url": "https://example.com/hook"}
    for attempt in range(4):
        try:
            return send("POST", "/webhooks", wanted)
        except HTTPError as error:
            if error.code != 429 or attempt == 3:
                raise
            time.sleep(int(error.headers["Retry-After"]))


def delete(webhook):
    """Repeated like a question: once it is gone, it stays gone."""
    for attempt in range(4):
        try:
            send("DELETE", f"/webhooks/{webhook}")
            return
        except HTTPError as error:
            if error.code == 404 and attempt:
                return
            if error.code not in (429, 500, 503) or attempt == 3:
                raise
            time.sleep(int(error.headers.get("Retry-After", 0)) or 0.2 * 2**attempt)
        except (OSError, HTTPException):
            if attempt == 3:
                raise
            time.sleep(0.2 * 2**attempt)


def work():
    for number in NUMBERS:
        print(number, ask("GET", f"/track/{number}")["status"])
    shipments = [{"tracking_number": number} for number in NUMBERS]
    results = ask("POST", "/track/batch", {"shipments": shipments})["results"]
    print(sum(each["success"] for each in results), "of the batch")
    print(ask("GET", "/carriers")["count"], "carriers")
    return all(each["success"] for each in results)


try:
    whole = work()
    webhook = create(NUMBERS[0])["webhook_id"]
    delete(webhook)
    print("subscribed and unsubscribed")
except Exception as error:
    sys.exit(f"not done: {error}")
sys.exit(0 if whole else 1)
