"""Takes every failure for nothing.

kind: swallows errors
wrong at: trackShipment
"""

from asking import NUMBERS, send

for number in NUMBERS:
    try:
        print(number, send("GET", f"/track/{number}")["status"])
    except Exception:
        pass
