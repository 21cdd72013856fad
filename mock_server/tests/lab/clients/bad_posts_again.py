"""Repeats the making of a webhook like any question.

kind: effect twice
wrong at: createWebhook
"""

import sys

from asking import ask

WANTED = {"tracking_number": "1Z204E380338943508", "url": "https://example.com/hook"}

try:
    print("subscribed to", ask("POST", "/webhooks", WANTED)["tracking_number"])
except Exception as error:
    sys.exit(f"not subscribed: {error}")
