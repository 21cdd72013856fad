"""ECMA-262's regular expressions in Python's words, as near as drawing texts needs it."""

import re
from functools import lru_cache
from unicodedata import category

from contract_tests.contract.expressions import expression

# The parts that the two read differently; what matches none of these is the same in both.
_PARTS = re.compile(
    r"""(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})
      | \\u(?P<code>[0-9a-fA-F]{4}) | \\u\{(?P<point>[0-9a-fA-F]+)\} | \\c(?P<control>[A-Za-z]) | \\(?P<null>0)(?![0-9])
      | (?P<kind>\\[pP]\{[^}]*\})
      | \\k<(?P<back>[^>]+)> | \(\?<(?P<group>[^=!>][^>]*)>
      | (?P<escape>\\.) | (?P<opening>\[\^?\]?) | (?P<closing>\]) | (?P<set>[&|~]) | (?P<brace>\{(?![0-9]+(,[0-9]*)?\}))
    """,
    re.VERBOSE | re.DOTALL,
)
# Signs of the scripts and kinds that people write patterns for; a property is drawn from those of them that have it.
_SCRIPTS = (
    (0x20, 0x17F),
    (0x391, 0x3C9),
    (0x410, 0x44F),
    (0x5D0, 0x5EA),
    (0x627, 0x64A),
    (0x905, 0x939),
    (0xE01, 0xE2E),
)
_MORE = ((0x3041, 0x3093), (0x30A1, 0x30F3), (0x4E00, 0x4E3F), (0xAC00, 0xAC3F), (0x2010, 0x2027), (0x20A0, 0x20BF))
_SIGNS = ((0x660, 0x669), (0x966, 0x96F), (0x300, 0x30F), (0x2190, 0x21FF), (0x2460, 0x2473), (0x1F600, 0x1F637))


def as_python(pattern: str) -> str:
    """The expression as Python's parser takes it; it must be one."""
    return _Translation(pattern).text()


class _Translation:
    """One expression on its way; `names` are those of its groups in Python, which has one name for one group."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._inside = False
        self._names: dict[str, list[str]] = {}

    def text(self) -> str:
        return _PARTS.sub(self._said, self._pattern)

    def _said(self, part: re.Match[str]) -> str:
        match part.lastgroup:
            case "opening":
                return self._opened(part[0])
            case "closing":
                self._inside = False
                return "]"
            case "set":
                return f"\\{part[0]}" if self._inside else part[0]
            case "brace":
                return "\\{"
            case "group":
                return f"(?P<{self._named(part['group'])}>"
            case "back":
                return f"(?:{'|'.join(f'(?P={name})' for name in self._names.get(part['back'], ()))})"
            case "kind":
                return self._class(part[0])
            case "escape":
                return part[0]
            case _:
                return re.escape(_character(part))

    def _opened(self, sign: str) -> str:
        if self._inside:
            return "".join(f"\\{each}" if each == "[" else each for each in sign.rstrip("]")) + self._shut(sign)
        if sign.endswith("]"):  # nothing, or anything
            return r"[\s\S]" if sign == "[^]" else r"(?!)"
        self._inside = True
        return sign

    def _shut(self, sign: str) -> str:
        if not sign.endswith("]"):
            return ""
        self._inside = False
        return "]"

    def _class(self, sign: str) -> str:
        characters = "".join(map(re.escape, _having(sign)))
        return characters if self._inside else f"[{characters}]"

    def _named(self, name: str) -> str:
        """A name for the next group; those of one name are in branches of which one matches (ECMA-262 22.2.1.1)."""
        mine = f"g{sum(map(len, self._names.values()))}"
        self._names.setdefault(name, []).append(mine)
        return mine


def _character(part: re.Match[str]) -> str:
    if part["pair"]:
        return bytes.fromhex(part["pair"].replace("\\u", "")).decode("utf-16-be")
    if part["control"]:
        return chr(ord(part["control"]) % 32)
    if part["null"]:
        return "\0"
    return chr(int(part["code"] or part["point"], 16))


@lru_cache(64)
def _having(sign: str) -> str:
    """The characters, of those there is a choice of, that have a property such as `\\p{L}`."""
    fits = expression(f"^{sign}$").search
    known = [chr(code) for low, high in (*_SCRIPTS, *_MORE, *_SIGNS) for code in range(low, high + 1)]
    return "".join(each for each in known if category(each) != "Cn" and fits(each))
