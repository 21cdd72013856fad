"""Halves a batch that fails and asks for the first half again; the second is forgotten.

kind: loses the rest
wrong at: trackBatch
"""

from asking import NUMBERS, send


def results(numbers):
    try:
        return send("POST", "/track/batch", {"shipments": [{"tracking_number": each} for each in numbers]})["results"]
    except Exception:
        return results(numbers[: len(numbers) // 2]) if len(numbers) > 1 else []


for each in results(list(NUMBERS)):
    print(each["tracking_number"], each["status"] if each["success"] else each["error"]["code"])
