"""Takes an event as often as it comes.

What happens to the shipment is brought about through the mock's control plane.

kind: effect twice
wrong at: createWebhook
"""

from receiving import Receiver, subscribe, tell, wait


class Forgetful(Receiver):
    def is_new(self, _):
        return True


subscribe(Forgetful)
wait()
tell()
