"""Prints a batch up to the first shipment that was refused.

kind: loses the rest
wrong at: trackBatch
"""

from asking import ask, batch

results = batch(ask)
for each in results:
    if not each["success"]:
        print("refused:", each["tracking_number"], each["error"]["code"])
        break
    print(each["tracking_number"], each["status"])
