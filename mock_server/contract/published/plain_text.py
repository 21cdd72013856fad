"""Descriptions as those read them who see no extensions."""

import re
from typing import Any

from mock_server.contract.published.walking import LITERALS, MAPS, NAMED

EXTENSION = re.compile(r"\bx-[a-z]")
PARAGRAPHS = re.compile(r"\n\s*\n")
SENTENCES = re.compile(r"(?<=[.!?])\s+")


def without_extensions(node: Any, *, names: bool = False) -> Any:
    """The document with the sentences of its descriptions that tell of no `x-` keyword."""
    if isinstance(node, list):
        return [without_extensions(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _told(each)
        if key == "description" and isinstance(each, str) and not names
        else each
        if key in LITERALS and not names and key not in MAPS
        else without_extensions(each, names=not names and key in MAPS | NAMED)
        for key, each in node.items()
    }


def _told(text: str) -> str:
    """The text without what it says of extensions: a paragraph that begins with them, or a sentence of another."""
    if not EXTENSION.search(text):
        return text
    return "\n\n".join(filter(None, map(_paragraph, PARAGRAPHS.split(text.strip()))))


def _paragraph(text: str) -> str:
    if not EXTENSION.search(text):
        return text
    first, *rest = SENTENCES.split(text)
    told = [first, *rest] if not EXTENSION.search(first) else []
    return " ".join(each for each in told if not EXTENSION.search(each))
