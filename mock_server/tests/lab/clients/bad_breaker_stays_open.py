"""A circuit breaker that opens at the first refusal and never closes: the rest of the list is not asked for.

kind: loses the rest
wrong at: trackShipment
"""

from asking import NUMBERS, send

is_open = False
for number in NUMBERS:
    if is_open:
        continue
    try:
        print(number, send("GET", f"/track/{number}")["status"])
    except Exception as error:
        is_open = True
        print(f"{number}: {error}")
