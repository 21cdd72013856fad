"""Programs that other languages' clients need, where this machine has them; what is missing is a skip that names it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"
SNIPPETS = Path(__file__).parent / "snippets"
# What `make client-tools` installs: npm packages, among them other versions of Node.
TOOLS = Path(os.environ.get("TRACKFLOW_TEST_TOOLS") or Path.home() / ".cache" / "trackflow-mock" / "tools")
MODULES = TOOLS / "node_modules"
# By suffix: what runs a program, what it does if the library is there that the program needs, and which that is.
SCRIPTS = {
    ".sh": ("sh", ["-c", "command -v wget"], "wget"),
    ".pl": ("perl", ["-MLWP::Protocol::https", "-e", ""], "Perl's LWP for HTTPS"),
    ".php": ("php", ["-r", "exit(extension_loaded('curl') ? 0 : 1);"], "PHP's curl"),
}
DOTNET = TOOLS / "dotnet" / "dnv" / "net" / "runtime" / ".net"
FRAMEWORK = "Microsoft.NETCore.App"


def tool(name: str) -> str:
    """Where the program is; skips the test if it is nowhere."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on this machine")
    return found


def node(version: str) -> str:
    """Node of that version: the machine's own, or the one that npm brought."""
    own = shutil.which("node")
    if own and _version(own).startswith(f"v{version}."):
        return own
    brought = MODULES / f"node{version}" / "bin" / "node"
    if not brought.is_file():
        pytest.skip(f"Node {version} is not on this machine; make client-tools brings it")
    return str(brought)


def npm_package(name: str) -> None:
    if not (MODULES / name / "package.json").is_file():
        pytest.skip(f"the npm package {name} is not on this machine; make client-tools brings it")


def with_modules(program: Path, folder: Path) -> Path:
    """The program in a folder whose npm packages are those of the tools."""
    shutil.copy(program, folder)
    if MODULES.is_dir():
        (folder / "node_modules").symlink_to(MODULES)
    return folder / program.name


def command(program: Path, folder: Path, runtime: str = "") -> list[str]:
    """What runs the program, JavaScript in that version of Node or other runtime; skips the test if it is missing."""
    if program.suffix in SCRIPTS:
        name, probe, library = SCRIPTS[program.suffix]
        interpreter = tool(name)
        if _fails([interpreter, *probe]):
            pytest.skip(f"{library} is not on this machine")
        return [interpreter, str(program)]
    match program.suffix:
        case ".py":
            return [sys.executable, str(program)]
        case ".mjs" | ".cjs":
            for package in ("axios", "got"):
                if package in program.stem:
                    npm_package(package)
            return [*_javascript(runtime), str(with_modules(program, folder))]
        case ".java":
            return [tool("java"), str(program)]
        case ".rb":
            ruby = tool("ruby")
            if "faraday" in program.stem and _fails([ruby, "-rfaraday", "-e", ""]):
                pytest.skip("the gem faraday is not on this machine")
            return [ruby, str(program)]
        case ".go":
            built = folder / "program"
            subprocess.run([tool("go"), "build", "-o", built, program], check=True, cwd=folder)
            return [str(built)]
        case ".cs":
            return _dotnet(program, folder)
    raise AssertionError(f"nothing runs {program.name}")


def _javascript(runtime: str) -> list[str]:
    if runtime.isdigit():
        return [node(runtime)]
    return [tool(runtime or "node"), *(["run", "--allow-all"] if runtime == "deno" else [])]


def _dotnet(program: Path, folder: Path) -> list[str]:
    """.NET's SDK, or else Mono's compiler and the runtime of .NET that PyPI has."""
    if sdk := shutil.which("dotnet"):
        return [sdk, "run", "--project", str(program.parent)]
    compiler, runtimes = shutil.which("mcs"), sorted(DOTNET.glob(f"shared/{FRAMEWORK}/*"))
    if compiler is None or not runtimes:
        pytest.skip(
            "dotnet is not on this machine, nor mcs (Debian's mono-mcs) and what make client-tools brings for it"
        )
    framework = runtimes[-1]
    parts = ("System.Private.CoreLib", "System.Private.Uri", "System.Runtime", "System.Console", "System.Net.Http")
    referred = [f"-r:{framework / part}.dll" for part in parts]
    built = folder / "program.dll"
    subprocess.run([compiler, "-nostdlib", "-noconfig", *referred, f"-out:{built}", str(program)], check=True)
    options = {
        "framework": {"name": FRAMEWORK, "version": framework.name},
        "configProperties": {"System.Globalization.Invariant": True},  # or it asks for ICU, a library
    }
    built.with_suffix(".runtimeconfig.json").write_text(json.dumps({"runtimeOptions": options}))
    return [str(DOTNET / "dotnet"), str(built)]


def _version(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


def _fails(line: list[str]) -> bool:
    return subprocess.run(line, capture_output=True, check=False).returncode != 0
