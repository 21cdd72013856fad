"""Waits for its events without an end.

What happens to the shipment is brought about through the mock's control plane.

kind: never stops
wrong at: createWebhook
"""

import time

from receiving import Receiver, events, subscribe, tell

subscribe(Receiver)
while len(events) < 2:
    time.sleep(0.05)
tell()
