"""The files of a contract as one document, every reference inside it."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract_tests.contract.files import DocumentError, read
from contract_tests.contract.pointers import follow, pointer

SCHEMA_SUFFIX = ".schema.json"


def bundle(root: Path) -> dict[str, Any]:
    """The OpenAPI document of the file with everything it refers to taken in.

    A schema file becomes `#/components/schemas/<its title>` and references to it follow; any other file takes the
    place of the reference to it. DocumentError for a file that is not there or a schema without a title.
    """
    return _Bundle(root.parent).document(root.name)


def copied(value: Any) -> Any:
    """A copy that shares nothing, not even with itself as YAML's aliases do."""
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


class _Bundle:
    """Files of one folder, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._titles: dict[str, str] = {}
        self._schemas: dict[str, Any] = {}

    def document(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = self._taken_in(read(self._folder / name), name, "#")
        components = document.setdefault("components", {}).setdefault("schemas", {})
        for title, schema in self._schemas.items():
            components[title] = schema
        return document

    def _taken_in(self, node: Any, file: str, home: str) -> Any:
        """The node with its references rewritten; `home` is where the file's own root went."""
        if isinstance(node, list):
            return [self._taken_in(each, file, home) for each in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            target = self._target(reference, file, home)
            if not isinstance(target, str):
                return target
            node = {**node, "$ref": target}
        return {name: self._taken_in(each, file, home) for name, each in node.items()}

    def _target(self, reference: str, file: str, home: str) -> Any:
        """The reference as it reads in the bundled document, or the content that takes its place."""
        path, _, fragment = reference.partition("#")
        if not path:
            return (home + fragment) if home != "#" else f"#{fragment}"
        other = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
        if other.endswith(SCHEMA_SUFFIX):
            return f"#/components/schemas/{self._title(other, file)}{fragment}"
        try:
            found = follow(self._content(other, file), fragment)
        except LookupError as error:
            raise DocumentError(self._folder / file, "", f"refers to {reference}, but {error.args[0]}") from None
        return self._taken_in(found, other, "#")

    def _title(self, name: str, file: str) -> str:
        if name not in self._titles:
            schema = self._content(name, file)
            title = schema.get("title") if isinstance(schema, dict) else None
            if not isinstance(title, str) or not title.isidentifier():
                raise DocumentError(
                    self._folder / name, "/title", f"{title!r} is no name; give the schema a PascalCase title"
                )
            if title in self._titles.values():
                raise DocumentError(
                    self._folder / name, "/title", f"another schema file is titled {title} too; rename one"
                )
            self._titles[name] = title
            home = f"#/components/schemas/{title}"
            self._schemas[title] = self._taken_in(
                {key: each for key, each in schema.items() if key not in {"$id", "$schema"}}, name, home
            )
        return self._titles[name]

    def _content(self, name: str, file: str) -> Any:
        path = self._folder / name
        if not path.is_file():
            raise DocumentError(self._folder / file, "", f"refers to {name}, and there is no such file beside it")
        content = read(path)
        return (
            {key: each for key, each in content.items() if key != "$schema"} if isinstance(content, dict) else content
        )


def references(node: Any, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every reference below the node, each with the JSON pointer of the object that holds it."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from references(each, (*steps, index))
    elif isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield pointer(steps), reference
        for name, each in node.items():
            if isinstance(each, (dict, list)):
                yield from references(each, (*steps, name))
