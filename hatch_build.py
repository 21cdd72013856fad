"""What sdist and wheel are made of: the folders of the repository, all below the one package `trackflow_mock`.

`mock_server` and `contract_tests` are names that other projects have folders of, and PyPI other packages. So an
installed wheel claims neither: both lie in `trackflow_mock`, and their imports of themselves and of each other are
written anew. What both read lies beside them, as they do in the repository.
"""

import ast
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

HOME = "trackflow_mock"
MOVED = ("mock_server", "contract_tests")
BESIDE = ("schemas", "fixtures", "docs")
LEFT_OUT = shutil.ignore_patterns("tests", "__pycache__", "*.pyc", ".*")
NAME = re.compile(rf"(?:{'|'.join(MOVED)})(?:\.\w+)*")
LINK = re.compile(r"\[([^]]+)\]\((?!https?:|#)([^)\s]+)\)")


class OnePackage(BuildHookInterface[Any]):
    """Puts the moved packages below `trackflow_mock`; an editable installation keeps using the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self._scratch = TemporaryDirectory()
        root, scratch = Path(self.root), Path(self._scratch.name)
        for name in (HOME, *MOVED):
            shutil.copytree(root / name, scratch / name, ignore=LEFT_OUT)
            build_data["force_include"][str(scratch / name)] = HOME if name == HOME else f"{HOME}/{name}"
        for name in BESIDE:
            build_data["force_include"][str(root / name)] = f"{HOME}/{name}"
        for module in scratch.rglob("*.py"):
            place = module.relative_to(scratch).as_posix()
            module.write_text(moved(module.read_text(encoding="utf-8"), place), encoding="utf-8", newline="\n")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's signature
        if version != "editable":
            self._scratch.cleanup()


class LongDescription(MetadataHookInterface):
    """The README for who has no repository beside it."""

    def update(self, metadata: dict[str, Any]) -> None:
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        source = metadata.get("urls", {}).get("Source")
        metadata["readme"] = {"content-type": "text/markdown", "text": readable_anywhere(text, source)}


def readable_anywhere(text: str, source: str | None) -> str:
    """The text with its links into the repository below that URL; without one, with the commands that show a guide."""

    def link(found: re.Match[str]) -> str:
        label, target = found.groups()
        if source:
            return f"[{label}]({source.rstrip('/')}/blob/main/{target})"
        guide = re.fullmatch(r"docs/([\w-]+)\.md(?:#.*)?", target)
        return f"{label} (`trackflow-mock docs {guide[1]}`)" if guide else label

    return LINK.sub(link, text)


def moved(source: str, place: str) -> str:
    """The module's text with its imports as they are below `trackflow_mock`, line for line.

    ValueError names what cannot be carried over: a module's name in a text, or an import that binds the old name.
    """
    lines = source.splitlines(keepends=True)
    tree = ast.parse(source, place)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and _is_ours(node.module):
            _replace(lines, node, r"from\s+", f"from {HOME}.")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if not _is_ours(alias.name):
                    continue
                if len(node.names) > 1 or ("." in alias.name and not alias.asname):
                    raise ValueError(f"{place}:{node.lineno}: write `from {alias.name} import ...`, one a line")
                dotted = "." in alias.name
                _replace(lines, node, r"import\s+", f"import {HOME}." if dotted else f"from {HOME} import ")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
            raise ValueError(
                f"{place}:{node.lineno}: {node.value!r} is named otherwise in a wheel; use __name__ or __package__"
            )
    return "".join(lines)


def _is_ours(name: str | None) -> bool:
    return name is not None and name.partition(".")[0] in MOVED


def _replace(lines: list[str], node: ast.stmt, pattern: str, text: str) -> None:
    """Statements begin after blanks only, so columns in bytes and in characters are the same here."""
    line = lines[node.lineno - 1]
    head, tail = line[: node.col_offset], line[node.col_offset :]
    lines[node.lineno - 1] = head + re.sub(rf"^{pattern}", text, tail, count=1)
