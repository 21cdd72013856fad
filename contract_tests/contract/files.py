"""Files of the contract as plain values."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE.parent / "trackflow_data" / "schemas"  # where a wheel puts the contract
SCHEMAS = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "schemas"

# YAML 1.2 core schema (section 10.3.2), so that `no` stays a text and 2026-06-15 is not a date.
_SCALARS = (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
)
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContractError(Exception):
    """A file of the contract, an overlay or a target file that cannot be used; the message names file and place."""


class _Loader(_Base):  # type: ignore[misc]  # its base is chosen at run time
    def construct_integer(self, node: yaml.ScalarNode) -> int:
        text: str = node.value
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        """Names are texts, as in JSON: a response's 200 and '200' are one."""
        self.flatten_mapping(node)
        return {name.value: self.construct_object(value, deep=deep) for name, value in node.value}


_Loader.yaml_implicit_resolvers = {}  # not those of its base
for _name, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), ["", *_first])
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_integer)


def read(path: Path) -> Any:
    """The value of a JSON or YAML file; ContractError says why it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text) if path.suffix == ".json" else yaml.load(text, _Loader)
    except OSError as error:
        raise ContractError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ContractError(f"{path}: byte {error.start} is not UTF-8 text; save it as UTF-8") from None
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise ContractError(f"{path}: {' '.join(str(error).split())}") from None
