"""The corpus of good and bad clients, explored: which mistakes are found at the right call, and who is accused falsely.

`make lab` explores them all, `make lab ARGS="bad_one_second good_got"` those; `--capsules DIR` keeps what is found.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from mock_server.lab import kept
from mock_server.lab.baseline import BaselineError
from mock_server.lab.campaign import Campaign, CampaignOptions
from mock_server.lab.exploring import explore
from mock_server.lab.reports.explored import headline
from mock_server.lab.trial import Laboratory, settings
from mock_server.lab.verdicts import FAILED
from mock_server.testing.running import RunningMock

CORPUS = Path(__file__).resolve().parents[2] / "mock_server" / "tests" / "lab" / "clients"
TOOLS = Path(os.environ.get("TRACKFLOW_TEST_TOOLS", Path.home() / ".cache" / "trackflow-mock" / "tools"))
KINDS = ("good_", "bad_")  # what the names of clients begin with; the other modules are what they share
LEAST = 0.95  # of the mistakes must be found at the right call
TIMEOUT = 20.0  # seconds that one run of a client may take
INTERPRETERS = {".py": sys.executable, ".mjs": "node", ".rb": "ruby", ".java": "java", ".go": "go", ".sh": "sh"}
LIBRARIES = ("aiohttp", "backoff", "httpx", "requests", "tenacity", "urllib3")  # what Python clients ask with


@dataclass(frozen=True, slots=True)
class CorpusClient:
    """A client of the corpus: of a bad one, the calls at which it goes wrong, and the kind of its mistake."""

    file: Path
    kind: str | None
    places: tuple[str, ...]
    needs: tuple[str, ...]
    depth: int
    """How many failures at once show its mistake."""

    @classmethod
    def of(cls, file: Path) -> "CorpusClient":
        text = file.read_text()
        kind, places = re.search(r"^(?:// |# )?kind: (.+)$", text, re.M), re.search(r"wrong at: (.+)$", text, re.M)
        needs, depth = re.search(r"needs: (.+)$", text, re.M), re.search(r"failures: (\d)$", text, re.M)
        python = LIBRARIES if file.suffix == ".py" else ()
        return cls(
            file,
            kind and kind[1],
            tuple(places[1].split()) if places else (),
            tuple(needs[1].split())
            if needs
            else tuple(each for each in python if re.search(rf"^(from|import) {each}\b", text, re.M)),
            int(depth[1]) if depth else 1,
        )

    def lacks(self) -> str | None:
        """What it needs and is not here."""
        if shutil.which(INTERPRETERS[self.file.suffix]) is None:
            return INTERPRETERS[self.file.suffix]
        if self.file.suffix == ".py":
            return next((each for each in self.needs if find_spec(each) is None), None)
        return next((each for each in self.needs if not (TOOLS / "node_modules" / each).is_dir()), None)

    def command(self, folder: Path) -> Sequence[str]:
        """How it is run, once it has been made ready in the folder."""
        if self.file.suffix == ".java":
            classes = folder / self.file.stem
            copy = folder / "source" / self.file.stem / "Track.java"
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.file, copy)
            subprocess.run(["javac", "-d", str(classes), str(copy)], check=True)
            return ["java", "-XX:TieredStopAtLevel=1", "-cp", str(classes), "Track"]
        if self.file.suffix == ".go":
            program = folder / self.file.stem
            subprocess.run(["go", "build", "-o", str(program), str(self.file)], check=True)
            return [str(program)]
        if self.needs and self.file.suffix == ".mjs":
            modules = folder / "node_modules"
            if not modules.exists():
                modules.symlink_to(TOOLS / "node_modules")
            return ["node", str(shutil.copy(self.file, folder))]
        return [INTERPRETERS[self.file.suffix], str(self.file)]

    def right(self, call: str) -> bool:
        return any(call == place or call.partition("#")[0] == place for place in self.places)


@dataclass(frozen=True, slots=True)
class ExploredClient:
    """What came of exploring a client."""

    client: CorpusClient
    campaign: Campaign

    @property
    def found(self) -> list[str]:
        return [headline(each) for each in self.campaign.mistakes if self.client.right(each.point.call.id)]

    @property
    def elsewhere(self) -> list[str]:
        """Accusations that are not about what is wrong; a mistake that comes of another is none of its own."""
        wrong = [each for each in self.campaign.of(FAILED) if not self.client.right(each.point.call.id)]
        return [f"{headline(each)}: {each.verdict.reason}" for each in wrong]

    def told(self) -> Iterator[str]:
        name = self.client.file.name
        if self.client.kind is None:
            yield f"{name}: {'no accusation' if not self.elsewhere else f'{len(self.elsewhere)} FALSE ACCUSATIONS'}"
        else:
            yield f"{name} ({self.client.kind}): {self.found[0] if self.found else 'NOT FOUND'}"
        yield from (f"    elsewhere: {each}" for each in self.elsewhere)


def folder_of(client: CorpusClient, capsules: Path) -> Path:
    """Where the capsules of the client's mistakes are."""
    folder = capsules / client.file.stem
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def corpus(names: Sequence[str] = ()) -> list[CorpusClient]:
    """The clients of those names, or all."""
    files = sorted(each for each in CORPUS.iterdir() if each.suffix in INTERPRETERS and each.stem.startswith(KINDS))
    return [CorpusClient.of(each) for each in files if not names or each.stem in names]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", help="clients of the corpus; all if none is named")
    options.add_argument("--parallel", type=int, default=8 * (os.cpu_count() or 1))
    options.add_argument("--time-limit", type=float, default=600.0)
    options.add_argument("--capsules", type=Path, help="where those of a client go, in a folder of its name")
    given = options.parse_args()
    clients = corpus(given.names)
    findings = []
    began = monotonic()
    with RunningMock(settings(0)) as mock, TemporaryDirectory(prefix="trackflow-clients-") as folder:
        for client in clients:
            if missing := client.lacks():
                print(f"{client.file.name}: not run, there is no {missing}", flush=True)
                continue
            start = monotonic()
            try:
                lab = Laboratory(mock, client.command(Path(folder)), limit=TIMEOUT)
                how = CampaignOptions("growth", client.depth, given.time_limit, given.parallel)
                keep = (
                    partial(kept.keep, folder_of(client, given.capsules), lab, how) if given.capsules else kept.nothing
                )
                finding = ExploredClient(client, explore(lab, how, now=monotonic, keep=keep))
            except BaselineError as error:
                print(f"{client.file.name}: {error}", flush=True)
                continue
            findings.append(finding)
            cases, seconds = len(finding.campaign.cases), monotonic() - start
            print("\n".join(finding.told()), f"   [{cases} cases, {seconds:.0f} s]", flush=True)
    bad = [each for each in findings if each.client.kind]
    good = [each for each in findings if not each.client.kind]
    found = sum(bool(each.found) for each in bad)
    accused = sum(bool(each.elsewhere) for each in good)
    share = found / len(bad) if bad else 1.0
    print(
        f"found at the right call: {found} of {len(bad)} ({share:.0%}); good ones accused: {accused} of {len(good)}; "
        f"bad ones also accused elsewhere: {sum(bool(each.elsewhere) for each in bad)}; {monotonic() - began:.0f} s"
    )
    return 0 if share >= LEAST and not accused else 1


if __name__ == "__main__":
    sys.exit(main())
