"""Where clients are made: generators and compilers, pinned, in a folder of their own outside the repository."""

import json
import subprocess
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks.packages import tool

GENERATOR = "openapi-generator-cli==7.26.0"
# What the client of its `python` generator imports, as that client's own requirements.txt has it.
PYTHON_CLIENT_NEEDS = ("urllib3", "python-dateutil", "pydantic>=2.11", "typing-extensions")
NPM = {
    "typescript": "5.9.3",
    "@types/node": "20.19.0",
    "openapi-typescript": "7.13.0",
    "openapi-fetch": "0.17.0",
    "@hey-api/openapi-ts": "0.95.0",
    "orval": "7.13.2",
}
REMEDIES = {
    "java": "apt-get install openjdk-17-jdk-headless",
    "javac": "apt-get install openjdk-17-jdk-headless",
    "node": "install Node.js 20 or newer with npm",
    "npm": "install Node.js 20 or newer with npm",
    "chromium": "make browser",
    "ruby": "apt-get install ruby ruby-faraday ruby-marcel",
}


@dataclass(frozen=True)
class Workshop:
    """Everything that makes a client; what is not there yet is installed when it is first asked for."""

    folder: Path
    packages: Mapping[str, str] = field(default_factory=lambda: NPM)

    @cached_property
    def python(self) -> str:
        """An interpreter that has the generator, and what its Python clients import."""
        place = self.folder / "python"
        program = place / "bin" / "python"
        if not program.is_file():
            venv.create(place, with_pip=True)
        self.run([str(program), "-m", "pip", "install", "--quiet", GENERATOR, *PYTHON_CLIENT_NEEDS], self.folder)
        return str(program)

    @cached_property
    def jar(self) -> Path:
        """The generator itself, which holds the JSON library that its Java clients use as well."""
        return next(Path(self.python).parent.parent.glob("lib/python*/site-packages/openapi_generator_cli/*.jar"))

    @cached_property
    def modules(self) -> Path:
        """The folder node_modules with the npm packages in their pinned versions."""
        npm = path_of("npm")
        place = self.folder / "node"
        place.mkdir(parents=True, exist_ok=True)
        manifest = place / "package.json"
        text = json.dumps({"private": True, "dependencies": dict(self.packages)}, indent=2)
        if not manifest.is_file() or manifest.read_text() != text:
            (place / "package-lock.json").unlink(missing_ok=True)
            draft = place / "draft.json"
            draft.write_text(text)
            specs = [f"{name}@{version}" for name, version in self.packages.items()]
            options = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--no-save"]
            self.run([npm, "install", *options, *specs], place)
            draft.rename(manifest)
        return place / "node_modules"

    def npm_program(self, package: str, script: str) -> list[str]:
        """The command line that starts a program of an npm package."""
        return [path_of("node"), str(self.modules / package / script)]

    def run(self, line: Sequence[str], folder: Path) -> str:
        """What the command printed; CalledProcessError with all it said if it failed."""
        return subprocess.run(
            line, cwd=folder, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ).stdout


def path_of(name: str) -> str:
    """Where the program is; ToolMissingError says what brings it."""
    return tool(name, REMEDIES[name])
