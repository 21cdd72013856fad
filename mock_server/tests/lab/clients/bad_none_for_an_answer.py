"""Prints None where it got no answer, and leaves with 0.

kind: swallows errors
wrong at: trackShipment
"""

from asking import NUMBERS, send


def status(number):
    try:
        return send("GET", f"/track/{number}")["status"]
    except Exception:
        return None


for number in NUMBERS:
    print(number, status(number))
