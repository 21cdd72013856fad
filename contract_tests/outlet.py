"""The one way out: whatever a run writes, to a file or to a terminal, goes through here and tells no secret."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO, cast

from contract_tests.masking import visible

# What pytest itself sends to a terminal: colours, the start of the line, the rest of the line cleared.
_OWN = re.compile(r"(\x1b\[[0-9;]*[mK]|[\n\r\t])")


class Outlet:
    """Writes texts without secrets, in whatever encoding there is; `mask` may be given later."""

    def __init__(self, mask: Callable[[str], str] = str) -> None:
        self.mask = mask

    def file(self, path: Path, text: str) -> None:
        """Writes the file in UTF-8; half a surrogate pair is written as JSON writes it."""
        path.write_bytes(self.mask(text).encode("utf-8", "backslashreplace"))

    def json(self, path: Path, value: Any) -> None:
        """Writes the file as JSON; texts are masked before they are quoted, so that it stays JSON."""
        text = json.dumps(self.shown(value), indent=2, ensure_ascii=False) + "\n"
        path.write_bytes(text.encode("utf-8", "backslashreplace"))

    def shown(self, value: Any) -> Any:
        """A JSON value with every text in it masked."""
        if isinstance(value, dict):
            return {self.mask(str(name)): self.shown(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.shown(each) for each in value]
        return self.mask(value) if isinstance(value, str) else value

    def take_over(self) -> Callable[[], None]:
        """Stands before standard output and standard error; answers how to step aside again."""
        before = sys.stdout, sys.stderr

        def step_aside() -> None:
            sys.stdout, sys.stderr = before

        sys.stdout, sys.stderr = (cast("TextIO", _Stream(self, each)) for each in before)
        return step_aside


class _Stream:
    """A text stream that writes what may be shown; everything else is the stream's own."""

    def __init__(self, outlet: Outlet, stream: TextIO) -> None:
        self._outlet = outlet
        self._stream = stream

    def write(self, text: str) -> int:
        shown = _harmless(self._outlet.mask(text))
        encoding = self._stream.encoding or "utf-8"
        return self._stream.write(shown.encode(encoding, "backslashreplace").decode(encoding))

    def writelines(self, lines: list[str]) -> None:
        for each in lines:
            self.write(each)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def _harmless(text: str) -> str:
    """The text with every control written out that pytest itself does not send."""
    if text.isprintable():
        return text
    return "".join(each if place % 2 else visible(each) for place, each in enumerate(_OWN.split(text)))
