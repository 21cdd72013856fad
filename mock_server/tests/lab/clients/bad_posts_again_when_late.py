"""Repeats the making of a webhook when the answer is late.

kind: effect twice
wrong at: createWebhook
"""

import time
from urllib.error import HTTPError

from asking import send


def create(number):
    wanted = {"tracking_number": number, "url": "https://example.com/hook"}
    for attempt in range(4):
        try:
            return send("POST", "/webhooks", wanted)
        except HTTPError as error:
            if error.code != 429 or attempt == 3:
                raise
            time.sleep(int(error.headers["Retry-After"]))
        except TimeoutError:
            if attempt == 3:
                raise


print("subscribed to", create("1Z204E380338943508")["tracking_number"])
