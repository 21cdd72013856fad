"""How long the lab takes: every single failure of a client with seven calls, and sixty lies to tests of two seconds.

`make lab-figures`, on a machine that does nothing else.
"""

import os
import sys
from pathlib import Path
from time import monotonic

from mock_server.lab import exploring, scoring
from mock_server.lab.campaign import CampaignOptions
from mock_server.lab.trial import Laboratory, settings
from mock_server.testing.running import RunningMock

CORPUS = Path(__file__).resolve().parents[2] / "mock_server" / "tests" / "lab"
CLIENT, SUITE = CORPUS / "clients" / "good_seven_calls.py", CORPUS / "suites" / "shipment.py"
SECONDS = 2  # that the tests take
LIES, BARS = 60, (300.0, 60.0)


def main() -> int:
    parallel = 2 * (os.cpu_count() or 1)
    with RunningMock(settings(0)) as mock:
        client = Laboratory(mock, [sys.executable, str(CLIENT)], limit=30)
        options = CampaignOptions("growth", depth=1, time_limit=1800, parallel=parallel)
        campaign = exploring.explore(client, options, now=monotonic)
        calls, cases = len(campaign.baseline.calls), len(campaign.cases)
        print(f"{calls} calls, {cases} of {campaign.planned} failures: {campaign.seconds:.0f} s, bar {BARS[0]:.0f} s")
        print(f"failed {len(campaign.of('failed'))}, never struck {len(campaign.of('not_struck'))}", flush=True)
        suite = Laboratory(mock, ["sh", "-c", f"sleep {SECONDS}; exec {sys.executable} {SUITE}"], limit=60)
        limits = scoring.ScoreOptions("growth", time_limit=1800, parallel=parallel, most=LIES)
        result = scoring.score(suite, limits, now=monotonic)
        told = len(result.of("noticed")) + len(result.of("survived"))
        print(f"{told} lies to tests of {SECONDS} s: {result.seconds:.0f} s, bar {BARS[1]:.0f} s")
    return 0 if campaign.seconds <= BARS[0] and told == LIES and result.seconds <= BARS[1] else 1


if __name__ == "__main__":
    sys.exit(main())
