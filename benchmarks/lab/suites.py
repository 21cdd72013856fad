"""The sample suites, told every lie: whether exactly the blind spots that were planted are reported, in every run."""

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from benchmarks.lab.clients import INTERPRETERS
from mock_server.lab.reports.scored import blind_spots
from mock_server.lab.scoring import ScoreOptions, score
from mock_server.lab.trial import Laboratory, settings
from mock_server.testing.running import RunningMock

SUITES = Path(__file__).resolve().parents[2] / "mock_server" / "tests" / "lab" / "suites"
RUNS = 2  # of which both must find the same
PATIENCE = 1200.0  # seconds that all lies to one suite may take on a busy machine


def main(names: Sequence[str]) -> int:
    wrong = 0
    with RunningMock(settings(0)) as mock:
        for file in sorted(each for each in SUITES.iterdir() if each.suffix in INTERPRETERS):
            planted = set(re.findall(r"^(?:// |# )?blind: (.+)$", file.read_text(), re.M))
            if not planted or (names and file.stem not in names):
                continue
            if shutil.which(INTERPRETERS[file.suffix]) is None:
                print(f"{file.name}: not run, there is no {INTERPRETERS[file.suffix]}")
                continue
            lab = Laboratory(mock, [INTERPRETERS[file.suffix], str(file)], limit=60)
            scores = set()
            for _ in range(RUNS):
                began = monotonic()
                result = score(lab, ScoreOptions("growth", time_limit=PATIENCE), now=monotonic)
                found = {f"{each.subject} {each.place}" for each in blind_spots(result)}
                told = [f"missed: {each}" for each in sorted(planted - found)]
                told += [f"not planted: {each}" for each in sorted(found - planted)]
                scores.add(result.percent)
                wrong += len(told)
                lies = len(result.of("survived")) + len(result.of("noticed"))
                print(
                    f"{file.name}: {len(found & planted)} of {len(planted)} blind spots, {len(told)} wrong; "
                    f"{result.percent or 0:.1f} % of {lies} lies noticed, in {monotonic() - began:.0f} s",
                    *told,
                    sep="\n    ",
                    flush=True,
                )
            wrong += len(scores) - 1
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
