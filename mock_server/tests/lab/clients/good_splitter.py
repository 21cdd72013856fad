"""A list in batches of two; each batch is asked for by itself, and what is missing in the end is named."""

import sys

from asking import NUMBERS, ask

wanted, size, missing = [*NUMBERS, "RR990000045GB", "1Z999AA10123456784"], 2, []
for start in range(0, len(wanted), size):
    part = wanted[start : start + size]
    try:
        answer = ask("POST", "/track/batch", {"shipments": [{"tracking_number": each} for each in part]})
    except Exception as error:
        missing += [f"{each} ({error})" for each in part]
        continue
    for each in answer["results"]:
        if each["success"]:
            print(each["tracking_number"], each["status"])
        else:
            missing.append(f"{each['tracking_number']} ({each['error']['code']})")
if missing:
    print("missing:", *missing, sep="\n  ", file=sys.stderr)
    sys.exit(3)
