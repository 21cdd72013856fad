"""Throws the whole batch away when one shipment of it was refused.

kind: loses the rest
wrong at: trackBatch
"""

import sys

from asking import ask, batch

results = batch(ask)
if all(each["success"] for each in results):
    for each in results:
        print(each["tracking_number"], each["status"])
else:
    print("the batch has errors", file=sys.stderr)
