"""Regular expressions as schemas mean them."""

import re
from functools import lru_cache

# A $ that is neither escaped nor in a class of characters is the third of these.
_END = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)


@lru_cache(256)
def expression(pattern: str) -> re.Pattern[str]:
    """The expression with $ as the very end, as in ECMA-262; to Python the end of the last line is one too."""
    return re.compile(_END.sub(lambda found: r"\Z" if found[0] == "$" else found[0], pattern))
