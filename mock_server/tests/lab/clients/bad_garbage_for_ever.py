"""Asks for the directory until it can be read.

kind: never stops
wrong at: listCarriers
"""

import time

from asking import ask

while True:
    try:
        print(ask("GET", "/carriers")["count"], "carriers")
        break
    except ValueError:
        time.sleep(0.3)
