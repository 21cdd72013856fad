"""Asks for two batches, and goes without the second when the first failed.

kind: loses the rest
wrong at: trackBatch#1
"""

import sys

from asking import NUMBERS, ask


def batch(numbers):
    results = ask("POST", "/track/batch", {"shipments": [{"tracking_number": number} for number in numbers]})["results"]
    for each in results:
        print(each["tracking_number"], each["status"] if each["success"] else each["error"]["code"])


try:
    batch(NUMBERS[:2])
    batch(["RR990000045GB", "1ZTFTEST0300000022"])
except Exception as error:
    print("not all batches:", error, file=sys.stderr)
