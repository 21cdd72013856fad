"""Takes every event for true, whoever signed it.

What happens to the shipment is brought about through the mock's control plane.

kind: swallows errors
wrong at: createWebhook
"""

from receiving import Receiver, subscribe, tell, wait


class Believing(Receiver):
    def is_signed(self, _):
        return True


subscribe(Believing)
wait()
tell()
