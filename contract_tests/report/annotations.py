"""Workflow commands that GitHub shows beside a run."""

from collections.abc import Mapping
from typing import Any


def annotations(report: Mapping[str, Any]) -> str:
    """A line for each broken clause and each warning; empty if there is none."""
    lines = []
    for clause in report["clauses"]:
        command = {"failed": "error", "warned": "warning"}.get(clause["verdict"])
        if command:
            curl = clause["evidence"]["curl"] if clause["evidence"] else ""
            text = f"{clause['title']}\n{clause['reason']}\n{curl}"
            lines.append(f"::{command} title={_property(clause['id'])}::{_data(text)}")
    return "".join(f"{line}\n" for line in lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
