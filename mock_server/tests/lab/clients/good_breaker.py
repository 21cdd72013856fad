"""A circuit breaker: after three failures in a row it asks for nothing for a moment, then for one thing only."""

import sys
import time
from urllib.error import HTTPError

from asking import NUMBERS, send


class Breaker:
    def __init__(self, failures, seconds):
        self.most, self.seconds, self.failures = failures, seconds, 0

    def call(self, question, *args):
        if self.failures >= self.most:
            time.sleep(self.seconds)
        try:
            answer = question(*args)
        except HTTPError as error:
            self.failures += error.code >= 500 or error.code == 429
            raise
        except Exception:
            self.failures += 1
            raise
        self.failures = 0
        return answer


breaker, failed = Breaker(3, 1), []
for number in NUMBERS:
    for attempt in range(4):
        try:
            print(number, breaker.call(send, "GET", f"/track/{number}")["status"])
            break
        except HTTPError as error:
            if attempt == 3 or error.code not in (429, 500, 503):
                failed.append(f"{number} ({error.code})")
                break
            time.sleep(int(error.headers.get("Retry-After", "1")))
        except Exception as error:
            if attempt == 3:
                failed.append(f"{number} ({error})")
            else:
                time.sleep(0.5 * (attempt + 1))
if failed:
    sys.exit("not tracked: " + ", ".join(failed))
