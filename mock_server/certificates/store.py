"""The authority that outlives a process: made on first use, its key readable by its owner only."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from mock_server.certificates.authority import Authority, CertificateError

CERTIFICATE_FILE = "trackflow-mock-ca.crt"
KEY_FILE = "trackflow-mock-ca.key"
OWNER_ONLY = 0o600
MONTH = 30 * 86_400.0


def certificate_path(folder: Path, host: str) -> Path:
    """Where the certificate of the host's authority is, or will be."""
    return folder / host / CERTIFICATE_FILE


def kept_authority(folder: Path, host: str, now: float) -> Authority:
    """The host's authority as kept below the folder; made if there is none, or none for another month.

    CertificateError says what is wrong with the folder.
    """
    home = folder / host
    try:
        kept = _read(home, host)
        if kept is not None and kept.end > now + MONTH:
            return kept
        if kept is not None:
            shutil.rmtree(home)
        _write(Authority.create(host, now), folder, home)
        # Read back: where two began at once, both use what the first has written.
        written = _read(home, host)
    except OSError as error:
        raise CertificateError(f"{error.filename or home}: {error.strerror}; a local authority is kept there") from None
    if written is None:
        raise CertificateError(f"{home}: what was just written is gone; try again")
    return written


def _read(home: Path, host: str) -> Authority | None:
    key = home / KEY_FILE
    try:
        if key.stat().st_mode & 0o077:
            key.chmod(OWNER_ONLY)
        return Authority.load(host, (home / CERTIFICATE_FILE).read_bytes(), key.read_bytes())
    except FileNotFoundError as error:
        if home.is_dir() and any(home.iterdir()):
            raise CertificateError(
                f"{home} holds half an authority: {error.filename} is missing; delete the folder, and a new one is made"
            ) from None
        return None
    except (ValueError, TypeError) as error:  # TypeError: the key is encrypted
        raise CertificateError(
            f"{home} holds no usable authority ({error}); delete it, and a new one is made"
        ) from None


def _write(authority: Authority, folder: Path, home: Path) -> None:
    """Both halves at once, or nothing where somebody else was first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))  # 0700
    try:
        (draft / CERTIFICATE_FILE).write_bytes(authority.certificate)
        descriptor = os.open(draft / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(authority.private_pem())
        with contextlib.suppress(OSError):  # a folder that is not empty is not replaced
            draft.rename(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
