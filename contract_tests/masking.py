"""What must not be shown: every secret of a run, masked in whatever spelling it comes."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_MOST_SEEN = 10_000
_MOST_SPELT = 1024  # secrets whose spellings are known; some 35 kB each, and much work
_SHORTEST = 4  # what is shorter is no secret, and masking it would spoil every sentence
_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_LETTERS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_ESCAPES = re.compile(
    r"\\+u\{?([0-9a-f]{4,6})\}?|\\+x([0-9a-f]{2})|%(?:25)*([0-9a-f]{2})|&(?:amp;)*#x0*([0-9a-f]+);|&(?:amp;)*#0*([0-9]+);",
    re.IGNORECASE,
)
_WHOLE_CODE = 0x110000
_OPEN, _SHUT = "\ufdd0", "\ufdd1"  # noncharacters, which no text that is meant to be read contains
_MARK = re.compile(f"{_OPEN}([A-Z0-9_]+){_SHUT}")


@dataclass(frozen=True, slots=True)
class _Secret:
    """One text that must not be shown, the word that stands for it, and what gives it away in a text."""

    text: str
    word: str
    needles: tuple[str, ...]

    def shows_in(self, text: str, plain: str) -> bool:
        return any(needle in text or needle in plain for needle in self.needles)

    def hidden(self, text: str, mark: str) -> str:
        """The text with the mark for it; an expression for other spellings is dear, and made if there are any."""
        rest = text.replace(self.text, _OPEN)
        if self.text[0].isalnum() and not self.shows_in(rest, _plain(rest)):
            return text.replace(self.text, mark)
        return _spellings(self.text).sub(mark, text)


class Mask:
    """Knows the secrets of a run; called with a text, it answers the text without them.

    What the contract itself says aloud, such as the word `free`, is masked only where it is a header's whole value.
    """

    def __init__(self, public: str = "") -> None:
        self._public = public
        self._secrets: dict[str, _Secret] = {}
        self._words: dict[str, str] = {}
        self._shortest = 0
        self._seen: dict[str, str] = {}

    def learn(self, text: str | None, word: str) -> None:
        """From now on the text is shown as `$word`."""
        known = len(self._secrets)
        for each in {text, text.strip()} if text else ():
            self._words.setdefault(each, word)
            if each not in self._secrets and len(each) >= _SHORTEST and each not in self._public:
                self._secrets[each] = _secret(each, word)
        if len(self._secrets) > known:
            self._secrets = dict(sorted(self._secrets.items(), key=lambda item: -len(item[0])))
            self._shortest = min(len(needle) for each in self._secrets.values() for needle in each.needles)
            self._seen.clear()

    def __call__(self, text: str) -> str:
        """The text with every secret replaced, the longest first, so that none is replaced by its own start."""
        return _MARK.sub(r"$\1", self._marked(text))

    def pieces(self, text: str) -> list[str]:
        """The text in turns: what may be shown, and the word that stands for the secret that follows it."""
        word = self._words.get(text)
        return ["", word, ""] if word else _MARK.split(self._marked(text))

    def _marked(self, text: str) -> str:
        """The text with a mark for each secret; a report says many texts many times, so they are remembered."""
        if not self._secrets or (len(text) < self._shortest and text.isascii()):
            return text
        if text not in self._seen:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen[text] = self._searched(text)
        return self._seen[text]

    def _searched(self, text: str) -> str:
        plain = _plain(text)
        for each in self._secrets.values():
            if each.shows_in(text, plain):
                text = each.hidden(text, f"{_OPEN}{each.word}{_SHUT}")
        return text


def visible(text: str) -> str:
    """The text with whatever would move the cursor, hide or break a line written out."""
    return "".join(each if _shows(each) else _written(each) for each in text)


def _shows(character: str) -> bool:
    return character.isprintable() or character in "\u00a0\u3000"


def _written(character: str) -> str:
    if character in _LETTERS:
        return "\\" + _LETTERS[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _plain(text: str) -> str:
    """The text with escapes undone, each byte of a percent code as a character of its own."""

    def undone(match: re.Match[str]) -> str:
        number = match[1] or match[2] or match[3] or match[4]
        code = int(number, 16) if number else int(match[5])
        return chr(code) if code < _WHOLE_CODE else ""

    found = _ESCAPES.sub(undone, text)
    for character, name in _NAMED.items():
        found = found.replace(f"&{name};", character)
    for character, letter in _LETTERS.items():
        found = found.replace(f"\\{letter}", character)
    return found.replace("\\", "").replace("&amp;", "&").lower()


def _secret(text: str, word: str) -> _Secret:
    bare = text.replace("\\", "").lower()
    octets = text.encode("utf-8", "surrogatepass").decode("latin-1").replace("\\", "").lower()
    pairs = text.encode("utf-16-le", "surrogatepass")
    units = "".join(chr(pairs[at] + 256 * pairs[at + 1]) for at in range(0, len(pairs), 2))
    spelt = (bare, octets, units.replace("\\", "").lower())
    joined = (each.replace(" ", "+") for each in spelt)
    return _Secret(text, word, tuple(dict.fromkeys((text, *spelt, *joined, *_encoded(text)))))


@lru_cache(_MOST_SPELT)
def _spellings(text: str) -> re.Pattern[str]:
    """Every way to spell it, character by character or as a whole."""
    others = [re.escape(each) for each in dict.fromkeys(_encoded(text))]
    return re.compile("|".join(["".join(_spelt(each) for each in text), *others]))


def _spelt(character: str) -> str:
    """One character raw, or as JSON, URLs, HTML, XML and Python's repr may write it."""
    code = ord(character)
    ways = [re.escape(character) if character.isalnum() else rf"\\*{re.escape(character)}"]
    ways += (
        [rf"(?i:\\+u{{?0*{code:x}}}?)", rf"(?i:\\+x{code:02x})"] if code < 0x100 else [rf"(?i:\\+u{{?0*{code:x}}}?)"]
    )
    if code >= 0x10000:
        high, low = divmod(code - 0x10000, 0x400)
        ways.append(rf"(?i:\\+u{0xD800 + high:04x}\\+u{0xDC00 + low:04x})")
    octets = character.encode("utf-8", "surrogatepass")
    ways.append("(?i:" + "".join(f"%(?:25)*{each:02x}" for each in octets) + ")")
    ways.append(rf"(?i:&(?:amp;)*#(?:0*{code}|x0*{code:x});)")
    if character in _NAMED:
        ways.append(f"&(?:amp;)*{_NAMED[character]};")
    if character in _LETTERS:
        ways.append(rf"\\+{_LETTERS[character]}")
    if character == " ":
        ways.append(r"\+")
    return f"(?:{'|'.join(ways)})"


def _encoded(text: str) -> Iterator[str]:
    """The text in base64 at each of its three places inside a longer one, in both alphabets, and in hexadecimal."""
    raw = text.encode("utf-8", "surrogatepass")
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw).decode()
        core = whole[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
        yield core
        yield core.replace("+", "-").replace("/", "_")
        yield core.replace("/", r"\/")
        yield core.replace("+", "%2B").replace("/", "%2F")
    yield raw.hex()
    yield raw.hex().upper()
