"""Generated sessions, each saved as a capsule and replayed in another process, to the byte.

python -m benchmarks.capsules --sessions 1000
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mock_server.capsules import form, replaying
from mock_server.domain.clock import Clock, SandboxClock
from mock_server.settings import Settings
from mock_server.tests.capsules.sessions import SECRET, GeneratedSession
from mock_server.world import Foundation

REPLAYED_AT_ONCE = 100  # sessions of one process, so that a fresh one comes now and then


def main() -> int:
    """0 if every session is replayed to the byte and no capsule tells a secret."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first session")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that replays")
    parser.add_argument("--replay", type=Path, help="a folder of capsules that another process has saved")
    asked = parser.parse_args()
    if asked.replay:
        return replayed(asked.replay)
    seen: Counter[str] = Counter()
    failed = told = 0
    sizes: list[int] = []
    numbers = range(asked.first, asked.first + asked.sessions)
    for start in range(0, asked.sessions, REPLAYED_AT_ONCE):
        with TemporaryDirectory() as folder:
            for number in numbers[start : start + REPLAYED_AT_ONCE]:
                path = Path(folder, f"{number:06}{form.SUFFIX}")
                told += not saved(number, path, seen)
                sizes.append(path.stat().st_size)
            line = [asked.python, "-m", "benchmarks.capsules", "--replay", folder]
            done = subprocess.run(line, capture_output=True, text=True, check=False)
            print(done.stdout + done.stderr, end="", flush=True)
            failed += int(done.stdout.rpartition(" ")[2]) if done.stdout else REPLAYED_AT_ONCE
    print(f"{asked.sessions} sessions: {asked.sessions - failed} replayed to the byte, {told} with a secret in them")
    print(f"capsules of {min(sizes)} to {max(sizes)} bytes; in them: {dict(seen.most_common())}")
    return 1 if failed or told else 0


def saved(number: int, path: Path, seen: Counter[str]) -> bool:
    """Play a session and save its capsule; whether it tells no secret."""
    session = GeneratedSession(number).play()
    capsule = session.capsule()
    form.save(path, capsule)
    seen.update(str(item.get("note", item.get("status"))) for item in capsule["story"])
    text = json.dumps(capsule)
    webhooks = session.mock.worlds.of(session.key).webhooks.subscriptions.all()
    return not any(secret in text for secret in (session.key, SECRET, *(each.secret for each in webhooks)))


def replayed(folder: Path) -> int:
    """Replay every capsule of the folder, and print how many differ, at the end of the last line."""
    failed = 0
    for path in sorted(folder.iterdir()):
        for difference in differing(path):
            print(f"{path.name}: {difference}")
            failed += 1
    print(f"replayed {len(list(folder.iterdir()))}, different {failed}")
    return 0


def differing(path: Path) -> Iterator[str]:
    """The first difference, if there is one."""
    differences = replaying.replay(form.load(path), founded).differences
    yield from map(str, differences[:1])


@cache
def contract_of(settings: Settings) -> Foundation:
    """What is read from files, once for each process."""
    return Foundation(settings)


def founded(settings: Settings, base: Clock) -> Foundation:
    """What a fresh mock stands on, with that clock."""
    foundation = contract_of(settings).twin()
    foundation.clock = SandboxClock(base)
    return foundation


if __name__ == "__main__":
    sys.exit(main())
