"""Turns httpx's own time limit off, because a report once took longer than five seconds.

kind: no timeout
wrong at: trackShipment listCarriers
"""

import os
import sys

import httpx

base, headers = os.environ["TRACKFLOW_BASE_URL"] + "/v2", {"X-API-Key": os.environ["TRACKFLOW_API_KEY"]}
try:
    with httpx.Client(base_url=base, headers=headers, timeout=None) as client:
        print(client.get("/carriers").raise_for_status().json()["count"], "carriers")
        print(client.get("/track/1Z204E380338943508").raise_for_status().json()["status"])
except Exception as error:
    sys.exit(f"failed: {error}")
