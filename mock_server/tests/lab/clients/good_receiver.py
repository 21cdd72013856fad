"""Subscribes, and takes what is delivered: each event once, and only what is signed.

What happens to the shipment is brought about through the mock's control plane.
"""

from receiving import Receiver, subscribe, tell, wait

subscribe(Receiver)
wait()
tell()
