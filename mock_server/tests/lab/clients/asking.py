"""What is right in most of the clients beside this: a question with a time limit, and how it is asked again."""

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
    """Once."""
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    question = Request(BASE + path, body and json.dumps(body).encode(), headers, method=method)
    with urlopen(question, timeout=timeout) as answer:
        content = answer.read()
        return json.loads(content) if content else None


def ask(method, path, body=None):
    """Four times at most, after what may pass, with the pause that the answer tells."""
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
    """A webhook, asked for again only after a refusal that comes before the effect."""
    wanted = {"tracking_number": number, "url": "https://example.com/hook"}
    for attempt in range(4):
        try:
            return send("POST", "/webhooks", wanted)
        except HTTPError as error:
            if error.code != 429 or attempt == 3:
                raise
            time.sleep(int(error.headers["Retry-After"]))


def track_each(asked):
    """Whether one of the shipments could not be tracked; the status of the others is printed."""
    failed = False
    for number in NUMBERS:
        try:
            print(number, asked("GET", f"/track/{number}")["status"])
        except Exception as error:
            print(f"{number}: {error}", file=sys.stderr)
            failed = True
    return failed


def batch(asked):
    """The results of one batch; leaves without them."""
    try:
        shipments = [{"tracking_number": number} for number in NUMBERS]
        return asked("POST", "/track/batch", {"shipments": shipments})["results"]
    except Exception as error:
        sys.exit(f"no batch: {error}")


def told(results):
    """Whether a result of the batch is a refusal; all are printed."""
    refused = not all(each["success"] for each in results)
    for each in results:
        print(each["tracking_number"], each["status"] if each["success"] else each["error"]["code"])
    return refused
