"""JSON and YAML files as plain values, with the line of whatever is wrong in them."""

import json
import re
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from itertools import chain
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from contract_tests.contract.cutting import begun
from contract_tests.contract.numerals import fraction, too_deep, whole
from contract_tests.contract.pointers import steps

MOST_BYTES = 64 * 2**20  # of a file; a device can be read for ever
DEEPEST = 64  # levels of nesting in a text that may come from anybody
if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster, where PyYAML was built with libyaml

# The core schema of YAML 1.2 (section 10.3.2), plus `<<`. YAML 1.1, PyYAML's own, reads `no` and `on` as booleans,
# 2026-06-15 as a date, 12:30 as 750 and 0755 as an octal number. Infinities are left out: JSON has none.
_CORE = (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
)


class ContractError(Exception):
    """What a run was given and cannot use: a file, a target, an option; the message names it, the rule and the fix."""


class DocumentError(ContractError):
    """A file of the contract, or one laid over it, that cannot be used: which file, where in it, and the fix."""

    def __init__(self, file: Path | str, place: str, message: str) -> None:
        super().__init__(": ".join(part for part in (str(file), place, message) if part))
        self.file = file
        self.place = place
        self.message = message


class _Loader(_Base):
    """YAML as JSON would mean it: names are text, and none occurs twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        self._check_names(node)
        self.flatten_mapping(node)
        return {name.value: self.construct_object(value, deep=deep) for name, value in node.value}

    def construct_integer(self, node: yaml.ScalarNode) -> int:
        text = node.value
        with _told_of(node):
            return whole(text, 0 if text[:2] in {"0o", "0x"} else 10)

    def construct_fraction(self, node: yaml.ScalarNode) -> float:
        with _told_of(node):
            return fraction(node.value)

    def _check_names(self, node: yaml.MappingNode) -> None:
        seen = set()
        for name, _ in node.value:
            if not isinstance(name, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a name must be text", name.start_mark)
            if name.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the name {name.value!r} occurs twice; keep one", name.start_mark
                )
            seen.add(name.value)


_Loader.yaml_implicit_resolvers = {}  # not those of its base
for _name, _pattern, _first in _CORE:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), ["", *_first])
_FOREIGN = {f"tag:yaml.org,2002:{_name}" for _name in ("binary", "omap", "pairs", "set")}  # to JSON
_Loader.yaml_constructors = {tag: made for tag, made in _Loader.yaml_constructors.items() if tag not in _FOREIGN}
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_integer)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.construct_fraction)


@contextmanager
def _told_of(node: yaml.Node) -> Iterator[None]:
    """What is wrong with a number, told with its place."""
    try:
        yield
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from None


def read(path: Path) -> Any:
    """The value of a JSON or YAML file; DocumentError with line and column where it cannot be read."""
    text = text_of(path)
    if path.suffix != ".json":
        return parse(text, path)
    try:
        value = json.loads(text, parse_int=whole, parse_float=fraction, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise DocumentError(path, f"line {error.lineno} column {error.colno}", f"not JSON: {error.msg}") from None
    except RecursionError:
        raise DocumentError(path, "", "is nested too deeply to be read") from None
    except ValueError as error:
        raise DocumentError(path, "", f"not JSON: {error}") from None
    if too_deep(value):
        raise DocumentError(path, "", "is nested too deeply to be read")
    return value


def parse(text: str, name: Path | str, *, most_values: float = inf) -> Any:
    """The value of a YAML text, and JSON is YAML too; DocumentError calls the text by that name.

    With `most_values` it may come from anybody: refused are texts with more values than that, aliases followed,
    because a few lines of them can fill the memory, and texts nested so deep that libyaml would end the process.
    """
    try:
        if most_values < inf:
            _check_nesting(text, name)
            if _values(yaml.compose(text, _Loader), {}) > most_values:
                raise DocumentError(name, "", f"holds more than {most_values} values; split it, or use fewer aliases")
        return yaml.load(text, _Loader)  # a safe loader
    except yaml.MarkedYAMLError as error:
        raise DocumentError(
            name, _where(error.problem_mark or error.context_mark), f"not YAML: {_problem(error, text)}"
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DocumentError(name, f"line {line}", f"not YAML: {error.reason}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise DocumentError(name, "", f"not YAML: {error}") from None
    except (ValueError, KeyError, AttributeError):  # a tag is written out, and what follows is nothing of the kind
        raise DocumentError(name, "", "not YAML: a value is not what its tag says; leave the tag out") from None


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def line_of(path: Path, pointer: str) -> int | None:
    """The line on which the value at the JSON pointer begins, or the nearest ancestor that exists.

    None if the file cannot be read. Parses the file again, so ask only when something is wrong.
    """
    try:
        _, value = _marks(text_of(path), pointer)
    except (DocumentError, yaml.YAMLError):
        return None
    return None if value is None else int(value.line) + 1


def place_of(text: str, pointer: str) -> str:
    """Where in a readable YAML text the JSON pointer leads, as `line 3 column 5`; for a member, its name is there.

    A place that does not exist is told as its nearest ancestor's. Parses the text again.
    """
    name, _ = _marks(text, pointer)
    return _where(name)


def wrong(file: Path | str, text: str, pointer: str, message: str) -> DocumentError:
    """What is wrong with the value at the pointer of a readable YAML text, told with its place.

    Where it was to be a text and YAML took it for something else, that is told too: quotes are all that it lacks.
    """
    hint = _spelling(text, pointer) if "is not a string" in message else ""
    return DocumentError(file, place_of(text, pointer), message + hint)


def _spelling(text: str, pointer: str) -> str:
    """How YAML has taken the plain scalar at the pointer, and what to do; nothing for any other value."""
    node = yaml.compose(text, _Loader)
    for step in steps(pointer):
        found = _child(node, step)
        if found is None:
            return ""
        _, node = found
    if not isinstance(node, yaml.ScalarNode) or node.style or node.tag == "tag:yaml.org,2002:str":
        return ""
    kind = "nothing" if node.tag.endswith(":null") else "true or false" if node.tag.endswith(":bool") else "a number"
    return f"; YAML takes {begun(node.value) or 'no text'} for {kind}, so put it in quotes"


def _check_nesting(text: str, name: Path | str) -> None:
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise DocumentError(name, _where(event.start_mark), f"is nested more than {DEEPEST} levels deep")


def _values(node: Any, counted: dict[int, float]) -> float:
    """How many values the node stands for once its aliases are followed; infinite if it holds itself."""
    if id(node) not in counted:
        counted[id(node)] = inf  # as long as it is being counted, only an alias in itself can ask
        parts = node.value if isinstance(node, yaml.CollectionNode) else ()
        members = chain.from_iterable(parts) if isinstance(node, yaml.MappingNode) else parts
        counted[id(node)] = 1 + sum(_values(member, counted) for member in members)
    return counted[id(node)]


def _marks(text: str, pointer: str) -> tuple[Any, Any]:
    """Where the name of the value begins, if it has one, and where the value itself does."""
    value = name = yaml.compose(text, _Loader)
    for step in steps(pointer):
        found = _child(value, step)
        if found is None:
            break
        name, value = found
    return name and name.start_mark, value and value.start_mark


def _child(node: Any, step: str) -> tuple[Any, Any] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
        return node.value[int(step)], node.value[int(step)]
    return None


def bytes_of(path: Path) -> bytes:
    """What is in a file; DocumentError if it cannot be read, or never ends."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DocumentError(path, "", f"cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise DocumentError(path, "", f"is longer than {MOST_BYTES // 2**20} MB; name the file that you mean")
    return content


def text_of(path: Path) -> str:
    """The text of a UTF-8 file; DocumentError if it cannot be read."""
    content = bytes_of(path)
    try:
        # As text files are read everywhere: a byte order mark says nothing, and every line's end is one.
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise DocumentError(path, f"byte {error.start}", "is not UTF-8 text; save it as UTF-8") from None


def _where(mark: Any) -> str:
    return f"line {mark.line + 1} column {mark.column + 1}" if mark else ""


def _problem(error: yaml.MarkedYAMLError, text: str) -> str:
    mark, problem = error.problem_mark, error.problem or ""
    before = "".join(text.split("\n")[mark.line : mark.line + 1])[: mark.column + 1] if mark else ""
    if "\t" in before and not before.strip(" \t-"):
        return "a tab cannot indent; write spaces"
    if problem.startswith("could not determine a constructor"):
        return f"the tag {problem.rpartition(' ')[2]} means nothing here; leave it out"
    return ", ".join(part for part in (problem, error.context) if part)
