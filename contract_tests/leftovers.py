"""The webhooks that a run has made and not deleted, in a file that outlives a run which is killed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from contract_tests.contract.files import ContractError

FILE = "webhooks.json"
_NAMES = {"id", "key"}


@dataclass(slots=True)
class Leftovers:
    """Each webhook's id with the word that stands for its key; written at every change, if there is a folder.

    An id in which the mask finds a secret is not kept.
    """

    folder: Path | None = None
    mask: Callable[[str], str] = str
    webhooks: dict[str, str] = field(default_factory=dict)

    def add(self, identifier: str, key: str) -> None:
        if self.mask(identifier) == identifier:
            self.webhooks[identifier] = key
            self._write()

    def remove(self, identifier: str) -> None:
        if self.webhooks.pop(identifier, None) is not None:
            self._write()

    def _write(self) -> None:
        """Replaces the file as a whole, so that a run which is killed leaves the one before or this one."""
        if self.folder is None:
            return
        found = {"webhooks": [{"id": identifier, "key": key} for identifier, key in self.webhooks.items()]}
        fresh = self.folder / f".{FILE}.new"
        fresh.write_bytes((json.dumps(found, indent=2) + "\n").encode())
        fresh.replace(self.folder / FILE)


def left_in(folder: Path) -> dict[str, str] | None:
    """What the folder's file has, None without a file; ContractError if it is not such a file."""
    path = folder / FILE
    try:
        found = json.loads(path.read_bytes())["webhooks"]
        pairs = {each["id"]: each["key"] for each in found if each.keys() == _NAMES}
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ContractError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ContractError(f"{path}: not a list of webhooks as a run writes it; delete or rename it") from None
    if len(pairs) != len(found) or not all(isinstance(text, str) for pair in pairs.items() for text in pair):
        raise ContractError(f"{path}: not a list of webhooks as a run writes it; delete or rename it")
    return pairs
