"""A service object around httpx: a limit for everything, patience for what passes, an exit status for what does not."""

import os
import sys
import time

import httpx

TRIES, PASSING = 5, {429, 500, 502, 503, 504}


class TrackFlow:
    def __init__(self):
        headers = {"X-API-Key": os.environ["TRACKFLOW_API_KEY"]}
        self.http = httpx.Client(base_url=os.environ["TRACKFLOW_BASE_URL"] + "/v2", headers=headers, timeout=3)

    def get(self, path):
        pause = 0.3
        for left in reversed(range(TRIES)):
            try:
                answer = self.http.get(path)
                if answer.status_code not in PASSING or not left:
                    answer.raise_for_status()
                    return answer.json()
                time.sleep(float(answer.headers.get("Retry-After", pause)))
            except (httpx.TransportError, httpx.DecodingError, ValueError):
                if not left:
                    raise
                time.sleep(pause)
            pause *= 2


service = TrackFlow()
try:
    carriers = {each["code"]: each["name"] for each in service.get("/carriers")["carriers"]}
    for number in ("1Z204E380338943508", "449044304137821"):
        shipment = service.get(f"/track/{number}")
        print(f"{carriers[shipment['carrier']['code']]:10} {number} {shipment['status_description']}")
except Exception as error:
    sys.exit(f"tracking is not available: {type(error).__name__}: {error}")
