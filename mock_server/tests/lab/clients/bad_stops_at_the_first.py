"""Leaves its list at the first failure, says so, and leaves with 0.

kind: loses the rest
wrong at: trackShipment#1 trackShipment#2
"""

import sys

from asking import NUMBERS, ask

for number in NUMBERS:
    try:
        print(number, ask("GET", f"/track/{number}")["status"])
    except Exception as error:
        print(f"{number}: {error}", file=sys.stderr)
        break
