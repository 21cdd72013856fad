"""Where this user's programs keep their data."""

import sys
from collections.abc import Mapping
from pathlib import Path

NAME = "trackflow-mock"


def data_folder(environment: Mapping[str, str]) -> Path:
    """Our folder among the user's data, as the system has it (XDG Base Directory, and its like elsewhere)."""
    home = Path(environment.get("HOME") or Path.home())
    if given := environment.get("XDG_DATA_HOME"):
        return Path(given) / NAME
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / NAME
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / NAME
    return home / ".local" / "share" / NAME
