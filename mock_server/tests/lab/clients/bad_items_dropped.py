"""Leaves out what was refused of a batch, and says nothing.

kind: swallows errors
wrong at: trackBatch
"""

from asking import ask, batch

results = batch(ask)
for each in results:
    if each["success"]:
        print(each["tracking_number"], each["status"])
