"""Who said what stands where in a document that overlays were laid over."""

from collections.abc import Sequence
from pathlib import Path

from contract_tests.contract.files import DocumentError, line_of


class Origins:
    """Which overlay, and which place in it, the parts of a document come from."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[Path, str]] = {}

    def note(self, file: Path, where: str, place: str) -> None:
        """What stands at the pointer `where` of the document stands at `place` of the file."""
        self._said[where] = (file, place)

    def error(self, where: str, message: str, otherwise: Sequence[Path] | Path) -> DocumentError:
        """What is wrong at that pointer of the document, told with the file and the line that said it.

        `otherwise` is what to name if no overlay said anything of it.
        """
        found = self._of(where)
        if found is None:
            files = otherwise if isinstance(otherwise, Path) else ", ".join(map(str, otherwise))
            return DocumentError(files, where, message)
        file, place = found
        line = line_of(file, place)
        return DocumentError(file, f"line {line}: {where}" if line and where else where, message)

    def _of(self, where: str) -> tuple[Path, str] | None:
        """The overlay that said the nearest thing around the place, or else the first that said something within."""
        steps = where.split("/")
        for length in range(len(steps), 0, -1):
            around = "/".join(steps[:length])
            if around in self._said:
                file, place = self._said[around]
                return file, place + where[len(around) :]
        return next((said for other, said in self._said.items() if other.startswith(f"{where}/")), None)
