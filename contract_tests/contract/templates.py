"""Path templates: which requests they match, and which of several a request means."""

import re
from functools import lru_cache

_NAME = re.compile(r"{([^{}]*)}")


class Template:
    """A path such as `/track/{trackingNumber}:refresh`; a parameter is one segment, or a part of one."""

    def __init__(self, path: str, base: str = "") -> None:
        """`base` is what goes before every path of the document."""
        self.path = path
        self.names: list[str] = _NAME.findall(path)
        # What it is without its parameters' names: two that share it match the same requests.
        self.form = _NAME.sub("{}", path)
        self.order = [_order(segment) for segment in path.split("/")[1:]]
        self._pattern = re.compile("([^/]+)".join(map(re.escape, (base + self.form).split("{}"))))

    def match(self, raw_path: str) -> dict[str, str] | None:
        """The parameters' raw values if the path is one of the template's."""
        found = self._pattern.fullmatch(raw_path)
        return dict(zip(self.names, found.groups(), strict=True)) if found else None


@lru_cache(16)
def templates(paths: tuple[str, ...], base: str = "") -> list[Template]:
    """The templates of the paths, those first that OpenAPI 3.1 section 4.8.8.2 has tried first: the concrete ones."""
    return sorted((Template(path, base) for path in paths), key=lambda each: each.order)


def _order(segment: str) -> tuple[int, int]:
    """Written out first, then those with a parameter within, the one that says most before the others."""
    written = len(_NAME.sub("", segment))
    return (_NAME.search(segment) is not None, -written if "{" in segment else 0)
