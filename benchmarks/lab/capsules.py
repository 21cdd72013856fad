"""Every capsule that `explore` keeps of the bad clients: replayed again and again, and without each of its items.

`make lab-capsules` takes all clients, `make lab-capsules ARGS="bad_one_second --replays 100"` those, so often. What a
client does by itself is seen once for all replays of a capsule, which go on side by side on one mock. A capsule must
give its verdict every time and its bytes when it is replayed by itself; with a rule or the time of day left out, the
failure must be gone.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from benchmarks.lab.clients import TIMEOUT, CorpusClient, corpus, folder_of
from mock_server.capsules import form, replaying
from mock_server.lab import kept
from mock_server.lab.again import BY_ITSELF
from mock_server.lab.campaign import CampaignOptions
from mock_server.lab.exploring import explore
from mock_server.lab.trial import Laboratory, settings
from mock_server.lab.verdicts import FAILED
from mock_server.testing.running import RunningMock

Capsule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedClient:
    """What came of one capsule."""

    replays: int
    other: tuple[str, ...]
    """Verdicts of replays that were not the capsule's."""
    items: int
    needless: tuple[str, ...]
    """Items without which it fails as it does with them."""
    differences: int
    """By itself, from what it was."""


def lacking(capsule: Capsule) -> Iterator[tuple[str, Capsule]]:
    """The capsule without each of its items, one at a time: what was set up before the first request."""
    story = capsule["story"]
    for place, item in enumerate(takewhile(lambda each: "note" in each, story)):
        rest = (*story[:place], *story[place + 1 :])
        if item["note"] in BY_ITSELF:
            continue
        if item["note"] != "rules":
            yield item["note"], {**capsule, "story": rest}
            continue
        for number, (_, rule) in enumerate(item["rules"]):
            rules = [each for other, each in enumerate(item["rules"]) if other != number]
            fewer = {**item, "rules": rules}
            yield f"rule {rule['id']}", {**capsule, "story": [*story[:place], fewer, *story[place + 1 :]]}


def check(path: Path, command: Sequence[str], replays: int, pool: Executor) -> CheckedClient:
    """Replay a capsule so often, then without each of its items, then by itself."""
    capsule = dict(form.load(path))
    right = f"{FAILED} {capsule['trial']['symptom']}"
    items = list(lacking(capsule))
    with kept.judging_again(capsule, command) as judged:

        def verdict(given: Capsule) -> str:
            found = judged(given).verdict
            return f"{found.kind} {found.symptom}".strip()

        told = list(pool.map(verdict, [*[capsule] * replays, *(less for _, less in items)]))
    again, without = told[:replays], told[replays:]
    needless = tuple(name for (name, _), each in zip(items, without, strict=True) if each == right)
    differences = len(replaying.replay(capsule).differences)
    return CheckedClient(replays, tuple(each for each in again if each != right), len(items), needless, differences)


def chosen(paths: Sequence[Path], most: int | None) -> list[Path]:
    """So many of the capsules, of as many kinds of mistakes as there are; all if it is not said how many."""
    symptoms = Counter[str]()
    ranked = []
    for path in paths:
        symptom = form.load(path)["trial"]["symptom"]
        ranked.append((symptoms[symptom], path))
        symptoms[symptom] += 1
    return [path for _, path in sorted(ranked)][:most]


def kept_of(client: CorpusClient, command: Sequence[str], folder: Path, parallel: int) -> list[Path]:
    """The capsules of the client's mistakes."""
    with RunningMock(settings(0)) as mock:
        lab = Laboratory(mock, command, limit=TIMEOUT)
        options = CampaignOptions("growth", client.depth, 600.0, parallel)
        explore(lab, options, now=monotonic, keep=partial(kept.keep, folder, lab, options))
    return sorted(folder.glob(f"*{form.SUFFIX}"))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", help="clients of the corpus; all bad ones if none is named")
    options.add_argument("--replays", type=int, default=3, help="of each capsule")
    options.add_argument("--parallel", type=int, default=8 * (os.cpu_count() or 1))
    options.add_argument("--each", type=int, help="so many capsules of a client, of different kinds of mistakes first")
    options.add_argument("--kept", type=Path, help="where `python -m benchmarks.lab.clients --capsules` has left them")
    options.add_argument("--minutes", type=float, default=60.0, help="after which no other client is begun")
    given = options.parse_args()
    sums: Counter[str] = Counter()
    began = monotonic()
    clients = [each for each in corpus(given.names) if each.kind and not each.lacks()]
    with TemporaryDirectory(prefix="trackflow-clients-") as made, ThreadPoolExecutor(given.parallel) as pool:
        for client in clients:
            if monotonic() - began > 60 * given.minutes:
                break
            command = client.command(Path(made))
            with TemporaryDirectory(prefix="trackflow-capsules-") as folder:
                if given.kept:
                    paths = sorted(folder_of(client, given.kept).glob(f"*{form.SUFFIX}"))
                else:
                    paths = kept_of(client, command, Path(folder), given.parallel)
                paths = chosen(paths, given.each)
                start = monotonic()
                checked = [check(path, command, given.replays, pool) for path in paths]
            sums.update(
                clients=1,
                capsules=len(paths),
                replays=sum(each.replays for each in checked),
                other=sum(len(each.other) for each in checked),
                items=sum(each.items for each in checked),
                needless=sum(len(each.needless) for each in checked),
                different=sum(each.differences > 0 for each in checked),
            )
            print(f"{client.file.name}: {len(paths)} capsules, {monotonic() - start:.0f} s", flush=True)
            for path, each in zip(paths, checked, strict=True):
                wrong = [*(f"replayed as {told}" for told in each.other), *(f"without {it}" for it in each.needless)]
                wrong += [f"{each.differences} differences by itself"] if each.differences else []
                print(*(f"    {path.name}: {told}" for told in wrong), sep="\n", end="\n" if wrong else "", flush=True)
    print(
        f"{sums['clients']} of {len(clients)} clients, {sums['capsules']} capsules, {monotonic() - began:.0f} s",
        f"with the same verdict: {sums['replays'] - sums['other']} of {sums['replays']} replays",
        f"without which the failure is gone: {sums['items'] - sums['needless']} of {sums['items']} items",
        f"the same bytes by themselves: {sums['capsules'] - sums['different']} of {sums['capsules']} capsules",
        sep="\n",
    )
    return 1 if sums["other"] or sums["needless"] or sums["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
