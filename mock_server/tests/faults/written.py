"""A scenario as it is written, for tests."""

from mock_server.faults import scenarios
from mock_server.faults.scenarios import Scenario
from mock_server.tests.faults.rulebook import FOUNDATION

WHOLE = """\
description: Everything a scenario can say.
clock: { instant: 2026-06-15T12:00:00Z, scale: 60 }
seed: 7
shipments:
  - tracking_number: 1Z 999-AA1 0123456784
    status: out_for_delivery
  - tracking_number: "999999999999"
    carrier: fedex
    events:
      - { type: delivered, timestamp: 2026-06-15T09:00:00Z, location: "Zürich, CH" }
plans:
  free: { requests_per_minute: 3 }
  growth: { requests_per_day: null, batch_size: 2 }
faults:
  - fault: { type: error, code: carrier_unavailable }
    match: { carrier: ups }
  - id: mine
    fault: { type: drop }
webhooks:
  - tracking_number: 1Z999AA10123456784
    url: https://example.com/hook
    events: [delivered]
"""


def read(text: str, name: str = "mine") -> Scenario:
    return scenarios.read(text, name, FOUNDATION.stage, source="mine.yaml")
