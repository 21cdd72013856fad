"""openapi.yaml with everything it refers to taken in."""

from pathlib import Path
from typing import Any

from contract_tests.contract.files import ContractError, read
from contract_tests.contract.pointers import follow

_SCHEMA = ".schema.json"


def bundle(root: Path) -> dict[str, Any]:
    """One document: a schema file becomes `#/components/schemas/<title>`, any other file stands where it was named."""
    schemas: dict[str, Any] = {}
    titles: dict[str, str] = {}

    def title_of(name: str) -> str:
        if name not in titles:
            content = read(root.parent / name)
            title = content.get("title")
            if not isinstance(title, str):
                raise ContractError(f"{root.parent / name}: a schema needs a title")
            titles[name] = title
            schemas[title] = taken_in(
                {key: each for key, each in content.items() if key not in {"$id", "$schema"}},
                f"#/components/schemas/{title}",
            )
        return titles[name]

    def target(reference: str, home: str) -> Any:
        file, _, fragment = reference.partition("#")
        if not file:
            return home + fragment
        if file.endswith(_SCHEMA):
            return f"#/components/schemas/{title_of(file)}{fragment}"
        content = follow(read(root.parent / file), fragment)
        if isinstance(content, dict):
            content = {key: each for key, each in content.items() if key != "$schema"}
        return taken_in(content, "#")

    def taken_in(node: Any, home: str) -> Any:
        if isinstance(node, list):
            return [taken_in(each, home) for each in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            found = target(reference, home)
            if not isinstance(found, str):
                return found
            node = {**node, "$ref": found}
        return {key: taken_in(each, home) for key, each in node.items()}

    document: dict[str, Any] = taken_in(read(root), "#")
    document.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
    return document
